/** Server-side apply: ownership, conflicts, removal, order of lists, takeover from client-side apply; outcomes as seen on kube-apiserver. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { configMap, deployment } from "../../../test/support/schemas.ts";
import type { Plain } from "../plain.ts";
import { type ApplyRequest, managedApply } from "./apply.ts";
import { keepTimes } from "./keep-times.ts";
import type { ManagedFieldsEntry } from "./managed.ts";
import { managedUpdate } from "./update.ts";

const T1 = "2026-01-01T00:00:01Z";
const T2 = "2026-01-01T00:00:02Z";
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

interface Stored extends Plain {
  readonly metadata: Plain & { readonly managedFields?: readonly ManagedFieldsEntry[] };
}

function apply(live: Plain | undefined, patch: Plain, more: Partial<ApplyRequest> = {}): Stored {
  const document = { apiVersion: "v1", kind: "ConfigMap", ...patch };
  const { object } = managedApply({
    schema: configMap,
    live,
    patch: document,
    manager: "a",
    force: false,
    apiVersion: "v1",
    kind: "ConfigMap",
    time: T1,
    ...more,
  });
  return object as Stored;
}

function update(live: Stored, next: Plain, manager: string, time = T1): Stored {
  const managedFields = managedUpdate({ schema: configMap, live, next, manager, apiVersion: "v1", time });
  return { ...next, metadata: { ...live.metadata, ...(next.metadata as Plain), managedFields } } as Stored;
}

const owners = (object: Stored): unknown => object.metadata.managedFields?.map((entry) => [entry.manager, entry.operation, entry.time, plain(entry.fieldsV1)]);
const spec = (containers: readonly Plain[]): Plain => ({ apiVersion: "apps/v1", kind: "Deployment", spec: { template: { spec: { containers } } } });
const forDeployment = { schema: deployment, apiVersion: "apps/v1", kind: "Deployment" };
const containersOf = (object: Stored): Plain[] => ((object.spec as Plain).template as { spec: { containers: Plain[] } }).spec.containers;

test("an apply makes the object and owns what the document names", () => {
  const object = apply(undefined, { metadata: { name: "x", labels: { l: "1" } }, data: { a: "1" } });
  assert.deepEqual(plain(object.data), { a: "1" });
  assert.deepEqual(owners(object), [["a", "Apply", T1, { "f:data": { "f:a": {} }, "f:metadata": { "f:labels": { "f:l": {} } } }]]);
});

test("what is no longer applied goes, unless somebody else owns it", () => {
  const first = apply(undefined, { metadata: {}, data: { a: "1", b: "1", c: "1" } });
  const shared = apply(first, { metadata: {}, data: { b: "1" } }, { manager: "b" });
  const later = apply(shared, { metadata: {}, data: { a: "2" } }, { time: T2 });
  assert.deepEqual(plain(later.data), { a: "2", b: "1" });
  assert.deepEqual(owners(later), [
    ["b", "Apply", undefined, { "f:data": { "f:b": {} } }],
    ["a", "Apply", T2, { "f:data": { "f:a": {} } }],
  ]);
  assert.equal("data" in apply(first, { metadata: {} }), false);
});

test("a change of what others own is a conflict, named as kubectl shows it", () => {
  const object = update(apply(undefined, { metadata: {}, data: { a: "1" } }), { metadata: {}, data: { a: "1", b: "1", c: "1" } }, "editor");
  assert.throws(
    () => apply(object, { data: { b: "2" } }),
    (error: { status: object }) => {
      assert.deepEqual(error.status, {
        code: 409,
        reason: "Conflict",
        message: 'Apply failed with 1 conflict: conflict with "editor" using v1: .data.b',
        details: { causes: [{ reason: "FieldManagerConflict", message: 'conflict with "editor" using v1', field: ".data.b" }] },
      });
      return true;
    },
  );
  assert.throws(() => apply(object, { data: { a: "2", b: "2", c: "2" } }, { manager: "z" }), {
    message: 'Apply failed with 3 conflicts: conflicts with "a":\n- .data.a\nconflicts with "editor" using v1:\n- .data.b\n- .data.c',
  });
  const forced = apply(object, { data: { b: "2" } }, { force: true });
  assert.deepEqual(plain(forced.data), { b: "2", c: "1" });
  assert.deepEqual(plain(apply(object, { data: { b: "1" } }).data), { b: "1", c: "1" });
});

test("an apply that changes nothing keeps object, entry and time", () => {
  const object = apply(undefined, { metadata: {}, data: { a: "1" } });
  assert.equal(apply(object, { metadata: {}, data: { a: "1" } }, { time: T2 }), object);
});

test("items of keyed lists merge, in the applied order among themselves; defaults tell items apart", () => {
  const first = apply(
    undefined,
    spec([
      { name: "a", image: "1" },
      { name: "b", image: "1" },
    ]),
    forDeployment,
  );
  const second = apply(
    first,
    spec([
      { name: "c", image: "1" },
      { name: "a", ports: [{ containerPort: 80 }] },
    ]),
    { ...forDeployment, manager: "m" },
  );
  assert.deepEqual(plain(containersOf(second)), [
    { name: "c", image: "1" },
    { name: "a", image: "1", ports: [{ containerPort: 80 }] },
    { name: "b", image: "1" },
  ]);
  const third = apply(
    second,
    spec([
      {
        name: "a",
        ports: [
          { containerPort: 80, protocol: "UDP" },
          { containerPort: 80, protocol: "TCP", name: "web" },
        ],
      },
    ]),
    { ...forDeployment, manager: "m" },
  );
  assert.deepEqual(plain(containersOf(third)), [
    {
      name: "a",
      image: "1",
      ports: [
        { containerPort: 80, protocol: "UDP" },
        { containerPort: 80, protocol: "TCP", name: "web" },
      ],
    },
    { name: "b", image: "1" },
  ]);
});

test("an object that nobody tracks belongs to before-first-apply", () => {
  const object = apply({ metadata: { name: "x", uid: "u" }, data: { a: "1", b: "1" } }, { data: { a: "1" } });
  assert.deepEqual(owners(object), [
    ["a", "Apply", undefined, { "f:data": { "f:a": {} } }],
    ["before-first-apply", "Update", T1, { "f:data": { ".": {}, "f:a": {}, "f:b": {} } }],
  ]);
});

test("an endpoint doesn't own what it resets", () => {
  const patch = { ...spec([{ name: "a" }]), status: { replicas: 1 } };
  const object = apply(undefined, patch, { ...forDeployment, subresource: "status", fields: { resetFields: ["spec"] } });
  assert.deepEqual(owners(object), [["a", "Apply", T1, { "f:status": { "f:replicas": {} } }]]);
  assert.equal(object.metadata.managedFields?.[0]?.subresource, "status");
});

test("kubectl takes over what its client-side apply set", () => {
  const annotation = "kubectl.kubernetes.io/last-applied-configuration";
  const applied = { apiVersion: "v1", kind: "ConfigMap", metadata: {}, data: { a: "1", b: "1" } };
  const created = { metadata: { annotations: { [annotation]: JSON.stringify(applied) } }, data: { a: "1", b: "1" } };
  const live = update({ metadata: { uid: "u" } }, created, "kubectl-client-side-apply");
  const tracked = {
    ...live,
    metadata: {
      ...live.metadata,
      managedFields: managedUpdate({ schema: configMap, live: undefined, next: created, manager: "kubectl-client-side-apply", apiVersion: "v1", time: T1 }),
    },
  };
  assert.throws(() => apply(tracked, { metadata: {}, data: { a: "2" } }, { manager: "other" }));
  const object = apply(tracked, { metadata: {}, data: { a: "2", b: "1" } }, { manager: "kubectl" });
  assert.equal(
    ((object.metadata as Plain).annotations as Plain)[annotation],
    '{"apiVersion":"v1","data":{"a":"2","b":"1"},"kind":"ConfigMap","metadata":{}}\n',
  );
  assert.throws(
    () => apply(update(tracked as Stored, { ...tracked, data: { a: "9", b: "1" } }, "editor"), { metadata: {}, data: { a: "2" } }, { manager: "kubectl" }),
    /"editor" using v1: .data.a/,
  );
});

test("what can't be applied is refused in kube-apiserver's words", () => {
  const refused = (patch: unknown, code: number, message: RegExp): void =>
    assert.throws(
      () => managedApply({ schema: configMap, live: undefined, patch, manager: "a", force: false, apiVersion: "v1", kind: "ConfigMap", time: T1 }),
      (error: { status: { code: number; message: string } }) => error.status.code === code && message.test(error.status.message),
      String(message),
    );
  const document = { apiVersion: "v1", kind: "ConfigMap" };
  refused([1], 400, /^error decoding patch/);
  refused({ apiVersion: "apps/v1", kind: "ConfigMap" }, 400, /^invalid object type: apps\/v1, Kind=ConfigMap$/);
  refused({ ...document, metadata: { managedFields: [] } }, 400, /^metadata.managedFields must be nil$/);
  refused(
    { ...document, metadata: { name: "x", namespace: "n" }, spec: 1 },
    500,
    /^failed to create typed patch object \(n\/x; \/v1, Kind=ConfigMap\): \.spec: field not declared in schema$/,
  );
  refused({ ...document, data: { a: 1 } }, 500, /\.data\.a: expected string, got &value\.valueUnstructured\{Value:1\}$/);
  refused({ ...document, metadata: { finalizers: ["a", "a"] } }, 500, /\.metadata\.finalizers: duplicate entries for key \[="a"\]$/);
});

test("a write whose only news is a time keeps the stored entries", () => {
  const live = apply(undefined, { metadata: {}, data: { a: "1" } });
  const later = { ...live, metadata: { ...live.metadata, managedFields: live.metadata.managedFields?.map((entry) => ({ ...entry, time: T2 })) } };
  assert.equal(keepTimes(live, later).metadata, live.metadata);
  const changed = { ...later, data: { a: "2" } };
  assert.equal(keepTimes(live, changed), changed);
});

test("nulls in an applied map are values, which the decoder takes for zero", () => {
  const object = apply(apply(undefined, { data: { a: "1" } }, { manager: "z" }), { data: { a: null } }, { force: true });
  assert.deepEqual(plain(object.data), { a: null });
});
