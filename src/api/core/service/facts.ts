/** What a service is, read from its spec. [Kubernetes pkg/api/service] */

import type { Service } from "../../tables/core-v1.ts";

export function isExternallyAccessible({ spec }: Service): boolean {
  return spec.type === "LoadBalancer" || spec.type === "NodePort" || (spec.type === "ClusterIP" && Boolean(spec.externalIPs?.length));
}

/** A load balancer that keeps clients' addresses asks each node whether it has endpoints. */
export const needsHealthCheck = ({ spec }: Service): boolean => spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";

export const needsNodePort = ({ spec }: Service): boolean => spec.type === "NodePort" || spec.type === "LoadBalancer";

export const isHeadless = ({ spec }: Service): boolean => spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === "None";
