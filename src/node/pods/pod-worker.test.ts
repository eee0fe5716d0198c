import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { startAgent, type TestAgent, testPod } from "../../../test/support/agent.ts";
import { BUSYBOX } from "../../../test/support/busybox.ts";
import { startContainerd, type TestContainerd } from "../../../test/support/containerd.ts";
import { insideMachine } from "../../../test/support/machine.ts";
import { podCgroupPath } from "../cgroups/pod-cgroup.ts";
import { podFolder } from "./config/names.ts";
import { qosClass } from "./qos.ts";

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

  test("a pod runs, is ready with an address, and is gone without a trace after its deletion", async () => {
    const pod = testPod("web", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.1; done");
    agent.workers.set(pod);
    const status = await agent.until(pod, "ready", ({ conditions }) => conditions?.some(({ type, status }) => type === "Ready" && status === "True"));
    assert.equal(status.phase, "Running");
    assert.match(status.podIP ?? "", /^10\.244\.9\.\d+$/);
    assert.deepEqual([status.hostIP, status.qosClass, status.observedGeneration], ["10.250.0.11", "BestEffort", 1]);
    const [container] = status.containerStatuses ?? [];
    assert.match(container?.containerID ?? "", /^containerd:\/\/[0-9a-f]{64}$/);
    assert.deepEqual([container?.ready, container?.started, container?.restartCount, container?.image], [true, true, 0, BUSYBOX]);
    assert.deepEqual(
      status.conditions?.map(({ type, status }) => `${type}=${status}`),
      ["PodReadyToStartContainers=True", "Initialized=True", "Ready=True", "ContainersReady=True", "PodScheduled=True"],
    );
    await agent.until(pod, "talking", () => agent.log(pod, "main") === "up\n");
    await agent.delete(pod, 5);
    const last = agent.status(pod);
    assert.deepEqual([last.phase, last.containerStatuses?.[0]?.state?.terminated?.exitCode], ["Succeeded", 0]);
    assert.equal(existsSync(podFolder(agent.context.folders, pod.metadata.uid)), false);
    assert.deepEqual(await containerd.runtime.listSandboxes(pod.metadata.uid), []);
    assert.deepEqual([...(await agent.context.cgroups.podUids(containerd.cgroup))], []);
  });

  test("init containers run in order, a sidecar stays, and the pod succeeds when its ordinary container has", async () => {
    const image = { image: BUSYBOX, imagePullPolicy: "IfNotPresent" };
    const mount = { volumeMounts: [{ name: "shared", mountPath: "/shared" }] };
    const pod = testPod(
      "job",
      "echo main >> /shared/order; cat /shared/order; echo done > /dev/termination-log",
      {
        restartPolicy: "Never",
        volumes: [{ name: "shared", emptyDir: {} }],
        initContainers: [
          { name: "first", ...image, ...mount, command: ["sh", "-c", "echo first > /shared/order"] },
          {
            name: "side",
            ...image,
            ...mount,
            restartPolicy: "Always",
            command: ["sh", "-c", "trap 'exit 0' TERM; echo side >> /shared/order; while :; do sleep 0.1; done"],
          },
          { name: "last", ...image, ...mount, command: ["sh", "-c", "sleep 0.5; echo last >> /shared/order"] },
        ],
      },
      mount,
    );
    agent.workers.set(pod);
    const status = await agent.until(pod, "finished", ({ phase }) => phase === "Succeeded");
    assert.equal(agent.log(pod, "main"), "first\nside\nlast\nmain\n");
    assert.equal(status.containerStatuses?.[0]?.state?.terminated?.message, "done\n");
    assert.equal(status.containerStatuses?.[0]?.state?.terminated?.reason, "Completed");
    assert.deepEqual(
      status.initContainerStatuses?.map(({ name, state }) => [name, state?.terminated?.exitCode]),
      [
        ["first", 0],
        ["side", 0],
        ["last", 0],
      ],
    );
    assert.deepEqual(
      status.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason ?? ""}`.trim()),
      [
        "PodReadyToStartContainers=False PodSandboxNotReady",
        "Initialized=True PodCompleted",
        "Ready=False PodCompleted",
        "ContainersReady=False PodCompleted",
        "PodScheduled=True",
      ],
    );
    await agent.delete(pod, 1);
  });

  test("a container that fails is restarted at once, then waits in CrashLoopBackOff with its last state told", async () => {
    const pod = testPod("crash", "exit 3");
    agent.workers.set(pod);
    const status = await agent.until(pod, "backing off", ({ containerStatuses }) => containerStatuses?.[0]?.state?.waiting?.reason === "CrashLoopBackOff");
    const [container] = status.containerStatuses ?? [];
    assert.equal(status.phase, "Running");
    assert.equal(container?.restartCount, 1);
    assert.equal(container?.lastState?.terminated?.exitCode, 3);
    assert.equal(container?.state?.waiting?.message, `back-off 10s restarting failed container=main pod=crash_default(${pod.metadata.uid})`);
    await agent.delete(pod, 1);
  });

  test("a missing image and a missing secret say so, each in its own way", async () => {
    const noImage = testPod("no-image", "", {}, { image: "rampart.local/none:1", imagePullPolicy: "Never" });
    const noSecret = testPod("no-secret", "", {}, { env: [{ name: "X", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] });
    agent.workers.set(noImage);
    agent.workers.set(noSecret);
    const waiting = (reason: string) => (status: typeof noImage.status) => status?.containerStatuses?.[0]?.state?.waiting?.reason === reason;
    const first = await agent.until(noImage, "refused", waiting("ErrImageNeverPull"));
    assert.equal(first.containerStatuses?.[0]?.state?.waiting?.message, 'Container image "rampart.local/none:1" is not present with pull policy of Never');
    const second = await agent.until(noSecret, "refused", waiting("CreateContainerConfigError"));
    assert.equal(second.containerStatuses?.[0]?.state?.waiting?.message, 'secret "s" not found');
    assert.deepEqual([first.phase, second.phase], ["Pending", "Pending"]);
    await Promise.all([agent.delete(noImage, 1), agent.delete(noSecret, 1)]);
  });

  test("a pod past its deadline is stopped and has failed", async () => {
    const pod = testPod("late", "sleep 100", { activeDeadlineSeconds: 2, terminationGracePeriodSeconds: 1 });
    agent.workers.set(pod);
    const status = await agent.until(pod, "failed", ({ phase }) => phase === "Failed");
    assert.deepEqual([status.reason, status.message], ["DeadlineExceeded", "Pod was active on the node longer than the specified deadline"]);
    assert.equal(status.containerStatuses?.[0]?.state?.terminated?.exitCode, 137);
    await agent.delete(pod, 1);
  });

  test("a pod whose sandbox dies gets another, the dead one's address goes back, and its containers count one restart", async () => {
    const pod = testPod("phoenix", "sleep 1000");
    agent.workers.set(pod);
    const before = await agent.until(pod, "running", ({ phase }) => phase === "Running");
    // The pause program holds the sandbox; in this machine's pid namespace there is one.
    const [pause] = execFileSync("pgrep", ["--exact", "pause"], { encoding: "utf8" }).trim().split("\n").map(Number);
    process.kill(pause!, "SIGKILL");
    const after = await agent.until(
      pod,
      "running again",
      ({ containerStatuses }) => containerStatuses?.[0]?.restartCount === 1 && containerStatuses[0].state?.running,
    );
    assert.notEqual(after.podIP, undefined);
    assert.notEqual(after.containerStatuses?.[0]?.containerID, before.containerStatuses?.[0]?.containerID);
    const leases = () => readdirSync("/run/rampart/ipam/rampart").filter((name) => name.startsWith("10."));
    assert.deepEqual(leases(), [after.podIP]);
    await agent.delete(pod, 1);
    assert.deepEqual(leases(), []);
  });

  test("a pod that the node has no room for, or that asks for what it doesn't allow, has failed without running", async () => {
    const big = testPod("big", "sleep 1", {}, { resources: { requests: { cpu: "3" } } });
    agent.workers.set(big);
    const status = await agent.until(big, "refused", ({ phase }) => phase === "Failed");
    assert.deepEqual(
      [status.reason, status.message],
      ["OutOfcpu", "Pod was rejected: Node didn't have enough resource: cpu, requested: 3000, used: 0, capacity: 2000"],
    );
    assert.deepEqual(await containerd.runtime.listSandboxes(big.metadata.uid), []);
    await agent.delete(big, 1);
  });

  test("a restricted container has no powers, one cgroup with limits around it, and what the node masks is masked", async () => {
    const script =
      "grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status; id -u; cat /proc/interrupts | wc -c; touch /x; touch /proc/sys/kernel/x; hostname; sleep 1000";
    const securityContext = { runAsUser: 1000, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
    const pod = testPod("meek", script, { hostname: "renamed" }, { securityContext, resources: { limits: { memory: "64Mi", cpu: "100m" } } });
    agent.workers.set(pod);
    await agent.until(pod, "running", ({ phase }) => phase === "Running");
    await agent.until(pod, "done talking", () => agent.log(pod, "main").includes("renamed"));
    const said = agent.log(pod, "main");
    assert.match(said, /^CapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n1000\n0\n/);
    assert.match(said, /touch: \/x: Read-only file system/);
    const path = podCgroupPath(containerd.cgroup, pod.metadata.uid, qosClass(pod.spec));
    if (!existsSync("/sys/fs/cgroup/cgroup.controllers")) {
      const read = (file: string) => readFileSync(`/sys/fs/cgroup/${file.split(".")[0]}${path}/${file}`, "utf8").trim();
      assert.deepEqual(["pids.max", "memory.limit_in_bytes", "cpu.cfs_quota_us"].map(read), ["256", String(64 * 2 ** 20), "10000"]);
    }
    await agent.delete(pod, 1);
  });

  test("hooks run when a container starts and before it ends, and a failed start hook ends it", async () => {
    const hooks = {
      postStart: { exec: { command: ["sh", "-c", "echo hello > /tmp/said"] } },
      preStop: { exec: { command: ["sh", "-c", "cat /tmp/said > /proc/1/fd/1"] } },
    };
    const good = testPod("polite", "trap 'exit 0' TERM; while :; do sleep 0.1; done", {}, { lifecycle: hooks });
    const bad = testPod(
      "rude",
      "sleep 1000",
      { restartPolicy: "Never", terminationGracePeriodSeconds: 1 },
      { lifecycle: { postStart: { exec: { command: ["false"] } } } },
    );
    agent.workers.set(good);
    agent.workers.set(bad);
    await agent.until(good, "running", ({ phase }) => phase === "Running");
    const failed = await agent.until(bad, "failed", ({ phase }) => phase === "Failed");
    assert.equal(failed.containerStatuses?.[0]?.state?.terminated?.exitCode, 137);
    assert.ok(agent.notes.some(({ reason, pod }) => reason === "FailedPostStartHook" && pod.metadata.name === "rude"));
    const gone = agent.delete(good, 5);
    await agent.until(good, "polite to the end", () => agent.log(good, "main").includes("hello"));
    await gone;
    await agent.delete(bad, 1);
  });

  test("readiness follows its probe, and a failed liveness probe restarts the container", async () => {
    const probe = (file: string) => ({ exec: { command: ["test", "-e", file] }, periodSeconds: 1, failureThreshold: 1 });
    const script = "touch /tmp/alive; sleep 2; touch /tmp/ready; sleep 3; rm /tmp/alive; sleep 1000";
    const pod = testPod(
      "probed",
      script,
      { terminationGracePeriodSeconds: 1 },
      { readinessProbe: probe("/tmp/ready"), livenessProbe: { ...probe("/tmp/alive"), initialDelaySeconds: 1 } },
    );
    agent.workers.set(pod);
    const starting = await agent.until(pod, "running", ({ containerStatuses }) => containerStatuses?.[0]?.state?.running);
    assert.equal(starting.containerStatuses?.[0]?.ready, false);
    await agent.until(pod, "ready", ({ conditions }) => conditions?.find(({ type }) => type === "Ready")?.status === "True");
    const after = await agent.until(pod, "restarted", ({ containerStatuses }) => containerStatuses?.[0]?.restartCount === 1);
    assert.equal(after.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 137);
    assert.ok(agent.notes.some(({ message }) => message === "Container main failed liveness probe, will be restarted"));
    await agent.delete(pod, 1);
  });

  test("a running container is given new amounts as it runs, and goes for a new image", async () => {
    const amounts = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { cpu, memory } });
    const pod = testPod("grow", "sleep 1000", {}, { resources: amounts("100m", "32Mi") });
    agent.workers.set(pod);
    const before = await agent.until(pod, "running", ({ phase }) => phase === "Running");
    const [main] = pod.spec.containers;
    const grown = { ...pod, spec: { ...pod.spec, containers: [{ ...main!, resources: amounts("200m", "64Mi") }] } };
    agent.workers.set(grown);
    const after = await agent.until(
      pod,
      "grown",
      ({ containerStatuses, conditions }) =>
        containerStatuses?.[0]?.resources?.limits?.memory === "64Mi" && !conditions?.some(({ type }) => type.startsWith("PodResize")),
    );
    assert.equal(after.containerStatuses?.[0]?.containerID, before.containerStatuses?.[0]?.containerID);
    const id = after.containerStatuses?.[0]?.containerID?.replace("containerd://", "") ?? "";
    const actual = (await containerd.runtime.containerStatus(id))?.resources;
    assert.deepEqual([actual?.cpu_quota, actual?.cpu_shares, actual?.memory_limit_in_bytes], [20_000, 204, 64 * 2 ** 20]);
    agent.workers.set({ ...grown, spec: { ...grown.spec, containers: [{ ...grown.spec.containers[0]!, resources: amounts("4", "64Mi") }] } });
    const refused = await agent.until(pod, "refused", ({ conditions }) => conditions?.some(({ type }) => type === "PodResizePending"));
    assert.equal(refused.conditions?.find(({ type }) => type === "PodResizePending")?.reason, "Infeasible");
    const other = { ...grown.spec.containers[0]!, image: "rampart.local/none:1", imagePullPolicy: "Never" };
    agent.workers.set({ ...grown, spec: { ...grown.spec, containers: [other] } });
    const changed = await agent.until(pod, "stopped", ({ containerStatuses }) => containerStatuses?.[0]?.state?.waiting?.reason === "ErrImageNeverPull");
    assert.equal(changed.containerStatuses?.[0]?.lastState?.terminated?.containerID, after.containerStatuses?.[0]?.containerID);
    await agent.delete(pod, 1);
  });

  test("a pod that the API has forgotten holds no place, although it still stops; who finds none fails, with an event", async () => {
    const all = { resources: { requests: { cpu: "2" } } };
    const old = testPod("old", "trap '' TERM; while :; do sleep 0.1; done", { terminationGracePeriodSeconds: 60 }, all);
    const next = testPod("next", "sleep 1000", {}, all);
    const third = testPod("third", "sleep 1000", {}, all);
    agent.workers.set(old);
    await agent.until(old, "running", ({ phase }) => phase === "Running");
    agent.workers.remove(old.metadata.uid);
    agent.workers.set(next);
    await agent.until(next, "running", ({ phase }) => phase === "Running");
    assert.ok(agent.workers.get(old.metadata.uid), "the old one still stops");
    agent.workers.set(third);
    await agent.until(third, "refused", ({ phase }) => phase === "Failed");
    assert.deepEqual(
      agent.notes.flatMap(({ pod, type, reason, message }) => (pod.metadata.uid === third.metadata.uid ? [[type, reason, message]] : [])),
      [["Warning", "OutOfcpu", "Node didn't have enough resource: cpu, requested: 2000, used: 2000, capacity: 2000"]],
    );
    agent.workers.set({ ...old, metadata: { ...old.metadata, deletionTimestamp: new Date().toISOString(), deletionGracePeriodSeconds: 1 } });
    await Promise.all([agent.delete(next, 1), agent.delete(third, 1)]);
  });

  test("a restarted agent takes over running pods without touching them, and removes those that the API forgot", async () => {
    const kept = testPod("kept", "sleep 1000", {}, { readinessProbe: { exec: { command: ["true"] }, initialDelaySeconds: 1 } });
    const lost = testPod("lost", "sleep 1000");
    agent.workers.set(kept);
    agent.workers.set(lost);
    const before = await agent.until(kept, "ready", ({ containerStatuses }) => containerStatuses?.[0]?.ready);
    await agent.until(lost, "running", ({ phase }) => phase === "Running");
    await agent.workers.stop();
    const { folders } = agent.context;
    mkdirSync(`${folders.root}/pods/stray/volumes`, { recursive: true });
    mkdirSync(`${folders.podLogs}/default_gone_stray`);
    const tree = existsSync("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids";
    mkdirSync(`${tree}${containerd.cgroup}/besteffort/podstray`, { recursive: true });
    agent = await startAgent(folder, containerd, { agent, pods: [{ ...kept, status: agent.status(kept) }] });
    const after = await agent.until(kept, "seen", ({ containerStatuses }) => containerStatuses?.[0]?.ready);
    assert.deepEqual(after.containerStatuses, before.containerStatuses);
    for (let tries = 0; (await containerd.runtime.listSandboxes(lost.metadata.uid)).length > 0; tries++) {
      assert.ok(tries < 200, "the forgotten pod still runs");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.deepEqual(
      [readdirSync(`${folders.root}/pods`), [...(await agent.context.cgroups.podUids(containerd.cgroup))]],
      [[kept.metadata.uid], [kept.metadata.uid]],
    );
    assert.equal(existsSync(`${folders.podLogs}/default_gone_stray`), false);
    await agent.delete(kept, 1);
  });
});
