/** What a kubelet may write into a pod's status. [Kubernetes pkg/apis/core/validation/validation.go ValidatePodStatusUpdate] */

import { isDNS1123Subdomain } from "../../../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid } from "../../../../machinery/status/field-error.ts";
import { complain, dnsSubdomain, immutable, qualifiedName } from "../../../meta/checks.ts";
import { isDualStack, validIp } from "../../../meta/ip.ts";
import type { Container, ContainerStatus, Pod, PodSpec, PodStatus } from "../../../tables/core-v1.ts";
import { annotationChangeErrors, podAnnotationErrors } from "./annotations.ts";
import { userId } from "./security-context.ts";

const OWN_CONDITIONS: ReadonlySet<string> = new Set(["PodScheduled", "Ready", "Initialized"]);
const NEGATIVE_GENERATION = "must be a non-negative integer";

export function podStatusErrors(next: Pod, last: Pod): FieldError[] {
  const now: PodStatus = next.status ?? {};
  const before: PodStatus = last.status ?? {};
  return [
    ...annotationChangeErrors("metadata.annotations", next.metadata.annotations, last.metadata.annotations),
    ...podAnnotationErrors("metadata.annotations", next.metadata.annotations, next.spec),
    ...conditionErrors(now),
    ...nominationErrors(now, before, last.spec),
    ...(Number(now.observedGeneration ?? 0) < 0 ? [invalid("status.observedGeneration", now.observedGeneration, NEGATIVE_GENERATION)] : []),
    ...immutable("status.qosClass", now.qosClass, before.qosClass),
    ...stateErrors("status.containerStatuses", now.containerStatuses, before.containerStatuses, last.spec, last.spec.containers),
    ...stateErrors("status.initContainerStatuses", now.initContainerStatuses, before.initContainerStatuses, last.spec, last.spec.initContainers),
    ...stateErrors("status.ephemeralContainerStatuses", now.ephemeralContainerStatuses, before.ephemeralContainerStatuses, last.spec, []),
    ...claimStatusErrors(now, next.spec),
    ...podIpErrors(now, before),
    ...hostIpErrors(now, before),
    ...userErrors("status.containerStatuses", now.containerStatuses, next.spec),
    ...userErrors("status.initContainerStatuses", now.initContainerStatuses, next.spec),
    ...userErrors("status.ephemeralContainerStatuses", now.ephemeralContainerStatuses, next.spec),
  ];
}

function conditionErrors({ conditions }: PodStatus): FieldError[] {
  return (conditions ?? []).flatMap(({ type = "", observedGeneration }, i) => {
    const at = `status.conditions[${i}]`;
    const errors = Number(observedGeneration ?? 0) < 0 ? [invalid(`${at}.observedGeneration`, observedGeneration, NEGATIVE_GENERATION)] : [];
    return OWN_CONDITIONS.has(type) ? errors : [...errors, ...qualifiedName(`${at}.Type`, type)];
  });
}

function nominationErrors({ nominatedNodeName: next = "" }: PodStatus, { nominatedNodeName: last = "" }: PodStatus, spec: PodSpec): FieldError[] {
  if (next === "" || next === last) return [];
  const field = "status.nominatedNodeName";
  const errors = complain(field, next, isDNS1123Subdomain(next));
  return spec.nodeName ? [...errors, forbiddenField(field, "may not be set on pods that are already bound to a node")] : errors;
}

/** A container that has ended runs again only where its restart policy lets it. */
function stateErrors(
  at: string,
  next: readonly ContainerStatus[] = [],
  last: readonly ContainerStatus[] = [],
  spec: PodSpec,
  containers: readonly Container[] = [],
): FieldError[] {
  const isEphemeral = at === "status.ephemeralContainerStatuses";
  if (!isEphemeral && anyRestartsAll(spec)) return [];
  return last.flatMap(({ name, state }, i) => {
    const ended = state?.terminated;
    const now = next.find((status) => status.name === name);
    if (!ended || !now || now.state?.terminated) return [];
    const container = containers.find((one) => one.name === name);
    if (container && mayRestart(container, spec, ended.exitCode ?? 0)) return [];
    return [forbiddenField(`${at}[${i}].state`, "may not be transitioned to non-terminated state")];
  });
}

function anyRestartsAll({ containers = [], initContainers = [] }: PodSpec): boolean {
  return [...containers, ...initContainers].some(({ restartPolicyRules }) => restartPolicyRules?.some(({ action }) => action === "RestartAllContainers"));
}

function mayRestart({ restartPolicy, restartPolicyRules }: Container, spec: PodSpec, exitCode: number): boolean {
  if (restartPolicy !== undefined) {
    for (const { action, exitCodes } of restartPolicyRules ?? []) {
      const listed = exitCodes?.values?.includes(exitCode) ?? false;
      if (action === "Restart" && exitCodes && (exitCodes.operator === "In" ? listed : exitCodes.operator === "NotIn" && !listed)) return true;
    }
  }
  const policy = restartPolicy ?? spec.restartPolicy;
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}

function claimStatusErrors({ resourceClaimStatuses }: PodStatus, { resourceClaims = [] }: PodSpec): FieldError[] {
  return (resourceClaimStatuses ?? []).flatMap(({ name, resourceClaimName }, i) => {
    const at = `status.resourceClaimStatuses[${i}]`;
    const errors = resourceClaims.some((claim) => claim.name === name)
      ? []
      : [invalid(`${at}.name`, name ?? "", "must match the name of an entry in `spec.resourceClaims`")];
    return resourceClaimName === undefined ? errors : [...errors, ...dnsSubdomain(`${at}.resourceClaimName`, resourceClaimName)];
  });
}

function podIpErrors({ podIP = "", podIPs = [] }: PodStatus, last: PodStatus): FieldError[] {
  const before = (last.podIPs ?? []).map(({ ip }) => ip);
  const errors = podIPs.flatMap(({ ip }, i) => validIp(`status.podIPs[${i}]`, ip, before));
  const ips = podIPs.map(({ ip = "" }) => ip);
  if (ips.length > 2 || (ips.length === 2 && !isDualStack(ips))) {
    errors.push(invalid("status.podIPs", podIPs, "may specify no more than one IP for each IP family"));
  }
  if ((podIP !== "") !== ips.length > 0) errors.push(invalid("status.podIPs", podIPs, "podIP and podIPs must either both be set or both be unset"));
  else if (ips.length > 0 && ips[0] !== podIP) errors.push(invalid("status.podIPs[0].ip", ips[0], "must be equal to `podIP`"));
  return errors;
}

function hostIpErrors({ hostIP = "", hostIPs = [] }: PodStatus, last: PodStatus): FieldError[] {
  if (hostIPs.length === 0) return [];
  const ips = hostIPs.map(({ ip = "" }) => ip);
  const before = (last.hostIPs ?? []).map(({ ip }) => ip);
  const errors = ips[0] === hostIP ? [] : [invalid("status.hostIPs[0].ip", ips[0], "must be equal to `hostIP`")];
  for (const [i, ip] of ips.entries()) errors.push(...validIp(`status.hostIPs[${i}]`, ip, before));
  const many = ips.length > 2 || (ips.length === 2 && !isDualStack(ips));
  return many ? [...errors, invalid("status.hostIPs", hostIPs, "may specify no more than one IP for each IP family")] : errors;
}

function userErrors(at: string, statuses: readonly ContainerStatus[] | undefined, { os }: PodSpec): FieldError[] {
  return (statuses ?? []).flatMap(({ user }, i) => {
    const linux = user?.linux;
    if (!linux) return [];
    if (os && os.name !== "linux") return [forbiddenField(`${at}[${i}].linux`, "cannot be set for a windows pod")];
    return [
      ...userId(`${at}[${i}].linux.uid`, linux.uid),
      ...userId(`${at}[${i}].linux.gid`, linux.gid),
      ...(linux.supplementalGroups ?? []).flatMap((id, j) => userId(`${at}[${i}].linux.supplementalGroups[${j}]`, id)),
    ];
  });
}
