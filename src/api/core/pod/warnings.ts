/** What works in a pod or template but isn't what was meant. [Kubernetes pkg/api/pod/warnings.go] */

import { isDNS1123Label } from "../../../machinery/names.ts";
import type { KubeObject } from "../../kind.ts";
import { fractions } from "../../meta/fractions.ts";
import { ipWarnings } from "../../meta/ip.ts";
import { sameStruct } from "../../meta/semantic.ts";
import type { NodeSelectorTerm, PodAffinityTerm, PodSpec, PodTemplateSpec } from "../../tables/core-v1.ts";
import { volumeWarnings } from "../volume/warnings.ts";
import { APP_ARMOR_PREFIX, profileOf } from "./app-armor.ts";
import { containerWarnings } from "./container-warnings.ts";
import { containersAt } from "./containers.ts";
import { portWarnings } from "./port-warnings.ts";

type Annotations = Readonly<Record<string, string>>;

/** Annotations that meant something once, and what took their place. */
const RETIRED: readonly (readonly [key: string, message: string])[] = [
  ["scheduler.alpha.kubernetes.io/critical-pod", 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ["security.alpha.kubernetes.io/sysctls", 'non-functional in v1.11+; use the "sysctls" field instead'],
  ["security.alpha.kubernetes.io/unsafe-sysctls", 'non-functional in v1.11+; use the "sysctls" field instead'],
];
const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_PREFIX = "container.seccomp.security.alpha.kubernetes.io/";
/** Labels of nodes that got other names. */
const OLD_LABELS: ReadonlyMap<string, string> = new Map([
  ["beta.kubernetes.io/arch", 'deprecated since v1.14; use "kubernetes.io/arch" instead'],
  ["beta.kubernetes.io/os", 'deprecated since v1.14; use "kubernetes.io/os" instead'],
  ["failure-domain.beta.kubernetes.io/region", 'deprecated since v1.17; use "topology.kubernetes.io/region" instead'],
  ["failure-domain.beta.kubernetes.io/zone", 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead'],
  ["beta.kubernetes.io/instance-type", 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead'],
  ["app.kubernetes.io/created-by", "deprecated since v1.9"],
  ["scheduler.alpha.kubernetes.io/preferAvoidPods", "deprecated since v1.22; use Taints and Tolerations instead"],
  ["node-role.kubernetes.io/master", 'use "node-role.kubernetes.io/control-plane" instead'],
]);
const NULL_SELECTOR = "a null labelSelector results in matching no pod";

/** A workload's name becomes part of host names. */
export function nameAdvice({ metadata }: KubeObject, use = "Pod names and hostnames"): string[] {
  const complaints = isDNS1123Label(metadata.name ?? "");
  if (complaints.length === 0) return [];
  return [`metadata.name: this is used in ${use}, which can result in surprising behavior; a DNS label is recommended: [${complaints.join(" ")}]`];
}

/** @param at the template's field; warns again only where the template changed */
export function templateWarnings(at: string, next: PodTemplateSpec | undefined, last: PodTemplateSpec | undefined): string[] {
  if (!next || (last && sameStruct("core.v1.PodTemplateSpec", next, last))) return [];
  const annotations = next.metadata?.annotations ?? {};
  return [...podWarnings(`${at}.`, next.spec, annotations), ...appArmorWarnings(`${at}.metadata.annotations`, next.spec, annotations)];
}

/** @param before what stands before `spec` and `metadata`: empty for a pod, `spec.template.` for a template */
export function podWarnings(before: string, spec: PodSpec, annotations: Annotations): string[] {
  const at = `${before}spec`;
  return [
    ...placementWarnings(at, spec),
    ...RETIRED.filter(([key]) => Object.hasOwn(annotations, key)).map(([key, message]) => `${before}metadata.annotations[${key}]: ${message}`),
    ...volumeWarnings(`${at}.volumes`, spec.volumes ?? []),
    ...repeats(
      `${at}.hostAliases`,
      "ip",
      (spec.hostAliases ?? []).map(({ ip }) => ip),
    ),
    ...repeats(
      `${at}.imagePullSecrets`,
      "name",
      (spec.imagePullSecrets ?? []).map(({ name = "" }) => name),
    ),
    ...(spec.imagePullSecrets ?? []).flatMap(({ name }, i) => (name ? [] : [`${at}.imagePullSecrets[${i}].name: invalid empty name ""`])),
    ...fractions(`${at}.overhead`, spec.overhead),
    ...seccompWarnings(`${before}metadata.annotations`, spec, annotations),
    ...containersAt(spec, at).flatMap(([container, field]) => containerWarnings(field, container)),
    ...portWarnings(at, spec),
    ...(Number(spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [`${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...affinityWarnings(`${at}.affinity`, spec),
    ...(spec.dnsConfig?.nameservers ?? []).flatMap((ip, i) => ipWarnings(`${at}.dnsConfig.nameservers[${i}]`, ip)),
    ...(spec.hostAliases ?? []).flatMap(({ ip }, i) => ipWarnings(`${at}.hostAliases[${i}].ip`, ip)),
  ];
}

function placementWarnings(at: string, { nodeSelector, affinity, topologySpreadConstraints }: PodSpec): string[] {
  const warnings = Object.keys(nodeSelector ?? {}).flatMap((key) => (OLD_LABELS.has(key) ? [`${at}.nodeSelector[${key}]: ${OLD_LABELS.get(key)}`] : []));
  const node = affinity?.nodeAffinity;
  const terms = [
    ...(node?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []).map(
      (term, i) => [term, `requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`] as const,
    ),
    ...(node?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
      ({ preference }, i) => [preference, `preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`] as const,
    ),
  ];
  for (const [term, field] of terms) warnings.push(...nodeTermWarnings(`${at}.affinity.nodeAffinity.${field}`, term));
  for (const [i, { topologyKey, labelSelector }] of (topologySpreadConstraints ?? []).entries()) {
    const field = `${at}.topologySpreadConstraints[${i}]`;
    if (OLD_LABELS.has(topologyKey)) warnings.push(`${field}.topologyKey: ${topologyKey} is ${OLD_LABELS.get(topologyKey)}`);
    if (!labelSelector) warnings.push(`${field}.labelSelector: ${NULL_SELECTOR}`);
  }
  return warnings;
}

/** Labels of nodes that have other names now. */
export function nodeTermWarnings(at: string, { matchExpressions }: NodeSelectorTerm): string[] {
  return (matchExpressions ?? []).flatMap(({ key }, i) => (OLD_LABELS.has(key) ? [`${at}.matchExpressions[${i}].key: ${key} is ${OLD_LABELS.get(key)}`] : []));
}

function repeats(at: string, member: string, values: readonly string[]): string[] {
  return values.flatMap((value, i) => (values.indexOf(value) < i ? [`${at}[${i}].${member}: duplicate ${member} ${JSON.stringify(value)}`] : []));
}

function seccompWarnings(at: string, spec: PodSpec, annotations: Annotations): string[] {
  const keys = spec.securityContext?.seccompProfile ? [] : [SECCOMP_POD];
  for (const [{ name, securityContext }] of containersAt(spec, "")) if (!securityContext?.seccompProfile) keys.push(SECCOMP_PREFIX + name);
  return keys.filter((key) => Object.hasOwn(annotations, key)).map((key) => `${at}[${key}]: non-functional in v1.27+; use the "seccompProfile" field instead`);
}

/** @param at the annotations' field. On pods, only for annotations that no field was made of. */
export function appArmorWarnings(at: string, spec: PodSpec, annotations: Annotations): string[] {
  return containersAt(spec, "").flatMap(([{ name, securityContext }]) => {
    const key = APP_ARMOR_PREFIX + name;
    if (securityContext?.appArmorProfile || !Object.hasOwn(annotations, key)) return [];
    const whole = spec.securityContext?.appArmorProfile;
    if (whole && sameStruct("core.v1.AppArmorProfile", whole, profileOf(annotations[key] as string))) return [];
    return [`${at}[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`];
  });
}

function affinityWarnings(at: string, { affinity }: PodSpec): string[] {
  const lacks = (term: PodAffinityTerm, field: string) => (term.labelSelector ? [] : [`${field}.labelSelector: ${NULL_SELECTOR}`]);
  return (["podAffinity", "podAntiAffinity"] as const).flatMap((name) => [
    ...(affinity?.[name]?.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((term, i) =>
      lacks(term, `${at}.${name}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`),
    ),
    ...(affinity?.[name]?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(({ podAffinityTerm }, i) =>
      lacks(podAffinityTerm, `${at}.${name}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm`),
    ),
  ]);
}
