/** The threat model against a live control plane: every drill that needs no nodes, and proof that a drill can fail. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Drill } from "../../src/drills/drill.ts";
import { denied } from "../../src/drills/expect.ts";
import { type Cluster, type Result, runDrill } from "../../src/drills/harness.ts";
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

/** A small drill that passes: an account that may read config maps asks for secrets. */
const SMALL: Drill = {
  id: "T0-00",
  threat: 2,
  boundary: "B4",
  actor: "A1.1",
  title: "A canary",
  defence: "RBAC",
  needs: "control-plane",
  async setup(room) {
    await room.account("eve", [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }]);
  },
  attack: async (room) => [await room.as("eve").tries("secrets", { method: "GET", path: `/api/v1/namespaces/${room.namespace}/secrets` })],
  twin: async (room) => [
    { ...(await room.as("eve").tries("config maps", { method: "GET", path: `/api/v1/namespaces/${room.namespace}/configmaps` })), unrecorded: true },
  ],
  expect: denied({ status: 403, reason: "Forbidden" }),
};

async function fails(drill: Drill, cluster: Cluster, why: RegExp): Promise<Result> {
  const result = await runDrill(drill, cluster);
  assert.equal(result.outcome, "failed");
  assert.ok(
    result.why.some((one) => why.test(one)),
    result.why.slice(0, 5).join("\n"),
  );
  return result;
}

test("a drill passes that is refused for the right cause and whose twin works, and leaves nothing behind", async () => {
  const result = await runDrill(SMALL, setting.cluster);
  assert.deepEqual([result.outcome, result.why, result.checked, result.records], ["passed", [], 2, 1]);
  const { loopback } = setting.running().server;
  const { body } = await loopback.send("GET", "/api/v1/namespaces");
  const names = (body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);
  assert.deepEqual(
    names.filter((name) => name.startsWith("drill-")),
    [],
  );
});

test("where the namespace lets everything through, the drill of privileged fields fails in every one of them", async () => {
  const [first] = drills.filter(({ id }) => id === "T1-01");
  const open = { ...setting.cluster, namespaceLabels: { "pod-security.kubernetes.io/enforce": "privileged" } };
  const { why } = await fails(first!, open, /attack, privileged, as Pod: it was allowed: 201/);
  assert.ok(why.some((one) => /Pods that stand in the end: there are/.test(one)));
  for (const field of ["hostPID", "hostPath", "HostProcess", "an added capability"])
    assert.ok(
      why.some((one) => one.includes(`${field}, as Pod: it was allowed`)),
      field,
    );
});

test("a refusal for another cause, or with another code, fails", async () => {
  await fails({ ...SMALL, expect: denied({ status: 403, cause: "BorrowedRight" }) }, setting.cluster, /expected the cause BorrowedRight, got 403/);
  await fails({ ...SMALL, expect: denied({ status: 401 }) }, setting.cluster, /expected 401, got 403/);
});

test("an attack that succeeds fails, and so does a twin that is refused", async () => {
  await fails({ ...SMALL, attack: SMALL.twin }, setting.cluster, /attack, config maps: it was allowed: 200/);
  await fails({ ...SMALL, twin: SMALL.attack }, setting.cluster, /twin, secrets: it was refused: 403/);
  await fails({ ...SMALL, attack: async () => [] }, setting.cluster, /it tried nothing/);
});

test("a missing record, and one that names somebody else, fails", async () => {
  const { cluster } = setting;
  const without = { ...cluster, machine: { ...cluster.machine, records: async () => [] } };
  await fails(SMALL, without, /record, secrets: no audit record/);
  const records = async () => (await cluster.machine.records()).map((record) => ({ ...record, user: { username: "somebody" } }));
  await fails(SMALL, { ...cluster, machine: { ...cluster.machine, records } }, /who is "somebody"/);
});

test("a drill that needs a machine or nodes says so where there are none", async () => {
  const { machine: _, ...reach } = setting.cluster;
  const skipped = await Promise.all(drills.filter(({ needs }) => needs === "machine").map((drill) => runDrill(drill, reach)));
  assert.deepEqual(
    skipped.map(({ drill, outcome }) => [drill.id, outcome]),
    [
      ["T6-01", "skipped"],
      ["T6-02", "skipped"],
    ],
  );
  assert.deepEqual((await runDrill({ ...SMALL, needs: "nodes" }, reach)).why, ["it needs nodes that run containers"]);
});
