/** What works but isn't what was meant. [Kubernetes pkg/api/service/warnings.go] */

import { cidrWarnings, ipWarnings } from "../../meta/ip.ts";
import type { Service } from "../../tables/core-v1.ts";

const OLD_HINTS = "service.kubernetes.io/topology-aware-hints";

export function serviceWarnings({ metadata, spec }: Service): string[] {
  const warnings: string[] = [];
  const { clusterIP, externalIPs = [], type } = spec;
  if (metadata.annotations?.[OLD_HINTS] !== undefined) {
    warnings.push(`annotation ${OLD_HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`);
  }
  if (clusterIP && clusterIP !== "None") for (const [i, ip] of (spec.clusterIPs ?? []).entries()) warnings.push(...ipWarnings(`spec.clusterIPs[${i}]`, ip));
  const isHeadless = type === "ClusterIP" && clusterIP === "None";
  if (isHeadless) {
    if (spec.loadBalancerIP) warnings.push("spec.loadBalancerIP is ignored for headless services");
    if (externalIPs.length > 0) warnings.push("spec.externalIPs is ignored for headless services");
    if (spec.sessionAffinity !== "None") warnings.push("spec.SessionAffinity is ignored for headless services");
  }
  for (const [i, ip] of externalIPs.entries()) warnings.push(...ipWarnings(`spec.externalIPs[${i}]`, ip));
  if (externalIPs.length > 0 && !isHeadless && type !== "ExternalName") {
    warnings.push("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  }
  if (spec.loadBalancerIP) warnings.push(...ipWarnings("spec.loadBalancerIP", spec.loadBalancerIP));
  for (const [i, range] of (spec.loadBalancerSourceRanges ?? []).entries()) warnings.push(...cidrWarnings(`spec.loadBalancerSourceRanges[${i}]`, range));
  if (type === "ExternalName" && externalIPs.length > 0) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (type !== "ExternalName" && spec.externalName) warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === "PreferClose") warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}
