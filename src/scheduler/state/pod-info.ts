/** A pod as the scheduler sees it: what its plug-ins ask for, worked out once. */

import type { Pod, PodAffinityTerm, PreferredSchedulingTerm, Toleration, TopologySpreadConstraint, WeightedPodAffinityTerm } from "../../api/tables/core-v1.ts";
import { type LabelSelector, labelSelector } from "../../machinery/selectors/labels.ts";
import { type NodeMatcher, nodeMatcher, preferredMatcher } from "./node-selector.ts";
import { type Amounts, requestsOf } from "./resources.ts";

export interface HostPort {
  readonly address: string;
  readonly protocol: string;
  readonly port: number;
}

/** One term of pod (anti-)affinity. */
export interface AffinityTerm {
  readonly topologyKey: string;
  readonly selector: LabelSelector;
  /** Undefined: decided by `namespaceSelector`. */
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: LabelSelector | undefined;
  readonly weight: number;
  /** Tells terms that ask the same apart from others. */
  readonly key: string;
}

export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly hard: boolean;
  readonly selector: LabelSelector;
  readonly minDomains: number;
  readonly honorAffinity: boolean;
  readonly honorTaints: boolean;
  readonly key: string;
}

export interface PodInfo {
  readonly pod: Pod;
  readonly uid: string;
  readonly key: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly requests: Amounts;
  readonly hostPorts: readonly HostPort[];
  readonly tolerations: readonly Toleration[];
  /** Undefined: any node will do. */
  readonly requiredNodes: NodeMatcher | undefined;
  readonly preferredNodes: readonly { readonly weight: number; readonly matches: NodeMatcher }[];
  readonly affinity: readonly AffinityTerm[];
  readonly antiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly AffinityTerm[];
  readonly preferredAntiAffinity: readonly AffinityTerm[];
  readonly spread: readonly SpreadConstraint[];
}

export function podInfo(pod: Pod): PodInfo {
  const { namespace = "", name = "", uid = "", labels = {} } = pod.metadata;
  const { affinity } = pod.spec;
  const term = (raw: PodAffinityTerm): AffinityTerm => affinityTerm(pod, raw, 0);
  const weighted = ({ weight, podAffinityTerm }: WeightedPodAffinityTerm): AffinityTerm => affinityTerm(pod, podAffinityTerm, weight);
  return {
    pod,
    uid,
    key: `${namespace}/${name}`,
    namespace,
    labels,
    priority: pod.spec.priority ?? 0,
    requests: requestsOf(pod.spec),
    hostPorts: hostPortsOf(pod),
    tolerations: pod.spec.tolerations ?? [],
    requiredNodes: nodeMatcher(pod.spec),
    preferredNodes: (affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, preference }: PreferredSchedulingTerm) => ({
      weight,
      matches: preferredMatcher(preference),
    })),
    affinity: (affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term),
    antiAffinity: (affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term),
    preferredAffinity: (affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted),
    preferredAntiAffinity: (affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted),
    spread: (pod.spec.topologySpreadConstraints ?? []).map((constraint) => spreadConstraint(pod, constraint)),
  };
}

function hostPortsOf({ spec }: Pod): HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  const ports = [...(spec.containers ?? []), ...sidecars].flatMap((container) => container.ports ?? []);
  return ports
    .filter(({ hostPort }) => hostPort)
    .map(({ hostIP, protocol, hostPort }) => ({ address: hostIP || "0.0.0.0", protocol: protocol ?? "TCP", port: hostPort ?? 0 }));
}

function affinityTerm({ metadata }: Pod, raw: PodAffinityTerm, weight: number): AffinityTerm {
  const named = raw.namespaces ?? [];
  const own = named.length === 0 && raw.namespaceSelector === undefined;
  const selector = withLabelKeys(raw.labelSelector, raw.matchLabelKeys, raw.mismatchLabelKeys, metadata.labels ?? {});
  return {
    topologyKey: raw.topologyKey,
    selector: labelSelector(selector),
    namespaces: new Set(own ? [metadata.namespace ?? ""] : named),
    namespaceSelector: raw.namespaceSelector && labelSelector(raw.namespaceSelector),
    weight,
    key: JSON.stringify([own ? [metadata.namespace] : named, raw.namespaceSelector, selector]),
  };
}

function spreadConstraint({ metadata }: Pod, raw: TopologySpreadConstraint): SpreadConstraint {
  const selector = withLabelKeys(raw.labelSelector, raw.matchLabelKeys, undefined, metadata.labels ?? {});
  return {
    maxSkew: raw.maxSkew,
    topologyKey: raw.topologyKey,
    hard: raw.whenUnsatisfiable === "DoNotSchedule",
    selector: labelSelector(selector),
    minDomains: raw.minDomains ?? 1,
    honorAffinity: raw.nodeAffinityPolicy !== "Ignore",
    honorTaints: raw.nodeTaintsPolicy === "Honor",
    key: JSON.stringify([[metadata.namespace], undefined, selector]),
  };
}

type RawSelector = PodAffinityTerm["labelSelector"];

/** matchLabelKeys and mismatchLabelKeys stand for requirements on the pod's own values (KEP-3243, KEP-3633). */
function withLabelKeys(
  selector: RawSelector,
  match: readonly string[] = [],
  mismatch: readonly string[] = [],
  labels: Readonly<Record<string, string>>,
): RawSelector {
  const requirements = (keys: readonly string[], operator: string) =>
    keys.flatMap((key) => (labels[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }]));
  const extra = [...requirements(match, "In"), ...requirements(mismatch, "NotIn")];
  return selector && extra.length > 0 ? { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...extra] } : selector;
}
