/** PodResizeValidator: a placed pod isn't resized beyond what its node has at all, nor on nodes that can't resize. */

import { podRequests } from "../../api/core/pod/aggregate.ts";
import type { Node, Pod } from "../../api/tables/core-v1.ts";
import { parseQuantity } from "../../machinery/quantity/quantity.ts";
import type { AdmissionPlugin } from "./plugin.ts";
import { refused } from "./refuse.ts";

export const podResizeValidator: AdmissionPlugin = {
  name: "PodResizeValidator",
  on: ["pods/resize"],
  operations: ["UPDATE"],
  validate(request) {
    const [next, last] = [request.object as Pod, request.old as Pod];
    const { nodeName } = next.spec;
    if (!nodeName || next.metadata.generation === last.metadata.generation) return;
    const node = request.reader.get<Node>("", "nodes", "", nodeName);
    if (!node) throw refused(request, `node ${JSON.stringify(nodeName)} not found`);
    const system = node.metadata.labels?.["kubernetes.io/os"] ?? "linux";
    if (system !== "linux") {
      const why = `pod resize is only supported on linux nodes, node ${JSON.stringify(nodeName)} is ${JSON.stringify(system)}`;
      throw refused(request, why, [{ reason: "UnsupportedPlatform" }]);
    }
    const lacking = lackingOn(node, next);
    if (lacking.length > 0) throw refused(request, `node didn't have enough allocatable resources: ${lacking.join("; ")}`, [{ reason: "NodeCapacity" }]);
  },
};

function lackingOn({ status }: Node, { spec }: Pod): string[] {
  const asked = podRequests(spec);
  const [cpu, memory] = ["cpu", "memory"].map((name) => [parseQuantity(asked[name] ?? "0"), parseQuantity(status?.allocatable?.[name] ?? "0")] as const);
  return [
    ...(cpu![0].compare(cpu![1]) > 0 ? [`cpu, requested: ${cpu![0].milliValue()}, allocatable: ${cpu![1].milliValue()}`] : []),
    ...(memory![0].compare(memory![1]) > 0 ? [`memory, requested: ${memory![0].value()}, allocatable: ${memory![1].value()}`] : []),
  ];
}
