/** Custom resources from definition to deletion, over HTTPS: served, validated, scaled, watched, published, and gone with their definition. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startControlPlane } from "../../src/cli/control-plane.ts";
import { type RawAnswer, send } from "../support/https.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const WIDGETS = "/apis/example.com/v1/namespaces/default/widgets";
const JSON_TYPE = { "content-type": "application/json" };
const MERGE = { "content-type": "application/merge-patch+json" };

const schema = {
  type: "object",
  description: "A widget.",
  properties: {
    spec: {
      type: "object",
      required: ["color"],
      "x-kubernetes-validations": [
        {
          rule: "!has(self.limit) || !has(self.replicas) || self.replicas <= self.limit",
          messageExpression: "self.limit > 1 ? 'at most the limit' : 'at most one'",
        },
      ],
      properties: {
        color: { type: "string", enum: ["red", "blue"], default: "red" },
        replicas: { type: "integer", minimum: 0 },
        limit: { type: "integer", "x-kubernetes-validations": [{ rule: "self >= oldSelf", message: "only grows" }] },
        note: { type: "string", nullable: true },
        tags: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
    },
    status: { type: "object", properties: { replicas: { type: "integer" }, selector: { type: "string" } } },
  },
};
const version = (name: string, storage: boolean) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: schema },
  subresources: { status: {}, scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas", labelSelectorPath: ".status.selector" } },
  additionalPrinterColumns: [{ name: "Color", type: "string", jsonPath: ".spec.color" }],
  selectableFields: [{ jsonPath: ".spec.color" }],
});
const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget", shortNames: ["wd"] },
    versions: [version("v1", true), version("v2", false)],
  },
};
const widget = (name: string, spec: object, apiVersion = "example.com/v1") => ({ apiVersion, kind: "Widget", metadata: { name }, spec });

test("a custom resource lives and goes with its definition", async (t) => {
  await using cluster = await startControlPlane();
  const raw = { url: cluster.url, ca: cluster.ca, identity: cluster.identity("admin", ["system:masters"]) };
  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = JSON_TYPE): Promise<RawAnswer> =>
    send(raw, method, path, body === undefined ? {} : headers, body === undefined ? undefined : JSON.stringify(body));
  const until = async (path: string, holds: (answer: RawAnswer) => boolean): Promise<RawAnswer> => {
    for (let i = 0; i < 200; i++) {
      const answer = await ask("GET", path);
      if (holds(answer)) return answer;
      await sleep(20);
    }
    return assert.fail(`${path} never became what it should`);
  };
  const established = (answer: RawAnswer): boolean =>
    answer.json().status?.conditions?.some((one: { type: string; status: string }) => one.type === "Established" && one.status === "True") ?? false;

  const defined = await ask("POST", DEFINITIONS, definition);
  assert.equal(defined.code, 201, defined.json().message);
  await until(`${DEFINITIONS}/widgets.example.com`, established);

  await t.test("what is created is defaulted, pruned and written by the alphabet", async () => {
    const answer = await ask("POST", `${WIDGETS}?fieldManager=test`, widget("a", { note: null, unknown: 1, free: { z: null, a: 1 }, replicas: 2 }));
    assert.equal(answer.code, 201);
    const { managedFields: _, ...metadata } = answer.json().metadata;
    assert.deepEqual(Object.keys(answer.json()), ["apiVersion", "kind", "metadata", "spec"]);
    assert.deepEqual(Object.keys(metadata), ["creationTimestamp", "generation", "name", "namespace", "resourceVersion", "uid"]);
    assert.deepEqual(answer.json().spec, { color: "red", free: { a: 1, z: null }, note: null, replicas: 2 });
    assert.match(String(answer.headers.warning), /unknown field \\"spec.unknown\\"/);
  });

  await t.test("what doesn't fit the schema is refused with its fields", async () => {
    const answer = await ask("POST", WIDGETS, widget("b", { color: "green", replicas: -1, tags: ["x", "x"] }));
    assert.equal(answer.code, 422);
    assert.deepEqual(
      answer.json().details.causes.map(({ reason, field }: { reason: string; field: string }) => `${reason} ${field}`),
      [
        "FieldValueNotSupported spec.color",
        "FieldValueInvalid spec.replicas",
        "FieldValueInvalid .spec.replicas",
        "FieldValueDuplicate spec.tags[1]",
        "FieldValueInvalid <nil>",
      ],
    );
    const strict = await ask("POST", `${WIDGETS}?fieldValidation=Strict`, widget("b", { z: 1, a: 1 }));
    assert.match(strict.json().message, /strict decoding error: unknown field "spec.a", unknown field "spec.z"$/);
  });

  await t.test("its rules are run, of what was there too, but not where the schema is broken", async () => {
    const causes = (answer: RawAnswer): string[] => answer.json().details.causes.map(({ field, message }: Record<string, string>) => `${field}: ${message}`);
    const created = await ask("POST", WIDGETS, widget("r", { limit: 2, replicas: 3 }));
    assert.deepEqual(causes(created), ["spec: Invalid value: at most the limit"]);
    assert.equal((await ask("POST", WIDGETS, widget("r", { limit: 2 }))).code, 201);
    const shrunk = await ask("PATCH", `${WIDGETS}/r`, { spec: { limit: 1 } }, MERGE);
    assert.deepEqual(causes(shrunk), ["spec.limit: Invalid value: 1: only grows"]);
    const broken = await ask("PATCH", `${WIDGETS}/r`, { spec: { limit: 1, replicas: "x" } }, MERGE);
    assert.deepEqual(
      causes(broken).at(-1),
      "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
    );
    assert.equal((await ask("DELETE", `${WIDGETS}/r`)).code, 200);
  });

  await t.test("its metadata and kind are held to what binds custom kinds", async () => {
    const plain = { ...widget("f", {}), metadata: { name: "f", finalizers: ["plain"] } };
    const answer = await ask("POST", `${WIDGETS}?dryRun=All`, plain);
    assert.equal(answer.code, 201);
    assert.match(String(answer.headers.warning), /prefer a domain-qualified finalizer name to avoid/);
    const other = await ask("PATCH", `${WIDGETS}/a`, { kind: "Gadget" }, MERGE);
    assert.equal(other.json().message, 'Gadget.example.com "a" is invalid: kind: Invalid value: "Gadget": must be Widget');
    assert.match((await ask("PATCH", `${WIDGETS}/a`, { kind: null }, MERGE)).json().message, /^ "" is invalid: patch: .*Object 'Kind' is missing in/);
  });

  await t.test("status, scale and the other version are views of one object", async () => {
    const status = await ask("PATCH", `${WIDGETS}/a/status`, { spec: { color: "blue" }, status: { replicas: 1, selector: "app=a" } }, MERGE);
    assert.deepEqual([status.json().spec.color, status.json().status, status.json().metadata.generation], ["red", { replicas: 1, selector: "app=a" }, 1]);
    const scaled = await ask("PATCH", `${WIDGETS}/a/scale`, { spec: { replicas: 5 } }, MERGE);
    assert.deepEqual([scaled.json().spec, scaled.json().status], [{ replicas: 5 }, { replicas: 1, selector: "app=a" }]);
    const other = await ask("GET", WIDGETS.replace("/v1/", "/v2/"));
    assert.deepEqual(
      other
        .json()
        .items.map((item: { apiVersion: string; spec: { replicas: number }; metadata: { generation: number } }) => [
          item.apiVersion,
          item.spec.replicas,
          item.metadata.generation,
        ]),
      [["example.com/v2", 5, 2]],
    );
    const written = await ask("POST", WIDGETS.replace("/v1/", "/v2/"), widget("c", { color: "blue" }, "example.com/v2"));
    assert.deepEqual([written.code, written.json().apiVersion], [201, "example.com/v2"]);
    assert.equal((await ask("GET", `${WIDGETS}/c`)).json().apiVersion, "example.com/v1");
  });

  await t.test("field selectors, tables and OpenAPI know it", async () => {
    const blue = await ask("GET", `${WIDGETS}?fieldSelector=spec.color%3Dblue`);
    assert.deepEqual(
      blue.json().items.map((item: { metadata: { name: string } }) => item.metadata.name),
      ["c"],
    );
    const table = (await send(raw, "GET", WIDGETS, { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" })).json();
    assert.deepEqual(
      table.rows.map((row: { cells: unknown[] }) => row.cells),
      [
        ["a", "red"],
        ["c", "blue"],
      ],
    );
    const openapi = (await ask("GET", "/openapi/v3/apis/example.com/v1")).json();
    assert.equal(openapi.components.schemas["com.example.v1.Widget"].description, "A widget.");
    assert.equal((await send(raw, "GET", WIDGETS, { accept: "application/vnd.kubernetes.protobuf" })).code, 406);
  });

  await t.test("deleting the definition deletes its objects first", async () => {
    const deleted = await ask("DELETE", `${DEFINITIONS}/widgets.example.com`);
    assert.deepEqual([deleted.code, deleted.json().metadata.finalizers], [200, ["customresourcecleanup.apiextensions.k8s.io"]]);
    await until(`${DEFINITIONS}/widgets.example.com`, ({ code }) => code === 404);
    assert.equal((await ask("GET", WIDGETS)).code, 404);
    assert.equal((await ask("GET", "/apis/example.com")).code, 404);
    assert.equal((await ask("POST", DEFINITIONS, definition)).code, 201);
    await until(`${DEFINITIONS}/widgets.example.com`, established);
    assert.deepEqual((await ask("GET", WIDGETS)).json().items, []);
  });
});
