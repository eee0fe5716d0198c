/** The verbs over the in-memory store, through the real steps: what clients of Kubernetes count on, in its words. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answered, configMap, startApi, withMaps } from "../../../test/support/api.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

function refusal({ code, object }: Answered): unknown {
  return { code, reason: object.reason, message: object.message };
}

test("an object is created, read, replaced and deleted, and every answer shows its version", async () => {
  await using api = await startApi();
  const made = await api.create(MAPS, configMap("a", { data: { x: "1" } }));
  assert.equal(made.code, 201);
  assert.equal(made.object.metadata.namespace, "default");
  assert.match(made.object.metadata.uid, /^[0-9a-f-]{36}$/);
  assert.deepEqual((await api.get(`${MAPS}/a`)).object, made.object);

  const replaced = await api.update(`${MAPS}/a`, { ...made.object, data: { x: "2" } });
  assert.equal(replaced.code, 200);
  assert.ok(Number(replaced.object.metadata.resourceVersion) > Number(made.object.metadata.resourceVersion));
  assert.deepEqual(refusal(await api.update(`${MAPS}/a`, made.object)), {
    code: 409,
    reason: "Conflict",
    message: 'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
  });

  const same = await api.update(`${MAPS}/a`, replaced.object);
  assert.equal(same.object.metadata.resourceVersion, replaced.object.metadata.resourceVersion, "a write that changes nothing isn't written");

  const gone = await api.delete(`${MAPS}/a`);
  assert.deepEqual(gone.object, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { name: "a", kind: "configmaps", uid: made.object.metadata.uid },
  });
  assert.deepEqual(refusal(await api.get(`${MAPS}/a`)), { code: 404, reason: "NotFound", message: 'configmaps "a" not found' });
});

test("creating refuses what names another place, another kind, or what is there", async () => {
  await using api = await startApi();
  await api.create(MAPS, configMap("a"));
  const cases: readonly [object: unknown, code: number, message: RegExp][] = [
    [configMap("a"), 409, /^configmaps "a" already exists$/],
    [configMap("b", { metadata: { namespace: "other" } }), 400, /^the namespace of the provided object does not match the namespace sent on the request$/],
    [configMap("b", { metadata: { resourceVersion: "7" } }), 500, /^resourceVersion should not be set on objects to be created$/],
    [{ metadata: {} }, 422, /^ConfigMap "" is invalid: metadata\.name: Required value: name or generateName is required$/],
    [configMap("B_"), 422, /^ConfigMap "B_" is invalid: metadata\.name: Invalid value: "B_": a lowercase RFC 1123 subdomain/],
    [{ apiVersion: "v1", kind: "Secret", metadata: { name: "x" } }, 400, /cannot be handled as a ConfigMap/],
    [
      { apiVersion: "v2", kind: "ConfigMap", metadata: { name: "x" } },
      400,
      /^the API version in the data \(v2\) does not match the expected API version \(v1\)$/,
    ],
    [
      { ...configMap("x"), data: { a: 1 } },
      400,
      /^ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap\.data of type string$/,
    ],
  ];
  for (const [object, code, message] of cases) {
    const answer = await api.create(MAPS, object);
    assert.equal(answer.code, code, answer.text);
    assert.match(answer.object.message, message);
  }
  assert.equal((await api.get(MAPS)).object.items.length, 1);
});

test("unknown fields are told of, refused or ignored, as the request says", async () => {
  await using api = await startApi();
  const odd = { ...configMap("a"), dada: {} };
  assert.deepEqual((await api.create(MAPS, odd)).headers.warning, ['299 - "unknown field \\"dada\\""']);
  assert.equal((await api.create(`${MAPS}?fieldValidation=Ignore`, { ...odd, metadata: { name: "b" } })).headers.warning, undefined);
  assert.equal(
    (await api.create(`${MAPS}?fieldValidation=Strict`, { ...odd, metadata: { name: "c" } })).object.message,
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dada"',
  );
});

test("generateName gives a name of five more characters; a dry run leaves nothing behind", async () => {
  await using api = await startApi();
  const made = await api.create(MAPS, { metadata: { generateName: "x-" } });
  assert.match(made.object.metadata.name, /^x-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  const dry = await api.create(`${MAPS}?dryRun=All`, configMap("dry"));
  assert.equal(dry.code, 201);
  assert.equal(dry.object.metadata.resourceVersion, undefined);
  assert.equal((await api.get(`${MAPS}/dry`)).code, 404);
  assert.equal((await api.delete(`${MAPS}/${made.object.metadata.name}?dryRun=All`)).code, 200);
  assert.equal((await api.get(`${MAPS}/${made.object.metadata.name}`)).code, 200);
});

test("a list is in key order, by selectors, and in pages that show one moment", async () => {
  await using api = await startApi();
  await withMaps(api, 6);
  const names = (answer: Answered): string[] => answer.object.items.map((one: { metadata: { name: string } }) => one.metadata.name);
  assert.deepEqual(names(await api.get(MAPS)), ["m0", "m1", "m2", "m3", "m4", "m5"]);
  assert.deepEqual(names(await api.get(`${MAPS}?labelSelector=app%3Dodd`)), ["m1", "m3", "m5"]);
  assert.deepEqual(names(await api.get(`${MAPS}?fieldSelector=metadata.name%3Dm4`)), ["m4"]);
  assert.deepEqual(names(await api.get("/api/v1/configmaps?fieldSelector=metadata.namespace%3Dother")), []);

  const first = await api.get(`${MAPS}?limit=2`);
  assert.equal(first.object.metadata.remainingItemCount, 4);
  await api.delete(`${MAPS}/m2`);
  await api.create(MAPS, configMap("m11"));
  const second = await api.get(`${MAPS}?limit=10&continue=${first.object.metadata.continue}`);
  assert.deepEqual([...names(first), ...names(second)], ["m0", "m1", "m2", "m3", "m4", "m5"]);
  assert.equal(second.object.metadata.resourceVersion, first.object.metadata.resourceVersion);
  assert.equal(second.object.metadata.continue, undefined);
  assert.deepEqual(names(await api.get(MAPS)), ["m0", "m1", "m11", "m3", "m4", "m5"]);
  const exact = await api.get(`${MAPS}?resourceVersion=${first.object.metadata.resourceVersion}&resourceVersionMatch=Exact`);
  assert.deepEqual(names(exact), ["m0", "m1", "m2", "m3", "m4", "m5"]);

  const cases: readonly [query: string, code: number, message: RegExp][] = [
    ["labelSelector=a%3D%3D%3D", 400, /parse/],
    ["fieldSelector=spec.x%3D1", 400, /^"spec\.x" is not a known field selector: only "metadata\.name", "metadata\.namespace"$/],
    ["resourceVersionMatch=Exact", 422, /resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided/],
    [`continue=${first.object.metadata.continue}&resourceVersion=5`, 400, /^specifying resource version is not allowed when using continue$/],
    ["continue=xx", 400, /^invalid continue token: continue key is not valid/],
  ];
  for (const [query, code, message] of cases) {
    const answer = await api.get(`${MAPS}?${query}`);
    assert.equal(answer.code, code, answer.text);
    assert.match(answer.object.message, message);
  }
});

test("a page of a moment that was compacted is refused with a token that goes on at the present", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  await using api = await startApi({ clock: { now: () => now, after: () => () => {} } });
  await withMaps(api, 3);
  const first = await api.get(`${MAPS}?limit=1`);
  const next = `${MAPS}?limit=1&continue=${first.object.metadata.continue}`;
  assert.equal((await api.get(next)).code, 200);
  await api.create(MAPS, configMap("m11"));
  now += 20_000;
  await api.create(MAPS, configMap("m12"));
  await api.context.store.compact(api.caches.revision);
  assert.equal((await api.get(next)).code, 200, "the cache still has it");
  now += 5 * 60_000;
  const refused = await api.get(next);
  assert.deepEqual([refused.code, refused.object.reason], [410, "Expired"]);
  const on = await api.get(`${MAPS}?limit=2&continue=${refused.object.metadata.continue}`);
  assert.deepEqual(
    on.object.items.map((one: { metadata: { name: string } }) => one.metadata.name),
    ["m1", "m11"],
  );
});

test("patches of four kinds change the newest object", async () => {
  await using api = await startApi();
  const spec = { selector: { matchLabels: { a: "b" } }, template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i:1" }] } } };
  assert.equal((await api.create(DEPLOYMENTS, { metadata: { name: "d" }, spec })).code, 201);
  const at = `${DEPLOYMENTS}/d`;
  const merged = await api.patch(at, "application/merge-patch+json", { spec: { replicas: 3 } });
  assert.equal(merged.object.spec.replicas, 3);
  const stepped = await api.patch(at, "application/json-patch+json", [
    { op: "test", path: "/spec/replicas", value: 3 },
    { op: "replace", path: "/spec/replicas", value: 4 },
  ]);
  assert.equal(stepped.object.spec.replicas, 4);
  const strategic = await api.patch(at, "application/strategic-merge-patch+json", {
    spec: { template: { spec: { containers: [{ name: "d", image: "j" }] } } },
  });
  assert.deepEqual(
    strategic.object.spec.template.spec.containers.map((one: { name: string }) => one.name),
    ["d", "c"],
  );
  const applied = await api.patch(`${at}?fieldManager=m`, "application/apply-patch+yaml", {
    apiVersion: "apps/v1",
    kind: "Deployment",
    spec: { paused: true },
  });
  assert.equal(applied.object.spec.paused, true);
  assert.ok(applied.object.metadata.managedFields.some((one: { manager: string; operation: string }) => one.manager === "m" && one.operation === "Apply"));
  assert.deepEqual(
    refusal(await api.patch(`${at}?fieldManager=n`, "application/apply-patch+yaml", { apiVersion: "apps/v1", kind: "Deployment", spec: { paused: false } })),
    {
      code: 409,
      reason: "Conflict",
      message: 'Apply failed with 1 conflict: conflict with "m": .spec.paused',
    },
  );
  assert.equal((await api.patch(at, "application/xml", {})).code, 415);
  assert.equal((await api.patch(at, "application/merge-patch+json", { spec: { replicas: "x" } })).code, 422);
  assert.equal((await api.patch(`${DEPLOYMENTS}/none`, "application/merge-patch+json", {})).code, 404);
  const made = await api.patch(
    `${MAPS}/new?fieldManager=m`,
    "application/apply-patch+yaml",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: new}\ndata: {a: b}\n",
  );
  assert.deepEqual([made.code, made.object.metadata.name, made.object.data], [201, "new", { a: "b" }]);
});

test("many patches of one object at once all take effect", async () => {
  await using api = await startApi();
  await api.create(MAPS, configMap("a"));
  const patches = Array.from({ length: 20 }, (_, i) => api.patch(`${MAPS}/a`, "application/merge-patch+json", { data: { [`k${i}`]: "v" } }));
  for (const { code } of await Promise.all(patches)) assert.equal(code, 200);
  assert.equal(Object.keys((await api.get(`${MAPS}/a`)).object.data).length, 20);
});

test("an update that a deletion overtakes finds nothing, and no conflict", async () => {
  await using api = await startApi();
  for (let round = 0; round < 10; round++) {
    const { object } = await api.create(MAPS, configMap("a"));
    const [gone, late] = await Promise.all([api.delete(`${MAPS}/a`), api.update(`${MAPS}/a`, { ...object, data: { x: "2" } })]);
    assert.equal(gone.code, 200);
    if (late.code !== 200) assert.deepEqual(refusal(late), { code: 404, reason: "NotFound", message: 'configmaps "a" not found' });
  }
});

test("an object with finalizers is marked, and goes when the last is removed", async () => {
  await using api = await startApi();
  await api.create(MAPS, configMap("a", { metadata: { finalizers: ["x.io/a"] } }));
  const marked = await api.delete(`${MAPS}/a`);
  assert.equal(marked.code, 200);
  assert.match(marked.object.metadata.deletionTimestamp, /Z$/);
  assert.equal(marked.object.metadata.deletionGracePeriodSeconds, 0);
  const more = await api.patch(`${MAPS}/a`, "application/merge-patch+json", { metadata: { finalizers: ["x.io/a", "x.io/b"] } });
  assert.match(more.object.message, /no new finalizers can be added if the object is being deleted, found new finalizers \[\]string\{"x\.io\/b"\}/);
  assert.equal((await api.patch(`${MAPS}/a`, "application/merge-patch+json", { metadata: { finalizers: null } })).code, 200);
  assert.equal((await api.get(`${MAPS}/a`)).code, 404);
});

test("propagation sets the collector's finalizers", async () => {
  await using api = await startApi();
  for (const [name, policy, finalizers] of [
    ["f", "Foreground", ["foregroundDeletion"]],
    ["o", "Orphan", ["orphan"]],
  ] as const) {
    await api.create(MAPS, configMap(name));
    const dry = await api.delete(`${MAPS}/${name}?dryRun=All&propagationPolicy=${policy}`);
    assert.deepEqual(dry.object.metadata.finalizers, finalizers, "a dry run shows what would be");
    assert.equal((await api.get(`${MAPS}/${name}`)).object.metadata.finalizers, undefined);
    const answer = await api.delete(`${MAPS}/${name}`, { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: policy });
    assert.deepEqual(answer.object.metadata.finalizers, finalizers);
    assert.match(answer.object.metadata.deletionTimestamp, /Z$/);
  }
  await api.create(MAPS, configMap("b"));
  assert.equal((await api.delete(`${MAPS}/b?propagationPolicy=Background`)).object.status, "Success");
  assert.deepEqual(refusal(await api.delete(`${MAPS}/f?propagationPolicy=No`)), {
    code: 422,
    reason: "Invalid",
    message:
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "No": supported values: "Foreground", "Background", "Orphan", "nil"',
  });
});

test("preconditions of a deletion must hold", async () => {
  await using api = await startApi();
  await api.create(MAPS, configMap("a"));
  const answer = await api.delete(`${MAPS}/a`, { preconditions: { uid: "other" } });
  assert.equal(answer.code, 409);
  assert.match(answer.object.message, /the UID in the precondition \(other\) does not match the UID in record/);
  const { metadata } = (await api.get(`${MAPS}/a`)).object;
  assert.equal((await api.delete(`${MAPS}/a`, { preconditions: { uid: metadata.uid, resourceVersion: metadata.resourceVersion } })).code, 200);
});

test("a namespace is marked Terminating, and vanishes when its finalizers are cleared", async () => {
  await using api = await startApi();
  await api.create("/api/v1/namespaces", { metadata: { name: "n" }, spec: { finalizers: ["kubernetes"] } });
  const marked = await api.delete("/api/v1/namespaces/n");
  assert.equal(marked.object.status.phase, "Terminating");
  assert.equal((await api.delete("/api/v1/namespaces/n")).code, 200);
  assert.equal((await api.get("/api/v1/namespaces/n")).code, 200);
});

test("a collection is deleted by selector", async () => {
  await using api = await startApi();
  await withMaps(api, 5);
  const answer = await api.delete(`${MAPS}?labelSelector=app%3Dodd`);
  assert.equal(answer.code, 200);
  assert.equal(answer.object.items.length, 2);
  assert.equal((await api.get(MAPS)).object.items.length, 3);
});

test("reading a version that isn't there yet is refused after a while", async () => {
  await using api = await startApi();
  const answer = await api.get(`${MAPS}?resourceVersion=1000000`);
  assert.deepEqual(
    [answer.code, answer.object.details.causes, answer.object.details.retryAfterSeconds],
    [504, [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }], 1],
  );
});
