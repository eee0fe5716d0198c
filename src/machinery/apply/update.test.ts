/** Ownership of updates: what a create owns, what a change takes, what a removal leaves, and entries as kube-apiserver writes them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { configMap, deployment } from "../../../test/support/schemas.ts";
import type { Plain } from "../plain.ts";
import type { ManagedFieldsEntry } from "./managed.ts";
import { managedUpdate, type UpdateRequest } from "./update.ts";

const T1 = "2026-01-01T00:00:01Z";
const T2 = "2026-01-01T00:00:02Z";
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function write(live: Plain | undefined, next: Plain, more: Partial<UpdateRequest> = {}): Plain & { metadata: { managedFields: ManagedFieldsEntry[] } } {
  const metadata = { uid: "u", ...(live?.metadata as Plain), ...(next.metadata as Plain) };
  const managedFields = managedUpdate({ schema: configMap, live, next, manager: "a", apiVersion: "v1", time: T1, ...more });
  return { ...next, metadata: { ...metadata, managedFields: managedFields as ManagedFieldsEntry[] } };
}

test("a create owns what it sets, and not what the server keeps", () => {
  const next = { kind: "ConfigMap", apiVersion: "v1", metadata: { name: "x", uid: "u", labels: { l: "1" } }, data: { b: "2", a: "1" } };
  assert.deepEqual(plain(write(undefined, next).metadata.managedFields), [
    {
      manager: "a",
      operation: "Update",
      apiVersion: "v1",
      time: T1,
      fieldsType: "FieldsV1",
      fieldsV1: { "f:data": { ".": {}, "f:a": {}, "f:b": {} }, "f:metadata": { "f:labels": { ".": {}, "f:l": {} } } },
    },
  ]);
});

test("a create shows structs that JSON writes although they are empty", () => {
  const next = { spec: { replicas: 1, template: { spec: { containers: [{ name: "c", image: "i", ports: [{ containerPort: 80 }] }] } } } };
  const [entry] = write(undefined, next, { schema: deployment, apiVersion: "apps/v1", fields: { resetFields: ["status"] } }).metadata.managedFields;
  assert.deepEqual(plain(entry?.fieldsV1), {
    "f:spec": {
      "f:replicas": {},
      "f:template": {
        "f:spec": {
          "f:containers": {
            ".": {},
            'k:{"name":"c"}': {
              ".": {},
              "f:image": {},
              "f:name": {},
              "f:ports": { ".": {}, 'k:{"containerPort":80,"protocol":"TCP"}': { ".": {}, "f:containerPort": {} } },
              "f:resources": {},
            },
          },
        },
      },
    },
  });
});

test("a change is taken from who had the field; a removal from everybody; nothing else moves", () => {
  const first = write(undefined, { metadata: {}, data: { x: "1", y: "1", z: "1" } });
  const second = write(first, { ...first, data: { x: "2", y: "1" } }, { manager: "b", time: T2 });
  assert.deepEqual(
    second.metadata.managedFields.map((entry) => [entry.manager, entry.time, plain(entry.fieldsV1)]),
    [
      ["a", T1, { "f:data": { ".": {}, "f:y": {} } }],
      ["b", T2, { "f:data": { "f:x": {} } }],
    ],
  );
  const third = write(second, { ...second, data: { x: "2" } }, { manager: "c", time: T2 });
  assert.deepEqual(
    third.metadata.managedFields.map((entry) => [entry.manager, entry.time, plain(entry.fieldsV1)]),
    [
      ["a", T1, { "f:data": {} }],
      ["b", T2, { "f:data": { "f:x": {} } }],
    ],
  );
  const same = managedUpdate({ schema: configMap, live: third, next: third, manager: "d", apiVersion: "v1", time: T2 });
  assert.equal(same?.[0], third.metadata.managedFields[0]);
});

test("a client may write entries, leave them out, or clear them", () => {
  const live = write(undefined, { metadata: {}, data: { x: "1" } });
  const managed = (metadata: Plain, more: Partial<UpdateRequest> = {}): unknown =>
    plain(managedUpdate({ schema: configMap, live, next: { metadata, data: { x: "1" } }, manager: "b", apiVersion: "v1", time: T2, ...more }) ?? null);
  assert.deepEqual(managed({}), live.metadata.managedFields);
  assert.equal(managed({ managedFields: [{}] }), null);
  assert.equal(managed({ managedFields: [] }), null);
  assert.deepEqual(managed({ managedFields: [{ manager: "bad" }] }), live.metadata.managedFields);
  assert.deepEqual(managed({ managedFields: [{}] }, { subresource: "status" }), live.metadata.managedFields);
  const forged = [{ manager: "z", operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: { "f:data": {} } }];
  assert.deepEqual(managed({ managedFields: forged }), forged);
  assert.equal(
    managedUpdate({ schema: configMap, live: { metadata: { uid: "u" } }, next: { metadata: {}, data: {} }, manager: "b", apiVersion: "v1", time: T1 }),
    undefined,
  );
});

test("at most ten updaters are kept; older ones become ancient-changes", () => {
  let object = write(undefined, { metadata: {}, data: { k0: "0" } }, { manager: "m00" });
  for (let i = 1; i < 13; i++) {
    const data = { ...(object.data as Plain), [`k${i}`]: String(i) };
    object = write(object, { ...object, data }, { manager: `m${String(i).padStart(2, "0")}`, time: `2026-01-01T00:00:${10 + i}Z` });
  }
  const entries = object.metadata.managedFields;
  assert.equal(entries.length, 10);
  assert.deepEqual(plain(entries[0]), {
    manager: "ancient-changes",
    operation: "Update",
    apiVersion: "v1",
    time: "2026-01-01T00:00:13Z",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:data": { ".": {}, "f:k0": {}, "f:k1": {}, "f:k2": {}, "f:k3": {} } },
  });
});

test("list items that can't be told apart leave the entries as they are", () => {
  const live = write(undefined, { spec: { template: { spec: { containers: [{ name: "c" }] } } } }, { schema: deployment });
  const next = { ...live, spec: { template: { spec: { containers: [{ image: "x" }] } } } };
  assert.equal(managedUpdate({ schema: deployment, live, next, manager: "b", apiVersion: "v1", time: T2 }), live.metadata.managedFields);
});

test("an update of one annotation on a large object takes microseconds", () => {
  const containers = Array.from({ length: 20 }, (_, i) => ({
    name: `c${i}`,
    image: "i",
    env: Array.from({ length: 20 }, (_, j) => ({ name: `E${j}`, value: "v" })),
  }));
  const live = write(undefined, { metadata: { annotations: { a: "1" } }, spec: { template: { spec: { containers } } } }, { schema: deployment });
  const next = { ...live, metadata: { ...live.metadata, annotations: { a: "2" } } };
  const run = (): unknown => managedUpdate({ schema: deployment, live, next, manager: "b", apiVersion: "v1", time: T2 });
  for (let i = 0; i < 2000; i++) run();
  const start = performance.now();
  for (let i = 0; i < 2000; i++) run();
  assert.ok((performance.now() - start) / 2 < 100, `took ${(performance.now() - start) / 2} µs each`);
});
