/** Ownership through the scale subresource, as seen on kube-apiserver. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { entriesAfterScale, entriesOfScale } from "./scale.ts";

const T = "2026-01-01T00:00:00Z";
const entry = (manager: string, operation: string, apiVersion: string, fieldsV1: object, more: object = {}) => ({
  manager,
  operation,
  apiVersion,
  time: T,
  fieldsType: "FieldsV1",
  fieldsV1,
  ...more,
});
const REPLICAS = { "f:spec": { "f:replicas": {} } };

test("who owns the number of replicas owns it in Scale", () => {
  const entries = [
    entry("a", "Apply", "apps/v1", { "f:spec": { "f:replicas": {}, "f:selector": {} } }),
    entry("b", "Update", "apps/v1", { "f:metadata": { "f:labels": {} } }),
  ];
  assert.deepEqual(entriesOfScale(entries), [entry("a", "Apply", "autoscaling/v1", REPLICAS)]);
  assert.equal(entriesOfScale(undefined), undefined);
});

test("a write of Scale takes the number from who had it and gives it to an entry without a time", () => {
  const before = [entry("kubectl-create", "Update", "apps/v1", { "f:spec": { "f:replicas": {}, "f:selector": {} } })];
  const scaled = [entry("kubectl", "Update", "autoscaling/v1", REPLICAS, { subresource: "scale" })];
  const after = entriesAfterScale(before, scaled, "apps/v1");
  const { time: _, ...timeless } = entry("kubectl", "Update", "apps/v1", REPLICAS, { subresource: "scale" });
  assert.deepEqual(after, [timeless, entry("kubectl-create", "Update", "apps/v1", { "f:spec": { "f:selector": {} } })]);
});

test("an applier that still owns the number keeps its entry", () => {
  const before = [entry("a", "Apply", "apps/v1", { "f:spec": { "f:replicas": {} } })];
  assert.deepEqual(entriesAfterScale(before, entriesOfScale(before), "apps/v1"), before);
});
