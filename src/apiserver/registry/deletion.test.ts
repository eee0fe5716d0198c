/** Which finalizers a deletion sets. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { configMap, startApi } from "../../../test/support/api.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

test("a namespace whose dependents aren't orphaned goes in the foreground, other objects as they are", async () => {
  await using api = await startApi();
  await api.create("/api/v1/namespaces", { metadata: { name: "n" } });
  await api.create("/api/v1/namespaces", { metadata: { name: "default" } });
  await api.create(MAPS, configMap("a", { metadata: { finalizers: ["x.io/a"] } }));
  const finalizers = [];
  for (const path of ["/api/v1/namespaces/n", `${MAPS}/a`]) finalizers.push((await api.delete(path, { orphanDependents: false })).object.metadata.finalizers);
  assert.deepEqual(finalizers, [["foregroundDeletion"], ["x.io/a"]]);
});
