/** PATCH, as a whole server answers it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { startApi } from "../../../test/support/api.ts";

test("an applied null changes nothing in a struct whose members are always written, and so bears no time", async () => {
  await using api = await startApi();
  await api.create("/api/v1/nodes", { metadata: { name: "n" } });
  const times = [];
  for (const status of [null, { phase: "Running" }]) {
    const document = JSON.stringify({ apiVersion: "v1", kind: "Node", metadata: { name: "n" }, status });
    const { object } = await api.patch("/api/v1/nodes/n/status?fieldManager=m", "application/apply-patch+yaml", document);
    times.push(typeof object.metadata.managedFields[0].time);
  }
  assert.deepEqual(times, ["undefined", "string"]);
  await api.create("/api/v1/namespaces", { metadata: { name: "a" } });
  await api.create("/apis/resource.k8s.io/v1/namespaces/a/resourceclaims", { metadata: { name: "c" }, spec: {} });
  const document = JSON.stringify({ apiVersion: "resource.k8s.io/v1", kind: "ResourceClaim", metadata: { name: "c" }, status: null });
  const path = "/apis/resource.k8s.io/v1/namespaces/a/resourceclaims/c/status?fieldManager=m";
  const { object } = await api.patch(path, "application/apply-patch+yaml", document);
  assert.equal(typeof object.metadata.managedFields[0].time, "string", "of a struct that may be empty it is a change");
});

test("a patched object without a version has no name; without a kind it is of the path's", async () => {
  await using api = await startApi();
  await api.create("/api/v1/nodes", { metadata: { name: "n" } });
  const answers = [];
  for (const patch of [{ apiVersion: null }, { apiVersion: null, kind: null }, { kind: null }, { kind: "Other" }, { apiVersion: "v2" }]) {
    const { code, object } = await api.patch("/api/v1/nodes/n", "application/merge-patch+json", patch);
    answers.push([code, object.reason]);
  }
  assert.deepEqual(answers, [
    [400, "BadRequest"],
    [400, "BadRequest"],
    [200, undefined],
    [422, "Invalid"],
    [422, "Invalid"],
  ]);
});
