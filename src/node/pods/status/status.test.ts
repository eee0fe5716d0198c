import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerState, ContainerStatus, PodSpec } from "../../../api/tables/core-v1.ts";
import { type AgentPod, agentPod } from "../agent-pod.ts";
import { nothingSeen } from "../seen.ts";
import { phaseOf } from "./phase.ts";
import { podStatus } from "./pod-status.ts";

function pod(spec: Partial<PodSpec> = {}): AgentPod {
  return agentPod({
    metadata: { name: "p", namespace: "d", uid: "u", generation: 3 },
    spec: { containers: [{ name: "a" }], restartPolicy: "Always", ...spec },
  });
}
function status(name: string, state: ContainerState, more: Partial<ContainerStatus> = {}): ContainerStatus {
  return { name, state, ready: false, restartCount: 0, image: "", imageID: "", ...more };
}
const running: ContainerState = { running: { startedAt: "2026-01-01T00:00:00Z" } };
const waiting: ContainerState = { waiting: { reason: "ContainerCreating" } };
const ended = (exitCode: number): ContainerState => ({ terminated: { exitCode } });
const facts = { over: false, initialized: false };

test("the phase of ordinary containers", () => {
  const of = (restartPolicy: string, ...states: ContainerState[]) => {
    const names = states.map((_, index) => `c${index}`);
    return phaseOf(
      pod({ restartPolicy, containers: names.map((name) => ({ name })) }),
      states.map((state, index) => status(names[index]!, state)),
      facts,
    );
  };
  assert.equal(of("Always", waiting), "Pending");
  assert.equal(of("Always", running, waiting), "Pending");
  assert.equal(of("Always", running, ended(1)), "Running");
  assert.equal(of("Always", ended(0)), "Running", "it will be restarted");
  assert.equal(of("OnFailure", ended(0), ended(1)), "Running");
  assert.equal(of("OnFailure", ended(0), ended(0)), "Succeeded");
  assert.equal(of("Never", ended(0), ended(1)), "Failed");
  assert.equal(of("Never", ended(0), running), "Running");
});

test("a pod that is over is judged by how its containers ended, whatever its policy", () => {
  const of = (exitCode: number) => phaseOf(pod(), [status("a", ended(exitCode))], { over: true, initialized: true });
  assert.deepEqual([of(0), of(137)], ["Succeeded", "Failed"]);
});

test("a container that waits for its back-off has been running", () => {
  const crashed = status("a", { waiting: { reason: "CrashLoopBackOff" } }, { lastState: ended(1) });
  assert.equal(phaseOf(pod(), [crashed], facts), "Running");
});

test("init containers hold a pod in Pending, and one that failed for good fails it", () => {
  const of = (state: ContainerState, restartPolicy = "Always") =>
    phaseOf(pod({ restartPolicy, initContainers: [{ name: "i" }] }), [status("i", state), status("a", waiting)], facts);
  assert.deepEqual([of(running), of(waiting), of(ended(0)), of(ended(1))], ["Pending", "Pending", "Pending", "Pending"]);
  assert.equal(of(ended(1), "Never"), "Failed");
});

test("a sidecar counts until it has started, and not when it has ended", () => {
  const of = (side: Partial<ContainerStatus>, a: ContainerState, initialized: boolean) =>
    phaseOf(pod({ restartPolicy: "Never", initContainers: [{ name: "s", restartPolicy: "Always" }] }), [status("s", running, side), status("a", a)], {
      over: false,
      initialized,
    });
  assert.equal(of({ started: false }, waiting, false), "Pending");
  assert.equal(of({ started: true }, running, true), "Running");
  assert.equal(of({ started: true }, ended(0), true), "Running", "the sidecar is still there");
  assert.equal(of({ state: ended(137) }, ended(0), true), "Succeeded");
});

test("a pod that nothing was done for yet, in full", () => {
  const made = podStatus({
    pod: pod({ readinessGates: [{ conditionType: "gate" }], initContainers: [{ name: "i", image: "img" }] }),
    seen: nothingSeen,
    last: {},
    nodeIps: ["10.0.0.1"],
    runtimeName: "containerd",
    nodeMemory: 1,
    now: Date.parse("2026-01-02T03:04:05Z"),
    over: false,
    waiting: () => undefined,
    probes: () => undefined,
  });
  const since = { observedGeneration: 3, lastTransitionTime: "2026-01-02T03:04:05Z" };
  assert.deepEqual(made, {
    observedGeneration: 3,
    phase: "Pending",
    conditions: [
      { type: "PodReadyToStartContainers", status: "False", reason: "PodSandboxNotReady", message: "no pod sandbox exists", ...since },
      { type: "Initialized", status: "False", reason: "ContainersNotInitialized", message: "containers with incomplete status: [i]", ...since },
      { type: "Ready", status: "False", reason: "ContainersNotReady", message: "containers with unready status: [a]", ...since },
      { type: "ContainersReady", status: "False", reason: "ContainersNotReady", message: "containers with unready status: [a]", ...since },
      { type: "PodScheduled", status: "True", ...since },
    ],
    hostIP: "10.0.0.1",
    hostIPs: [{ ip: "10.0.0.1" }],
    startTime: "2026-01-02T03:04:05Z",
    initContainerStatuses: [
      { name: "i", state: { waiting: { reason: "PodInitializing" } }, ready: false, restartCount: 0, image: "img", imageID: "", started: false },
    ],
    containerStatuses: [
      { name: "a", state: { waiting: { reason: "PodInitializing" } }, ready: false, restartCount: 0, image: "", imageID: "", started: false },
    ],
    qosClass: "BestEffort",
  });
});

test("a container that the runtime has lost was running, and counts as failed", () => {
  const last = { containerStatuses: [status("a", running, { containerID: "containerd://1" })] };
  const made = podStatus({
    pod: pod(),
    seen: nothingSeen,
    last,
    nodeIps: [],
    runtimeName: "containerd",
    nodeMemory: 1,
    now: 0,
    over: false,
    waiting: () => undefined,
    probes: () => undefined,
  });
  assert.equal(made.containerStatuses?.[0]?.lastState?.terminated?.reason, "ContainerStatusUnknown");
  assert.equal(made.containerStatuses?.[0]?.restartCount, 1);
  assert.equal(made.phase, "Running");
});
