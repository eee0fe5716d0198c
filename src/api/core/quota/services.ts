/** How services count: their number, their node ports and their load balancers. [Kubernetes pkg/quota/v1/evaluator/core/services.go] */

import { Quantity } from "../../../machinery/quantity/quantity.ts";
import type { Service } from "../../tables/core-v1.ts";
import { type Evaluator, ONE, quantityOf, type Usage } from "./usage.ts";

const COUNT = "count/services";
const NAMES = [COUNT, "services", "services.loadbalancers", "services.nodeports"];

export const serviceEvaluator: Evaluator = {
  group: "",
  resource: "services",
  names: (hard) => hard.filter((name) => NAMES.includes(name)).toSorted(),
  handles: ({ subresource }) => subresource === "",
  matchesScope: () => false,
  usage(object): Usage {
    const { spec } = object as Service;
    const isBalanced = spec?.type === "LoadBalancer";
    return new Map([
      [COUNT, ONE],
      ["services", ONE],
      ["services.loadbalancers", isBalanced ? ONE : Quantity.zero],
      ["services.nodeports", quantityOf(nodePorts(object as Service))],
    ]);
  },
};

function nodePorts({ spec }: Service): number {
  const ports = spec?.ports ?? [];
  if (spec?.type === "NodePort") return ports.length;
  if (spec?.type !== "LoadBalancer") return 0;
  return spec.allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort }) => nodePort).length : ports.length;
}
