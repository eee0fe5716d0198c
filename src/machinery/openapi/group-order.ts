/** The order in which discovery lists groups and versions: that of their APIServices' priorities (k8s.io/kubernetes pkg/controlplane/apiserver/aggregator.go). */

import { compareUtf8 } from "../json/key-order.ts";

/** Of the groups that are built in. The group of APIServices has none itself: it comes before all that have names. */
const GROUPS: ReadonlyMap<string, number> = new Map([
  ["apiregistration.k8s.io", 20_001],
  ["", 18_000],
  ["apps", 17_800],
  ["events.k8s.io", 17_750],
  ["authentication.k8s.io", 17_700],
  ["authorization.k8s.io", 17_600],
  ["autoscaling", 17_500],
  ["batch", 17_400],
  ["certificates.k8s.io", 17_300],
  ["networking.k8s.io", 17_200],
  ["policy", 17_100],
  ["rbac.authorization.k8s.io", 17_000],
  ["storage.k8s.io", 16_800],
  ["admissionregistration.k8s.io", 16_700],
  ["apiextensions.k8s.io", 16_700],
  ["scheduling.k8s.io", 16_600],
  ["coordination.k8s.io", 16_500],
  ["node.k8s.io", 16_300],
  ["discovery.k8s.io", 16_200],
  ["resource.k8s.io", 16_200],
  ["flowcontrol.apiserver.k8s.io", 16_100],
  ["storagemigration.k8s.io", 15_800],
]);
/** By group and version, where it isn't the usual one. */
const VERSIONS: ReadonlyMap<string, number> = new Map([
  ["/v1", 1],
  ["autoscaling/v2", 30],
  ["resource.k8s.io/v1", 21],
  ["flowcontrol.apiserver.k8s.io/v1", 21],
]);
const USUAL_VERSION = 15;
/** Of custom resources. */
export const CUSTOM_PRIORITY = { group: 1000, version: 100 } as const;

export function groupPriority(group: string): number {
  return GROUPS.get(group) ?? CUSTOM_PRIORITY.group;
}

export function versionPriority(group: string, version: string): number {
  if (!GROUPS.has(group)) return CUSTOM_PRIORITY.version;
  return VERSIONS.get(`${group}/${version}`) ?? USUAL_VERSION;
}

/** The highest priority first, then by name. */
export function compareGroups(a: string, b: string, priorityOf: (group: string) => number = groupPriority): number {
  return priorityOf(b) - priorityOf(a) || compareUtf8(a, b);
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
