/** `matchLabelKeys` and `mismatchLabelKeys`: on create, the pod's own values become requirements of the selector beside them (KEP-3243, KEP-3633). */

import type { Pod, PodAffinityTerm, PodAntiAffinity } from "../../tables/core-v1.ts";
import type { LabelSelector } from "../../tables/meta-v1.ts";

export function applyLabelKeys(pod: Pod): void {
  const labels = pod.metadata.labels ?? {};
  const { affinity, topologySpreadConstraints } = pod.spec;
  for (const term of [...terms(affinity?.podAffinity), ...terms(affinity?.podAntiAffinity)]) {
    if (!term.labelSelector) continue;
    require(term.labelSelector, term.matchLabelKeys, "In", labels);
    require(term.labelSelector, term.mismatchLabelKeys, "NotIn", labels);
  }
  for (const { labelSelector, matchLabelKeys } of topologySpreadConstraints ?? []) if (labelSelector) require(labelSelector, matchLabelKeys, "In", labels);
}

/** The terms of an affinity or anti-affinity, which have the same form. */
function terms(affinity: PodAntiAffinity | undefined): PodAffinityTerm[] {
  return [
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
  ];
}

function require(selector: LabelSelector, keys: readonly string[] | undefined, operator: "In" | "NotIn", labels: Record<string, string>): void {
  for (const key of keys ?? []) {
    if (!Object.hasOwn(labels, key)) continue;
    selector.matchExpressions = [...(selector.matchExpressions ?? []), { key, operator, values: [labels[key] as string] }];
  }
}
