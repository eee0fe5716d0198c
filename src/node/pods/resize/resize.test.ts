import assert from "node:assert/strict";
import { test } from "node:test";
import { type AgentPod, agentPod } from "../agent-pod.ts";
import { allocate, withReportedAmounts } from "./allocation.ts";

function pod(cpu: string): AgentPod {
  return agentPod({ metadata: { name: "p", namespace: "d", uid: "u" }, spec: { containers: [{ name: "c", resources: { requests: { cpu } } }] } });
}
const cpuOf = ({ spec }: AgentPod) => spec.containers[0]?.resources?.requests?.cpu;
const node = { cpu: "2", memory: "1Gi", pods: "9" };

test("new amounts are granted where there is room, put off while others need it, and refused where there never is", () => {
  const of = (wanted: string, others: AgentPod[]) => {
    const { pod: granted, pending } = allocate(pod("1"), pod(wanted), others, node);
    return [cpuOf(granted), pending];
  };
  assert.deepEqual(of("1", [pod("2")]), ["1", undefined], "nothing changed, so nothing is asked");
  assert.deepEqual(of("2", []), ["2", undefined]);
  assert.deepEqual(of("500m", [pod("1")]), ["500m", undefined]);
  assert.deepEqual(of("1500m", [pod("1")]), [
    "1",
    { reason: "Deferred", message: "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000" },
  ]);
  assert.deepEqual(of("3", []), ["1", { reason: "Infeasible", message: "Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000" }]);
});

test("an agent that has just started goes on with the amounts that were reported", () => {
  const status = { containerStatuses: [{ name: "c", resources: { requests: { cpu: "700m" } }, ready: true, restartCount: 0, image: "", imageID: "" }] };
  assert.equal(cpuOf(withReportedAmounts(pod("1"), status)), "700m");
  assert.equal(cpuOf(withReportedAmounts(pod("1"), {})), "1");
});
