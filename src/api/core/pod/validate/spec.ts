/** A pod's spec wherever it stands. [Kubernetes pkg/apis/core/validation/validation.go ValidatePodSpec] */

import { isDNS1123Subdomain, isInRange } from "../../../../machinery/names.ts";
import { duplicate, type FieldError, forbiddenField, invalid, notFoundField, required } from "../../../../machinery/status/field-error.ts";
import { complain, dnsLabel, labels, oneOf, qualifiedName } from "../../../meta/checks.ts";
import type { PodResourceClaim, PodSpec } from "../../../tables/core-v1.ts";
import { containerResourceName } from "../../resources/names.ts";
import { requirementErrors } from "../../resources/requirements.ts";
import { volumeErrors } from "../../volume/validate.ts";
import { containersAt } from "../containers.ts";
import { affinityErrors } from "./affinity.ts";
import { containerErrors } from "./containers.ts";
import { dnsErrors, hostAliasErrors, hostnameOverrideErrors } from "./dns.ts";
import { podResourceErrors } from "./pod-resources.ts";
import { hostUserErrors, podSecurityContextErrors } from "./security-context.ts";
import { tolerationErrors } from "./tolerations.ts";
import { topologySpreadErrors } from "./topology-spread.ts";
import { hostProcessErrors, osErrors } from "./windows.ts";

const DEADLINE_MAX = 2 ** 31 - 1;
const DNS_POLICIES: readonly string[] = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
const NO_CLAIMS: ReadonlySet<string> = new Set();

export interface PodSpecPlace {
  /** `spec`, `spec.template.spec` */
  readonly at: string;
  /** The pod's own name, which claims of ephemeral volumes begin with; absent in a template. */
  readonly podName?: string;
  /** A template may leave out host ports that a pod must have. */
  readonly isPod: boolean;
}

export function podSpecErrors(spec: PodSpec, { at, podName, isPod }: PodSpecPlace): FieldError[] {
  const { volumes, errors } = volumeErrors(`${at}.volumes`, spec.volumes ?? [], podName);
  const claims = new Set((spec.resourceClaims ?? []).map(({ name }) => name).filter(Boolean));
  return [
    ...(spec.terminationGracePeriodSeconds === undefined ? [required(`${at}.terminationGracePeriodSeconds`, "")] : []),
    ...errors,
    ...claimErrors(`${at}.resourceClaims`, spec.resourceClaims),
    ...containerErrors(at, { spec, volumes, claims }),
    ...podResourceErrors(`${at}.resources`, spec, claims),
    ...hostNetworkErrors(at, spec, isPod),
    ...oneOf(`${at}.restartPolicy`, spec.restartPolicy, ["Always", "OnFailure", "Never"]),
    ...oneOf(`${at}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES),
    ...labels(`${at}.nodeSelector`, spec.nodeSelector),
    ...podSecurityContextErrors(`${at}.securityContext`, spec),
    ...(spec.shareProcessNamespace && spec.hostPID
      ? [invalid(`${at}.shareProcessNamespace`, true, "ShareProcessNamespace and HostPID cannot both be enabled")]
      : []),
    ...affinityErrors(`${at}.affinity`, spec.affinity),
    ...dnsErrors(`${at}.dnsConfig`, spec),
    ...(spec.readinessGates ?? []).flatMap(({ conditionType = "" }, i) => qualifiedName(`${at}.readinessGates[${i}].conditionType`, conditionType)),
    ...gateErrors(`${at}.schedulingGates`, spec),
    ...topologySpreadErrors(`${at}.topologySpreadConstraints`, spec.topologySpreadConstraints),
    ...hostProcessErrors(at, spec),
    ...hostUserErrors(at, spec, containersAt(spec, at)),
    ...hostnameOverrideErrors(`${at}.hostnameOverride`, spec),
    ...subdomainErrors(`${at}.serviceAccountName`, spec.serviceAccountName),
    ...subdomainErrors(`${at}.nodeName`, spec.nodeName),
    ...deadlineErrors(`${at}.activeDeadlineSeconds`, spec),
    ...(spec.hostname ? dnsLabel(`${at}.hostname`, spec.hostname) : []),
    ...(spec.subdomain ? dnsLabel(`${at}.subdomain`, spec.subdomain) : []),
    ...tolerationErrors(`${at}.tolerations`, spec.tolerations),
    ...hostAliasErrors(`${at}.hostAliases`, spec.hostAliases),
    ...subdomainErrors(`${at}.priorityClassName`, spec.priorityClassName),
    ...(spec.runtimeClassName === undefined ? [] : complain(`${at}.runtimeClassName`, spec.runtimeClassName, isDNS1123Subdomain(spec.runtimeClassName))),
    ...(spec.preemptionPolicy === undefined ? [] : oneOf(`${at}.preemptionPolicy`, spec.preemptionPolicy, ["PreemptLowerPriority", "Never"])),
    ...requirementErrors(`${at}.overhead`, spec.overhead && { limits: spec.overhead }, containerResourceName, NO_CLAIMS),
    ...osErrors(at, spec),
    ...fileKeyErrors(at, spec),
  ];
}

function subdomainErrors(field: string, name: string | undefined): FieldError[] {
  return name ? complain(field, name, isDNS1123Subdomain(name)) : [];
}

function claimErrors(at: string, claims: readonly PodResourceClaim[] | undefined): FieldError[] {
  const names = new Set<string>();
  return (claims ?? []).flatMap((claim, i) => {
    const field = `${at}[${i}]`;
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    const errors: FieldError[] = [];
    if (!name) errors.push(required(`${field}.name`, ""));
    else if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    else {
      errors.push(...dnsLabel(`${field}.name`, name));
      names.add(name);
    }
    const both = resourceClaimName !== undefined && resourceClaimTemplateName !== undefined;
    if (both) errors.push(invalid(field, claim, "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"));
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      errors.push(invalid(field, claim, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"));
    }
    if (resourceClaimName !== undefined) errors.push(...complain(`${field}.resourceClaimName`, resourceClaimName, isDNS1123Subdomain(resourceClaimName)));
    if (resourceClaimTemplateName === undefined) return errors;
    return [...errors, ...complain(`${field}.resourceClaimTemplateName`, resourceClaimTemplateName, isDNS1123Subdomain(resourceClaimTemplateName))];
  });
}

function hostNetworkErrors(at: string, { hostNetwork, containers }: PodSpec, isPod: boolean): FieldError[] {
  if (!hostNetwork) return [];
  return (containers ?? []).flatMap(({ ports }, i) =>
    (ports ?? []).flatMap(({ hostPort = 0, containerPort = 0 }, j) => {
      if (hostPort === containerPort || (!isPod && hostPort === 0)) return [];
      return [invalid(`${at}.containers[${i}].ports[${j}].hostPort`, hostPort, "must match `containerPort` when `hostNetwork` is true")];
    }),
  );
}

function gateErrors(at: string, { schedulingGates }: PodSpec): FieldError[] {
  const seen = new Set<string>();
  return (schedulingGates ?? []).flatMap(({ name = "" }, i) => {
    const errors = qualifiedName(`${at}[${i}]`, name);
    if (seen.has(name)) errors.push(duplicate(`${at}[${i}]`, name));
    seen.add(name);
    return errors;
  });
}

function deadlineErrors(field: string, { activeDeadlineSeconds: seconds }: PodSpec): FieldError[] {
  return seconds === undefined ? [] : complain(field, seconds, isInRange(seconds, 1, DEADLINE_MAX));
}

/** A variable that is read from a file: the file is written into a volume of the pod's own (KEP-3721). */
function fileKeyErrors(at: string, spec: PodSpec): FieldError[] {
  const volumes = new Map((spec.volumes ?? []).map((volume) => [volume.name, volume]));
  return containersAt(spec, at).flatMap(([{ env }, field]) =>
    (env ?? []).flatMap(({ valueFrom }, i) => {
      const ref = valueFrom?.fileKeyRef;
      if (!ref) return [];
      const name = ref.volumeName ?? "";
      const where = `${field}.env[${i}].valueFrom.fileKeyRef.volumeName`;
      const volume = volumes.get(name);
      if (!volume) return [notFoundField(where, name)];
      return volume.emptyDir ? [] : [invalid(where, name, "referenced volume must be of type emptyDir")];
    }),
  );
}

/** A pod's own rules, beyond those of any spec. */
export function podOnlyErrors(at: string, spec: PodSpec): FieldError[] {
  if (spec.serviceAccountName) return [];
  return (spec.volumes ?? []).flatMap(({ projected }, i) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }, j) => {
      if (!serviceAccountToken) return [];
      return [forbiddenField(`${at}.volumes[${i}].projected.sources[${j}].serviceAccountToken`, "must not be specified when serviceAccountName is not set")];
    }),
  );
}
