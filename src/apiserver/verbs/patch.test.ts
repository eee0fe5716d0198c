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
