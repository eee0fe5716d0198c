/** The order in which discovery lists groups and versions: that of their APIServices' priorities (k8s.io/kubernetes pkg/controlplane/apiserver/aggregator.go). */

import { compareUtf8 } from "../json/key-order.ts";

const GROUPS: readonly string[] = [
  "",
  "apiregistration.k8s.io",
  "apps",
  "events.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "storage.k8s.io",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "scheduling.k8s.io",
  "coordination.k8s.io",
  "node.k8s.io",
  "discovery.k8s.io",
  "resource.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "storagemigration.k8s.io",
];

/** Groups that aren't built in come last, by name. */
export function compareGroups(a: string, b: string): number {
  const rank = (group: string): number => (GROUPS.indexOf(group) + GROUPS.length + 1) % (GROUPS.length + 1) || (group === "" ? 0 : GROUPS.length);
  return rank(a) - rank(b) || compareUtf8(a, b);
}

/** Kubernetes' order of versions: `v2` before `v1` before `v1beta2` before `v1alpha1` before anything else. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parts(a), parts(b)];
  return y.stability - x.stability || y.major - x.major || y.minor - x.minor || compareUtf8(a, b);
}

function parts(version: string): { stability: number; major: number; minor: number } {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return { stability: 0, major: 0, minor: 0 };
  return { stability: match[2] === undefined ? 3 : match[2] === "beta" ? 2 : 1, major: Number(match[1]), minor: Number(match[3] ?? 0) };
}
