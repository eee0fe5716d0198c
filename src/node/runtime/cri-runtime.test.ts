import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BUSYBOX } from "../../../test/support/busybox.ts";
import { startContainerd, type TestContainerd } from "../../../test/support/containerd.ts";
import { insideMachine } from "../../../test/support/machine.ts";
import { RuntimeError } from "./channel.ts";
import type { PodSandboxConfig } from "./cri/cri.ts";
import { POD_UID_LABEL } from "./cri-runtime.ts";

insideMachine(import.meta.filename, (folder) => {
  let containerd: TestContainerd;
  before(async () => {
    containerd = await startContainerd(folder);
  });
  after(() => containerd.stop());

  function sandboxConfig(uid: string): PodSandboxConfig {
    const logs = `${folder}/logs/${uid}`;
    mkdirSync(logs, { recursive: true });
    return {
      metadata: { name: uid, uid, namespace: "default", attempt: 0 },
      hostname: uid,
      log_directory: logs,
      labels: { [POD_UID_LABEL]: uid },
      linux: { cgroup_parent: `${containerd.cgroup}/${uid}`, security_context: { namespace_options: { pid: "CONTAINER" } } },
    };
  }

  test("a container runs, says so in its log, and its end is told with its code, also across a restart of containerd", async () => {
    const { runtime } = containerd;
    const config = sandboxConfig("a");
    const sandbox = await runtime.runSandbox(config);
    const script = "echo hello; echo $$ >&2; sleep 1; exit 7";
    const container = await runtime.createContainer(
      sandbox,
      {
        metadata: { name: "main", attempt: 2 },
        image: { image: BUSYBOX },
        command: ["sh", "-c", script],
        log_path: "main.log",
        labels: { [POD_UID_LABEL]: "a" },
        linux: { security_context: { namespace_options: { pid: "CONTAINER" } } },
      },
      config,
    );
    await runtime.startContainer(container);
    const status = await runtime.sandboxStatus(sandbox);
    assert.match(status?.ips[0] ?? "", /^10\.244\.9\.\d+$/);
    assert.deepEqual({ ready: status?.ready, podUid: status?.podUid, name: status?.name }, { ready: true, podUid: "a", name: "a" });
    const exec = await runtime.execSync(container, ["sh", "-c", "echo in; echo out >&2; exit 3"], 5000);
    assert.deepEqual([exec.stdout.toString(), exec.stderr.toString(), exec.exitCode], ["in\n", "out\n", 3]);
    await containerd.restart();
    for (let tries = 0; (await runtime.containerStatus(container))?.state !== "CONTAINER_EXITED"; tries++) {
      assert.ok(tries < 100, "the container did not end");
      await sleep(50);
    }
    const ended = await runtime.containerStatus(container);
    assert.deepEqual([ended?.exitCode, ended?.reason, ended?.attempt], [7, "Error", 2]);
    assert.ok(ended!.finishedAtMs > ended!.startedAtMs);
    const log = readFileSync(`${folder}/logs/a/main.log`, "utf8").trim().split("\n");
    assert.deepEqual(log.map((line) => line.slice(line.indexOf(" ") + 1)).toSorted(), ["stderr F 1", "stdout F hello"]);
    assert.deepEqual(
      (await runtime.listContainers("a")).map(({ id, sandboxId }) => [id, sandboxId]),
      [[container, sandbox]],
    );
    assert.deepEqual(await runtime.listContainers("b"), []);
    await runtime.stopSandbox(sandbox);
    await runtime.removeSandbox(sandbox);
    assert.deepEqual(await runtime.listSandboxes("a"), []);
  });

  test("a missing image, container and sandbox are told apart from errors", async () => {
    const { runtime } = containerd;
    assert.equal(await runtime.imageStatus("rampart.local/none:1"), undefined);
    assert.equal(await runtime.containerStatus("none"), undefined);
    assert.equal(await runtime.sandboxStatus("none"), undefined);
    await assert.rejects(runtime.startContainer("none"), (error) => error instanceof RuntimeError && error.code === 5);
    const image = await runtime.imageStatus(BUSYBOX);
    assert.deepEqual([image?.repoTags, image?.uid, image?.username], [[BUSYBOX], undefined, ""]);
    assert.deepEqual((await runtime.listImages()).flatMap(({ repoTags }) => repoTags).toSorted(), [BUSYBOX, "rampart.local/pause:1"]);
  });
});
