import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { startAgent, type TestAgent, testPod } from "../../../test/support/agent.ts";
import { startContainerd, type TestContainerd } from "../../../test/support/containerd.ts";
import { insideMachine } from "../../../test/support/machine.ts";
import { podLogFolder } from "../pods/config/names.ts";
import { rotateLog } from "./rotate-logs.ts";

insideMachine(import.meta.filename, (folder) => {
  let containerd: TestContainerd;
  let agent: TestAgent;
  before(async () => {
    containerd = await startContainerd(folder);
    agent = await startAgent(folder, containerd);
  });
  after(async () => {
    await agent.workers.stop();
    await containerd.stop();
  });

  test("a log past its size is put aside and goes on under its name; older ones are compressed, the oldest removed, no line is lost", async () => {
    const pod = testPod("talker", "i=0; while [ $i -lt 500 ]; do echo line-$i; i=$((i+1)); sleep 0.002; done; sleep 1000");
    agent.workers.set(pod);
    const status = await agent.until(pod, "running", ({ phase }) => phase === "Running");
    const id = status.containerStatuses?.[0]?.containerID?.replace("containerd://", "") ?? "";
    const logs = `${podLogFolder(agent.context.folders, pod)}/main`;
    const limits = { sizeMaxBytes: 1500, filesMax: 4 };
    assert.equal(await rotateLog(containerd.runtime, id, `${logs}/0.log`, { ...limits, sizeMaxBytes: 2 ** 30 }, Date.now()), false);
    const seen = new Set<string>();
    const collect = () => {
      for (const name of readdirSync(logs)) {
        const bytes = readFileSync(`${logs}/${name}`);
        for (const [, line] of (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString().matchAll(/ F (line-\d+)$/gm)) seen.add(line!);
      }
    };
    let rotations = 0;
    for (let now = Date.parse("2026-01-01T00:00:00Z"), tries = 0; !seen.has("line-499"); now += 1000, tries++) {
      assert.ok(tries < 200, `only ${seen.size} lines were seen`);
      if (await rotateLog(containerd.runtime, id, `${logs}/0.log`, limits, now)) rotations++;
      collect();
      await sleep(100);
    }
    assert.ok(rotations > 4, `${rotations} rotations`);
    assert.equal(seen.size, 500);
    const names = readdirSync(logs).toSorted();
    assert.equal(names.length, 4);
    const kinds = names.map((name) => name.replace(/\d{8}-\d{6}/, "T")).toSorted();
    assert.deepEqual(kinds, ["0.log", "0.log.T", "0.log.T.gz", "0.log.T.gz"]);
    await agent.delete(pod, 1);
  });
});
