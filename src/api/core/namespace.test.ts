import assert from "node:assert/strict";
import { test } from "node:test";
import { create, update } from "../../../test/support/kind-write.ts";

const namespace = (spec: object = {}, more: object = {}) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name: "n" }, spec, ...more });

test("a new namespace is active, held by its finalizer, and labelled with its name", () => {
  const { object, errors } = create(namespace({ finalizers: ["a/b"] }, { status: { phase: "Terminating" } }));
  assert.deepEqual(errors, []);
  assert.partialDeepStrictEqual(object, {
    metadata: { labels: { "kubernetes.io/metadata.name": "n" } },
    spec: { finalizers: ["a/b", "kubernetes"] },
    status: { phase: "Active" },
  });
});

test("a finalizer has a domain", () => {
  assert.deepEqual(create(namespace({ finalizers: ["foo"] })).errors, [
    'FieldValueInvalid spec.finalizers: Invalid value: "foo": name is neither a standard finalizer name nor is it fully qualified',
  ]);
});

test("the finalizers are changed only through their own endpoint", () => {
  const before = namespace({ finalizers: ["kubernetes"] });
  assert.deepEqual(update(before, namespace({ finalizers: [] })).object.spec, { finalizers: ["kubernetes"] });
  assert.deepEqual(update(before, namespace({ finalizers: [] }), "finalize").object.spec, {});
});

test("a namespace that isn't going is active", () => {
  assert.deepEqual(update(namespace({}, { status: { phase: "Active" } }), namespace({}, { status: { phase: "Terminating" } }), "status").errors, [
    "FieldValueInvalid status.Phase: Invalid value: \"Terminating\": may only be 'Active' if `deletionTimestamp` is empty",
  ]);
});
