import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, Pod, PodSpec } from "../api/tables/core-v1.ts";
import { decide } from "./cycle.ts";
import { plugins } from "./plugins/index.ts";
import { ClusterState } from "./state/cluster.ts";
import { podInfo } from "./state/pod-info.ts";

let serial = 0;

function node(name: string, more: Partial<Node["spec"]> = {}, labels: Record<string, string> = {}): Node {
  const allocatable = { cpu: "4", memory: "8Gi", pods: "10" };
  return { metadata: { name, labels: { "kubernetes.io/hostname": name, ...labels } }, spec: more, status: { allocatable } } as Node;
}

function pod(spec: Partial<PodSpec> = {}, labels: Record<string, string> = {}): Pod {
  const name = `p${serial++}`;
  return { metadata: { name, namespace: "default", uid: name, labels }, spec: { containers: [{ name: "c", resources: {} }], ...spec } } as Pod;
}

const asking = (cpu: string) => ({ containers: [{ name: "c", resources: { requests: { cpu } } }] });

function cluster(nodes: readonly Node[], placed: readonly (readonly [Pod, string])[] = []): ClusterState {
  const state = new ClusterState();
  for (const one of nodes) state.nodeChanged(one.metadata.name ?? "", one);
  for (const [one, where] of placed) state.place(podInfo(one), where);
  return state;
}

const outcome = (one: Pod, state: ClusterState): string => {
  const decision = decide(podInfo(one), state, plugins, 0, () => 0.5);
  return "node" in decision ? decision.node : decision.unschedulable;
};

test("a pod without wishes goes to the emptier node", () => {
  assert.equal(outcome(pod(asking("1")), cluster([node("a"), node("b")], [[pod(asking("3")), "a"]])), "b");
});

test("the refusal counts the nodes by reason, in Kubernetes' words", () => {
  const taint = { key: "only", value: "gpu", effect: "NoSchedule" };
  const state = cluster([node("a"), node("b", { taints: [taint] }), node("c", { unschedulable: true })], [[pod(asking("4")), "a"]]);
  assert.equal(
    outcome(pod(asking("1")), state),
    "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s) {only: gpu}, 1 node(s) were unschedulable.",
  );
  const tolerations = [{ key: "only", operator: "Equal", value: "gpu", effect: "NoSchedule" }];
  assert.equal(outcome(pod({ ...asking("1"), tolerations }), state), "b");
});

test("a full node takes no more pods, and a host port is held once", () => {
  const full = Array.from({ length: 10 }, (): [Pod, string] => [pod(), "a"]);
  assert.equal(outcome(pod(), cluster([node("a")], full)), "0/1 nodes are available: 1 Too many pods.");
  const web = () => pod({ containers: [{ name: "c", resources: {}, ports: [{ containerPort: 80, hostPort: 80 }] }] });
  assert.match(outcome(web(), cluster([node("a")], [[web(), "a"]])), /free ports/);
});

test("a node selector and node affinity must both hold", () => {
  const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values: ["x", "y"] }] }] };
  const spec = { nodeSelector: { disk: "ssd" }, affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } };
  const state = cluster([node("a", {}, { disk: "ssd" }), node("b", {}, { zone: "x" }), node("c", {}, { zone: "y", disk: "ssd" })]);
  assert.equal(outcome(pod(spec), state), "c");
});

test("a spread constraint keeps the zones level", () => {
  const labels = { app: "web" };
  const topologySpreadConstraints = [{ maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", labelSelector: { matchLabels: labels } }];
  const web = () => pod({ topologySpreadConstraints }, labels);
  const nodes = [node("a", {}, { zone: "x" }), node("b", {}, { zone: "y" }), node("c")];
  const state = cluster(nodes, [[web(), "a"]]);
  const next = web();
  assert.equal(outcome(next, state), "b");
  state.place(podInfo(next), "b");
  state.place(podInfo(web()), "b");
  assert.equal(outcome(web(), state), "a");
});

test("anti-affinity keeps pods apart from both sides, and affinity lets the first of a group start one", () => {
  const labels = { app: "db" };
  const term = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } };
  const lonely = () => pod({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }, labels);
  const state = cluster([node("a"), node("b")], [[lonely(), "a"]]);
  assert.equal(outcome(lonely(), state), "b");
  assert.equal(outcome(pod({}, labels), state), "b", "a pod that wishes nothing is refused by the one that wants to be alone");
  const social = () =>
    pod(
      { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, labelSelector: { matchLabels: { app: "club" } } }] } } },
      { app: "club" },
    );
  const first = social();
  const where = outcome(first, state);
  assert.match(where, /^[ab]$/);
  state.place(podInfo(first), where);
  assert.equal(outcome(social(), state), where);
});

test("counts follow pods that leave", () => {
  const labels = { app: "db" };
  const term = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } };
  const spec = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
  const state = cluster([node("a")]);
  const one = pod(spec, labels);
  state.place(podInfo(one), "a");
  assert.match(outcome(pod(spec, labels), state), /anti-affinity/);
  state.remove(one.metadata.uid ?? "");
  assert.equal(outcome(pod(spec, labels), state), "a");
});
