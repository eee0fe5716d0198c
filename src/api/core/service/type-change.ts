/**
 * When a service changes its type, fields that only the old type may have are cleared where the client left them as they were: it
 * meant the type. Where it changed them too, validation complains. [Kubernetes pkg/registry/core/service/strategy.go dropTypeDependentFields]
 */

import { same } from "../../meta/checks.ts";
import type { Service } from "../../tables/core-v1.ts";
import { isExternallyAccessible, needsHealthCheck, needsNodePort } from "./facts.ts";

/** Changes `next`, whose spec is the caller's own. */
export function clearOldTypeFields(next: Service, last: Service): void {
  const { spec } = next;
  const before = last.spec;
  if (before.type !== "ExternalName" && spec.type === "ExternalName") {
    if ((spec.clusterIP ?? "") === (before.clusterIP ?? "") && same(spec.clusterIPs, before.clusterIPs)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (same(spec.ipFamilies, before.ipFamilies)) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === before.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  if (needsNodePort(last) && !needsNodePort(next) && keepsNodePorts(next, last)) for (const port of spec.ports ?? []) delete port.nodePort;
  if (needsHealthCheck(last) && !needsHealthCheck(next) && (spec.healthCheckNodePort ?? 0) === (before.healthCheckNodePort ?? 0))
    delete spec.healthCheckNodePort;
  if (before.type === "LoadBalancer" && spec.type !== "LoadBalancer") {
    if (spec.allocateLoadBalancerNodePorts === before.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === before.loadBalancerClass) delete spec.loadBalancerClass;
  }
  if (isExternallyAccessible(last) && !isExternallyAccessible(next) && (spec.externalTrafficPolicy ?? "") === (before.externalTrafficPolicy ?? "")) {
    delete spec.externalTrafficPolicy;
  }
  if (spec.type !== "LoadBalancer" && next.status?.loadBalancer?.ingress) next.status = { ...next.status, loadBalancer: {} };
}

function keepsNodePorts(next: Service, last: Service): boolean {
  const before = new Set((last.spec.ports ?? []).map(({ nodePort }) => nodePort));
  return (next.spec.ports ?? []).every(({ nodePort }) => !nodePort || before.has(nodePort));
}
