/**
 * The Pod Security Standards (KEP-2579), enforced at `restricted` where a namespace doesn't say otherwise. In such a namespace a workload whose pods would be
 * refused is refused itself, so that its author hears of it; elsewhere it is warned of, as in Kubernetes. Each refusal names the fields and the one command that
 * would allow it.
 */

import { isDeepStrictEqual } from "node:util";
import type { KubeObject } from "../../api/kind.ts";
import type { CronJob } from "../../api/tables/batch-v1.ts";
import type { Container, Namespace, Pod, PodSpec, PodTemplateSpec } from "../../api/tables/core-v1.ts";
import type { ObjectMeta } from "../../api/tables/meta-v1.ts";
import { internalError, invalidObject } from "../../machinery/status/status-error.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";
import type { Level, Violation } from "./pod-security/check.ts";
import { describe, violations } from "./pod-security/evaluate.ts";
import { ENFORCE_LABEL, type LevelVersion, type NamespacePolicy, policyOf, same, stricter, text } from "./pod-security/policy.ts";
import { refused } from "./refuse.ts";

const WORKLOADS = [
  "replicationcontrollers",
  "podtemplates",
  "replicasets.apps",
  "deployments.apps",
  "statefulsets.apps",
  "daemonsets.apps",
  "jobs.batch",
  "cronjobs.batch",
];
/** Pods that a namespace's new level is tried on. */
const PODS_MAX = 3000;

interface Found {
  readonly spec: PodSpec;
  readonly metadata: ObjectMeta;
  /** Where the pod stands in the object: `spec.template.`. */
  readonly at: string;
}

function templateOf(request: AdmissionRequest, object: KubeObject | undefined): Found | undefined {
  const found = (template: PodTemplateSpec | undefined, at: string) =>
    template?.spec ? { spec: template.spec, metadata: template.metadata ?? {}, at } : undefined;
  if (!object) return undefined;
  if (request.resource.resource === "podtemplates") return found((object as KubeObject & { template?: PodTemplateSpec }).template, "template.");
  if (request.resource.resource === "cronjobs") return found((object as CronJob).spec?.jobTemplate?.spec?.template, "spec.jobTemplate.spec.template.");
  return found((object as KubeObject & { spec?: { template?: PodTemplateSpec } }).spec?.template, "spec.template.");
}

const judge = ({ level, minor }: LevelVersion, { spec, metadata }: Found) => violations(level, minor, spec, metadata);

/** @returns the mildest level that lets the pod through */
function levelThatAllows(minor: number | undefined, found: Found): Level {
  return violations("baseline", minor, found.spec, found.metadata).length === 0 ? "baseline" : "privileged";
}

function refuse(request: AdmissionRequest, policy: NamespacePolicy, found: Found, wrong: readonly Violation[]) {
  const fields = [...new Set(wrong.flatMap((each) => each.fields))].map((field) => found.at + field);
  const command = `kubectl label ns ${request.namespace} ${policy.isOwn ? "--overwrite " : ""}${ENFORCE_LABEL}=${levelThatAllows(policy.enforce.minor, found)}`;
  const why = `violates PodSecurity ${JSON.stringify(text(policy.enforce))}: ${describe(wrong)}; at ${fields.join(", ")}; to allow it: ${command}`;
  const causes = wrong.flatMap(({ reason, detail, fields: at }) =>
    at.map((field) => ({ reason: "PodSecurity", message: `${reason} (${detail})`, field: found.at + field })),
  );
  return refused(request, why, causes);
}

function images(containers: readonly Container[] | undefined): string[] {
  return (containers ?? []).map(({ image }) => image ?? "");
}

/** Of a pod's mutable fields only these decide anything: what runs, and containers that are added. */
function isSignificant({ spec: next }: Pod, { spec: last }: Pod): boolean {
  if (!isDeepStrictEqual([images(next.containers), images(next.initContainers)], [images(last.containers), images(last.initContainers)])) return true;
  const known = new Map(last.ephemeralContainers?.map((container) => [container.name, container.image]));
  return (next.ephemeralContainers ?? []).some(({ name, image }) => !known.has(name) || known.get(name) !== image);
}

async function namespacePolicy({ reader, namespace }: AdmissionRequest): Promise<NamespacePolicy> {
  const found = reader.get<Namespace>("", "namespaces", "", namespace) ?? (await reader.getFresh<Namespace>("", "namespaces", "", namespace));
  if (!found) throw internalError(new Error(`failed to lookup namespace ${JSON.stringify(namespace)}`));
  return policyOf(namespace, found.metadata.labels);
}

/** @param passed the level that the pod was just found to satisfy: it needn't be judged by that again */
function auditAndWarn(request: AdmissionRequest, { audit, warn, errors }: NamespacePolicy, found: Found, passed?: LevelVersion): void {
  if (errors.length > 0)
    request.annotate("pod-security.kubernetes.io/error", `Failed to parse policy: ${errors.map(({ field, message }) => `${field}: ${message}`).join(", ")}`);
  const audited = passed && same(audit, passed) ? [] : judge(audit, found);
  if (audited.length > 0)
    request.annotate("pod-security.kubernetes.io/audit-violations", `would violate PodSecurity ${JSON.stringify(text(audit))}: ${describe(audited)}`);
  const warned = same(warn, audit) ? audited : passed && same(warn, passed) ? [] : judge(warn, found);
  if (warned.length > 0) request.warn(`would violate PodSecurity ${JSON.stringify(text(warn))}: ${describe(warned)}`);
}

async function validatePod(request: AdmissionRequest): Promise<void> {
  const pod = request.object as Pod;
  if (request.operation === "UPDATE" && request.subresource !== "resize" && request.old && !isSignificant(pod, request.old as Pod)) return;
  const policy = await namespacePolicy(request);
  const found = { spec: pod.spec, metadata: pod.metadata, at: "" };
  request.annotate("pod-security.kubernetes.io/enforce-policy", text(policy.enforce));
  const wrong = judge(policy.enforce, found);
  if (wrong.length > 0) throw refuse(request, policy, found, wrong);
  auditAndWarn(request, policy, found, policy.enforce);
}

async function validateWorkload(request: AdmissionRequest): Promise<void> {
  const found = templateOf(request, request.object);
  if (!found) return;
  const policy = await namespacePolicy(request);
  const isNews = !isDeepStrictEqual(found, templateOf(request, request.old)); // What was there before the rule may still be scaled down.
  if (!policy.isOwn && isNews) {
    const wrong = judge(policy.enforce, found);
    if (wrong.length > 0) throw refuse(request, policy, found, wrong);
  }
  auditAndWarn(request, policy, found);
}

function validateNamespace(request: AdmissionRequest): void {
  const { name = "", labels } = request.object?.metadata ?? {};
  const next = policyOf(name, labels);
  const last = request.old && policyOf(name, request.old.metadata.labels);
  if (next.errors.length > 0 && !(last && isDeepStrictEqual(next.errors, last.errors)))
    throw invalidObject({ group: "", kind: "Namespace" }, name, next.errors);
  if (!last || same(next.enforce, last.enforce) || next.enforce.level === "privileged") return;
  if (next.enforce.minor === last.enforce.minor && !stricter(next.enforce.level, last.enforce.level)) return;
  warnOfPods(request, name, next.enforce);
}

/** Tells which pods that are there already the new level would refuse. */
function warnOfPods(request: AdmissionRequest, namespace: string, level: LevelVersion): void {
  const pods = [...request.reader.list<Pod>("", "pods", namespace)];
  const groups = new Map<string, string[]>();
  for (const pod of pods.slice(0, PODS_MAX)) {
    const wrong = judge(level, { spec: pod.spec, metadata: pod.metadata, at: "" });
    if (wrong.length > 0) groups.getOrInsertComputed(wrong.map(({ reason }) => reason).join(", "), () => []).push(pod.metadata.name ?? "");
  }
  if (pods.length > PODS_MAX) request.warn(`new PodSecurity enforce level only checked against the first ${PODS_MAX} of ${pods.length} existing pods`);
  if (groups.size > 0)
    request.warn(`existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${JSON.stringify(text(level))}`);
  const lines = [...groups].map(([reasons, names]) => {
    const [first, ...others] = names.toSorted();
    const more = others.length === 0 ? "" : ` (and ${others.length} other ${others.length === 1 ? "pod" : "pods"})`;
    return `${first}${more}: ${reasons}`;
  });
  for (const line of lines.toSorted()) request.warn(line);
}

export const podSecurity: AdmissionPlugin = {
  name: "PodSecurity",
  on: ["namespaces", "pods", "pods/ephemeralcontainers", "pods/resize", ...WORKLOADS],
  operations: ["CREATE", "UPDATE"],
  validate(request) {
    if (request.resource.resource === "namespaces") return validateNamespace(request);
    return request.resource.resource === "pods" ? validatePod(request) : validateWorkload(request);
  },
};
