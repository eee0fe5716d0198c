/** `clusterIP` came first, `clusterIPs` later: a client that knows only the first says it for both. Runs before addresses are allocated. */

import { same } from "../../meta/checks.ts";
import type { Service } from "../../tables/core-v1.ts";

/** Changes `next`. [Kubernetes pkg/registry/core/service/storage, normalizeClusterIPs] */
export function normalizeClusterIps({ spec }: Service, last?: Service): void {
  if (!last) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  const before = last.spec;
  const isSame = (spec.clusterIP ?? "") === (before.clusterIP ?? "");
  if (isSame && before.clusterIPs?.length && !spec.clusterIPs?.length) spec.clusterIPs = [...before.clusterIPs];
  if (isSame || !same(spec.clusterIPs, before.clusterIPs)) return;
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  else delete spec.clusterIPs;
}
