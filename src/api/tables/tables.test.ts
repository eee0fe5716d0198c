import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldTable } from "../../machinery/schema/table.ts";
import type { KubeObject } from "../kind.ts";
import type { Deployment } from "./apps-v1.ts";
import type { Event as CoreEvent, Pod } from "./core-v1.ts";
import { resources, structs } from "./index.ts";
import type { Role } from "./rbac-v1.ts";

const SCALARS = new Set([
  "string", "bool", "int32", "int64", "float64", "bytes", "quantity", "intOrString", "time", "microTime", "duration", "raw", "fieldsV1",
]); // biome-ignore format: one word beside the other
const byId = new Map(structs.map((struct) => [struct.id, struct]));

function field(id: string, name: string): FieldTable {
  return byId.get(id)?.fields.find((one) => one.name === name) ?? assert.fail(`${id} has no ${name}`);
}

test("every type of every field resolves, and no id or OpenAPI name stands twice", () => {
  assert.equal(byId.size, structs.length);
  assert.equal(new Set(structs.map((struct) => struct.openapi)).size, structs.length);
  assert.ok(structs.length > 650, `only ${structs.length} structs`);
  const dangling = structs.flatMap(({ id, fields }) =>
    fields
      .filter(({ type, message }) => !resolves(type.replace(/^(?:\[\]|map\[\])*/, "")) || (message !== undefined && !resolves(message)))
      .map(({ name, type }) => `${id}.${name}: ${type}`),
  );
  assert.deepEqual(dangling, []);
});

function resolves(type: string): boolean {
  return SCALARS.has(type) || byId.has(type);
}

test("within a struct names and protobuf tags are unique, also with the inline structs spread out", () => {
  for (const { id } of structs) {
    const names = jsonNames(id);
    assert.equal(new Set(names).size, names.length, id);
    const tags = byId
      .get(id)!
      .fields.map(({ tag }) => tag)
      .filter((tag) => tag !== 0);
    assert.equal(new Set(tags).size, tags.length, id);
  }
});

function jsonNames(id: string): string[] {
  return byId.get(id)!.fields.flatMap(({ name, type, inline }) => (inline ? jsonNames(type) : [name]));
}

test("merge keys and list map keys are fields of the items, and only maps have keys", () => {
  for (const { id, fields } of structs) {
    for (const { name, type, listType, listMapKeys, patchMergeKey } of fields) {
      const keys = [...(listMapKeys ?? []), ...(patchMergeKey === undefined ? [] : [patchMergeKey])];
      if (keys.length > 0)
        assert.deepEqual(
          keys.filter((key) => !jsonNames(type.slice(2)).includes(key)),
          [],
          `${id}.${name}`,
        );
      assert.equal(listType === "map", listMapKeys !== undefined, `${id}.${name}`);
    }
  }
});

test("every resource and subresource has its struct, which is an object with the metadata of one", () => {
  assert.equal(resources.length, 72);
  for (const { resource, struct, kind, subresources, verbs } of resources) {
    assert.ok(struct.endsWith(`.${kind}`), resource);
    if (verbs.includes("get")) assert.deepEqual([field(struct, "TypeMeta").inline, field(struct, "metadata").type], [true, "meta.v1.ObjectMeta"], resource);
    if (verbs.includes("list")) assert.deepEqual(field(`${struct}List`, "items").type, `[]${struct}`, resource);
    for (const sub of subresources) assert.ok(byId.has(sub.struct), `${resource}/${sub.name}`);
  }
});

test("facts that only one of the sources has came through", () => {
  const { listMapKeys, patchMergeKey, listType } = field("core.v1.Container", "ports");
  assert.deepEqual({ listMapKeys, patchMergeKey, listType }, { listMapKeys: ["containerPort", "protocol"], patchMergeKey: "containerPort", listType: "map" });
  assert.deepEqual(field("meta.v1.ObjectMeta", "creationTimestamp"), { name: "creationTimestamp", type: "time", tag: 8, omit: "zero" });
  assert.deepEqual(field("events.v1.Event", "eventTime"), { name: "eventTime", type: "microTime", tag: 2, required: true });
  assert.deepEqual(field("rbac.v1.Role", "rules"), { name: "rules", type: "[]rbac.v1.PolicyRule", tag: 2, listType: "atomic" });
  assert.deepEqual(field("core.v1.ContainerPort", "protocol").default, "TCP");
  assert.deepEqual(field("core.v1.PodSpec", "volumes").patchStrategy, "merge,retainKeys");
  assert.deepEqual(field("core.v1.Volume", "VolumeSource").inline, true);
  assert.deepEqual(field("core.v1.Secret", "data").type, "map[]bytes");
  assert.deepEqual(field("authentication.v1.UserInfo", "extra").wrapped, true);
  assert.deepEqual(field("certificates.v1.CertificateSigningRequestSpec", "usages").enum?.includes("digital signature"), true);
  assert.deepEqual(field("apiextensions.v1.JSONSchemaProps", "additionalProperties").message, "apiextensions.v1.JSONSchemaPropsOrBool");
  assert.deepEqual(byId.get("meta.v1.LabelSelector")?.atomic, true);
  assert.deepEqual(byId.get("core.v1.Pod")?.openapi, "io.k8s.api.core.v1.Pod");
});

test("the types are those of objects", () => {
  const pod = { metadata: { name: "web" }, spec: { containers: [{ name: "web", ports: [{ containerPort: 80 }] }] } } satisfies Pod;
  const objects: KubeObject[] = [pod, {} as Deployment, {} as CoreEvent, {} as Role];
  assert.equal(objects[0]?.metadata.name, "web");
});
