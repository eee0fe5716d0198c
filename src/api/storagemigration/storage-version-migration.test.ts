import assert from "node:assert/strict";
import { test } from "node:test";
import { create, update } from "../../../test/support/kind-write.ts";

const migration = (resource: object, status: object = {}) => ({
  apiVersion: "storagemigration.k8s.io/v1",
  kind: "StorageVersionMigration",
  metadata: { name: "m" },
  spec: { resource },
  status,
});
const fields = ({ errors }: { readonly errors: readonly string[] }) => errors.map((error) => error.split(":")[0]);
const is = (...types: string[]) => ({
  conditions: types.map((type) => ({ type, status: "True", reason: "r", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" })),
});
const pods = { resource: "pods" };

test("a migration names a resource, for good", () => {
  assert.deepEqual(create(migration({ group: "apps", resource: "deployments" })).errors, []);
  assert.deepEqual(fields(create(migration({ group: "A_B" }))), ["FieldValueRequired spec.resource.resource", "FieldValueInvalid spec.resource.group"]);
  assert.deepEqual(fields(update(migration(pods), migration({ resource: "secrets" }))), ["FieldValueInvalid spec"]);
});

test("it ends well or not, and what is done stays done", () => {
  const to = (before: object, after: object) => fields(update(migration(pods, before), migration(pods, after), "status"));
  assert.deepEqual(to({}, { resourceVersion: "7", ...is("Succeeded") }), []);
  assert.deepEqual(to({}, { resourceVersion: "07" }), ["FieldValueInvalid status.resourceVersion"]);
  assert.deepEqual(to({ resourceVersion: "7" }, { resourceVersion: "8" }), ["FieldValueInvalid status.resourceVersion"]);
  assert.deepEqual(to({}, is("Succeeded", "Failed")), ["FieldValueInvalid status.conditions"]);
  assert.deepEqual(to(is("Failed"), is("Running")), ["FieldValueInvalid status.conditions"]);
});
