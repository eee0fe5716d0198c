import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, PodSpec } from "../../../api/tables/core-v1.ts";
import type { ContainerStatus, SandboxStatus } from "../../runtime/container-runtime.ts";
import type { ContainerState } from "../../runtime/cri/cri.ts";
import { type AgentPod, agentPod } from "../agent-pod.ts";
import { ANNOTATION, containerHash } from "../config/names.ts";
import type { PodSeen } from "../seen.ts";
import type { ProbeVerdict } from "../status/container-status.ts";
import type { Plan } from "./judge.ts";
import { planFor } from "./plan.ts";

const UID = "0000";

function pod(spec: Partial<PodSpec>): AgentPod {
  return agentPod({ metadata: { name: "p", namespace: "default", uid: UID }, spec: { containers: [{ name: "main" }], restartPolicy: "Always", ...spec } });
}

function sandbox(overrides: Partial<SandboxStatus> = {}): SandboxStatus {
  const base = {
    id: "s0",
    ready: true,
    createdAtMs: 0,
    attempt: 0,
    namespace: "default",
    name: "p",
    podUid: UID,
    labels: {},
    annotations: {},
    ips: ["10.0.0.1"],
  };
  return { ...base, ...overrides };
}

let serial = 0;
function run(name: string, state: "running" | "exited" | "created", exitCode = 0, sandboxId = "s0"): ContainerStatus {
  const states: Record<string, ContainerState> = { running: "CONTAINER_RUNNING", exited: "CONTAINER_EXITED", created: "CONTAINER_CREATED" };
  const times = { createdAtMs: ++serial, startedAtMs: serial, finishedAtMs: serial };
  const texts = { image: "i", imageRef: "sha256:i", reason: "", message: "", logPath: "" };
  return {
    id: `${name}-id`,
    sandboxId,
    name,
    attempt: 0,
    state: states[state]!,
    exitCode,
    ...times,
    ...texts,
    labels: {},
    annotations: {},
    resources: null,
    user: undefined,
  };
}

function seen(containers: ContainerStatus[], sandboxes: SandboxStatus[] = [sandbox()]): PodSeen {
  return { sandboxes, containers: containers.toReversed() };
}

/** The plan in words. */
function plan(what: AgentPod, with_: PodSeen, verdicts: Record<string, ProbeVerdict> = {}): string[] {
  const made: Plan = planFor({ pod: what, seen: with_, probes: (id) => verdicts[id], nodeMemory: 2 ** 30 });
  return [
    ...(made.stopAll ? ["stop all"] : []),
    ...(made.sandbox === undefined ? [] : [`sandbox ${made.sandbox}`]),
    ...made.resize.map(({ container }) => `resize ${container.name}`),
    ...made.kill.map(({ container, reason }) => `kill ${container.name} (${reason})`),
    ...made.start.map(({ container }) => `start ${container.name}`),
  ];
}

const init = (name: string, more: Partial<Container> = {}): Container => ({ name, ...more });
const sidecar = (name: string, more: Partial<Container> = {}): Container => ({ name, restartPolicy: "Always", ...more });

test("a new pod gets a sandbox first, and its containers once the sandbox is ready", () => {
  assert.deepEqual(plan(pod({}), seen([], [])), ["sandbox 0"]);
  assert.deepEqual(plan(pod({}), seen([])), ["start main"]);
  assert.deepEqual(plan(pod({}), seen([run("main", "running")])), []);
});

test("a sandbox that is gone is made anew, and everything starts over in it", () => {
  const gone = [sandbox({ ready: false })];
  const old = run("main", "exited", 255);
  assert.deepEqual(plan(pod({}), seen([old], gone)), ["stop all", "sandbox 1"]);
  assert.deepEqual(plan(pod({ restartPolicy: "Never" }), seen([old], gone)), ["stop all"], "its work is done, for better or worse");
  assert.deepEqual(plan(pod({ restartPolicy: "OnFailure" }), seen([run("main", "exited", 0)], gone)), ["stop all"]);
  const again = [sandbox({ id: "s1", attempt: 1 }), sandbox({ ready: false })];
  assert.deepEqual(plan(pod({ initContainers: [init("a")] }), seen([run("a", "exited", 0), old], again)), ["start a"]);
});

test("init containers run one after another, and the ordinary ones after the last", () => {
  const what = pod({ initContainers: [init("a"), init("b")] });
  assert.deepEqual(plan(what, seen([])), ["start a"]);
  assert.deepEqual(plan(what, seen([run("a", "running")])), []);
  assert.deepEqual(plan(what, seen([run("a", "exited", 0)])), ["start b"]);
  assert.deepEqual(plan(what, seen([run("a", "exited", 0), run("b", "exited", 0)])), ["start main"]);
  assert.deepEqual(plan(what, seen([run("b", "exited", 0)])), ["start main"], "the runtime may forget the earlier ones");
  assert.deepEqual(plan(what, seen([run("main", "running")])), [], "nor is any of them run again");
});

test("an init container that fails is tried again, unless the pod's policy says never", () => {
  const initContainers = [init("a")];
  const failed = seen([run("a", "exited", 1)]);
  assert.deepEqual(plan(pod({ initContainers }), failed), ["start a"]);
  assert.deepEqual(plan(pod({ initContainers, restartPolicy: "Never" }), failed), ["stop all"]);
});

test("a sidecar lets the next container start once it has started, and is restarted wherever the pod stands", () => {
  const what = pod({ initContainers: [sidecar("side", { startupProbe: {} }), init("b")] });
  const side = run("side", "running");
  assert.deepEqual(plan(what, seen([side])), []);
  assert.deepEqual(plan(what, seen([side]), { "side-id": { startup: true } }), ["start b"]);
  assert.deepEqual(plan(what, seen([side]), { "side-id": { startup: false } }), ["kill side (startup)", "start side"]);
  const done = run("b", "exited", 0);
  assert.deepEqual(plan(what, seen([run("side", "exited", 1), done])), ["start side", "start main"]);
  assert.deepEqual(plan(what, seen([run("side", "exited", 1), done, run("main", "running")])), ["start side"]);
});

test("sidecars don't keep a pod whose ordinary containers are done", () => {
  const what = pod({ restartPolicy: "Never", initContainers: [sidecar("side")] });
  assert.deepEqual(plan(what, seen([run("side", "running"), run("main", "exited", 0)])), ["stop all"]);
});

test("what ended is started again as the pod's policy says", () => {
  const ended = (code: number) => seen([run("main", "exited", code)]);
  assert.deepEqual(plan(pod({}), ended(0)), ["start main"]);
  assert.deepEqual(plan(pod({ restartPolicy: "OnFailure" }), ended(1)), ["start main"]);
  assert.deepEqual(plan(pod({ restartPolicy: "OnFailure" }), ended(0)), ["stop all"]);
  assert.deepEqual(plan(pod({ restartPolicy: "Never" }), ended(1)), ["stop all"]);
});

test("a container's own policy and rules come before the pod's", () => {
  const own = (more: Partial<Container>) => pod({ restartPolicy: "Never", containers: [{ name: "main", ...more }] });
  assert.deepEqual(plan(own({ restartPolicy: "Always" }), seen([run("main", "exited", 0)])), ["start main"]);
  const rules = { restartPolicy: "Never", restartPolicyRules: [{ action: "Restart", exitCodes: { operator: "In", values: [42] } }] };
  assert.deepEqual(plan(own(rules), seen([run("main", "exited", 42)])), ["start main"]);
  assert.deepEqual(plan(own(rules), seen([run("main", "exited", 41)])), ["stop all"]);
});

test("a failed liveness or startup probe ends a container; it comes back unless the policy says never", () => {
  const live = { name: "main", livenessProbe: {} };
  const running = seen([run("main", "running")]);
  assert.deepEqual(plan(pod({ containers: [live] }), running, { "main-id": { liveness: false } }), ["kill main (liveness)", "start main"]);
  assert.deepEqual(plan(pod({ containers: [live], restartPolicy: "Never" }), running, { "main-id": { liveness: false } }), ["stop all"]);
  assert.deepEqual(plan(pod({ containers: [{ name: "main", startupProbe: {} }] }), running, { "main-id": { startup: false } }), [
    "kill main (startup)",
    "start main",
  ]);
  assert.deepEqual(plan(pod({ containers: [{ name: "main", readinessProbe: {} }] }), running, { "main-id": { readiness: false } }), []);
});

test("an ephemeral container is started once, whatever else the pod does", () => {
  const what = pod({ initContainers: [init("a")], ephemeralContainers: [{ name: "debug" }] });
  assert.deepEqual(plan(what, seen([run("a", "running")])), ["start debug"]);
  assert.deepEqual(plan(what, seen([run("a", "running"), run("debug", "exited", 1)])), []);
});

test("a container that was made and not started is started; nothing is started in a pod that is being deleted", () => {
  assert.deepEqual(plan(pod({}), seen([run("main", "created")])), ["start main"]);
  const leaving = pod({});
  leaving.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
  assert.deepEqual(plan(leaving, seen([run("main", "exited", 1)])), ["stop all"]);
});

test("a container whose image was changed is made anew, also in a pod that restarts nothing", () => {
  const old = { ...run("main", "running"), annotations: { [ANNOTATION.hash]: containerHash({ name: "main", image: "a" }) } };
  const of = (image: string) => plan(pod({ restartPolicy: "Never", containers: [{ name: "main", image }] }), seen([old]));
  assert.deepEqual([of("a"), of("b")], [[], ["kill main (changed)", "start main"]]);
});

test("a running container is given its new amounts, or restarted where it asked for that", () => {
  const resources = { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "200m", memory: "64Mi" } };
  const actual = {
    ...run("main", "running"),
    resources: linux({ cpu_period: 100_000, cpu_shares: 102, cpu_quota: 20_000, memory_limit_in_bytes: 64 * 2 ** 20 }),
  };
  const of = (more: Partial<Container>) => plan(pod({ containers: [{ name: "main", resources, ...more }] }), seen([actual]));
  assert.deepEqual(of({}), []);
  const bigger = { requests: { cpu: "200m", memory: "64Mi" }, limits: { cpu: "200m", memory: "64Mi" } };
  assert.deepEqual(of({ resources: bigger }), ["resize main"]);
  const more = { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } };
  const resizePolicy = [{ resourceName: "memory", restartPolicy: "RestartContainer" }];
  assert.deepEqual(of({ resources: more, resizePolicy }), ["kill main (resize)", "start main"]);
  assert.deepEqual(of({ resources: bigger, resizePolicy }), ["resize main"]);
});

function linux(amounts: Partial<NonNullable<ContainerStatus["resources"]>>): NonNullable<ContainerStatus["resources"]> {
  const none = {
    cpu_period: 0,
    cpu_quota: 0,
    cpu_shares: 0,
    memory_limit_in_bytes: 0,
    oom_score_adj: 0,
    cpuset_cpus: "",
    cpuset_mems: "",
    hugepage_limits: [],
    unified: {},
    memory_swap_limit_in_bytes: 0,
  };
  return { ...none, ...amounts };
}
