/** Nodes: the machines. */

import { duplicate, type FieldError, forbiddenField, invalid } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { positive } from "../meta/checks.ts";
import { ageColumn, column, NONE, nameColumn, wide } from "../meta/columns.ts";
import { cidrWarnings, isDualStack, validCidr } from "../meta/ip.ts";
import { roundToMilli } from "../meta/resource-list.ts";
import { copyMember } from "../meta/status-update.ts";
import type { Node as NodeType } from "../tables/core-v1.ts";
import { quantityErrors } from "./resources/quantities.ts";
import { taintErrors } from "./taints.ts";

const ROLE_PREFIX = "node-role.kubernetes.io/";
const ROLE = "kubernetes.io/role";
const FEATURE = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z][a-zA-Z0-9]*)*$/;
const FEATURE_CHARACTERS_MAX = 253;
const CIDRS_FIXED = 'node updates may not change podCIDR except from "" to valid';

export const Node = kind<NodeType>("v1", "nodes", {
  defaults({ spec, status }) {
    syncPodCidrs(spec);
    if (!status) return;
    if (!status.allocatable && status.capacity) status.allocatable = Object.assign(Object.create(null), status.capacity);
    roundToMilli(status.capacity);
    roundToMilli(status.allocatable);
  },
  prepareCreate(node) {
    delete node.spec.configSource; // Dynamic kubelet configuration is gone.
    delete node.spec.podPreemptionPolicy;
    if (node.status) delete node.status.config;
  },
  prepareUpdate(next, last) {
    copyMember(next, last, "status");
    if (!last.spec.configSource) delete next.spec.configSource;
    if (!last.spec.podPreemptionPolicy) delete next.spec.podPreemptionPolicy;
  },
  validate(node) {
    return [
      ...taintErrors("metadata.taints", node.spec.taints ?? []),
      ...amountErrors(node),
      ...swapErrors(node),
      ...featureErrors(node),
      ...podCidrErrors(node),
    ];
  },
  validateUpdate: changeErrors,
  warnings({ spec }) {
    const warnings: string[] = [];
    if (spec.configSource) warnings.push("spec.configSource: the feature is removed");
    if (spec.externalID) warnings.push("spec.externalID: this field is deprecated, and is unused by Kubernetes");
    for (const [i, cidr] of (spec.podCIDRs ?? []).entries()) warnings.push(...cidrWarnings(`spec.podCIDRs[${i}]`, cidr));
    return warnings;
  },
  subresources: {
    status: {
      prepareUpdate(next, last) {
        next.spec = last.spec;
        if (!last.status?.config && next.status) delete next.status.config;
      },
      validateUpdate: (next, last) => [...amountErrors(next), ...featureErrors(next), ...changeErrors(next, last)],
    },
  },
  columns: [
    nameColumn,
    column("Status", "string", "Whether the node takes pods.", statusCell),
    column("Roles", "string", "What the node is for.", rolesCell),
    ageColumn,
    column("Version", "string", "Of the node's agent.", ({ status }) => status?.nodeInfo?.kubeletVersion ?? ""),
    wide("Internal-IP", "Its address within the cluster.", (node) => addressCell(node, "InternalIP")),
    wide("External-IP", "Its address for the rest of the world.", (node) => addressCell(node, "ExternalIP")),
    wide("OS-Image", "Its system.", ({ status }) => status?.nodeInfo?.osImage || "<unknown>"),
    wide("Kernel-Version", "Its kernel and architecture.", ({ status }) => {
      const { kernelVersion, architecture } = status?.nodeInfo ?? {};
      return `${kernelVersion || "<unknown>"}${architecture ? ` (${architecture})` : ""}`;
    }),
    wide("Container-Runtime", "What runs its containers.", ({ status }) => status?.nodeInfo?.containerRuntimeVersion || "<unknown>"),
  ],
  selectableFields: { "spec.unschedulable": ({ spec }) => String(spec.unschedulable ?? false) },
});

/** The single range and the list say the same; where they don't, the single one is what old clients wrote. */
function syncPodCidrs(spec: NodeType["spec"]): void {
  if (spec.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
  else if (!spec.podCIDR && spec.podCIDRs?.[0]) spec.podCIDR = spec.podCIDRs[0];
}

function amountErrors({ status }: NodeType): FieldError[] {
  return [
    ...Object.entries(status?.capacity ?? {}).flatMap(([name, value]) => quantityErrors(`status.capacity.${name}`, name, value)),
    ...Object.entries(status?.allocatable ?? {}).flatMap(([name, value]) => quantityErrors(`status.allocatable.${name}`, name, value)),
  ];
}

function swapErrors({ status }: NodeType): FieldError[] {
  const capacity = status?.nodeInfo?.swap?.capacity;
  return capacity === undefined ? [] : positive("metadata.nodeSwapStatus.capacity", capacity);
}

function featureErrors({ status }: NodeType): FieldError[] {
  const features = status?.declaredFeatures ?? [];
  return features.flatMap((feature, i) => {
    const at = `status.declaredFeatures[${i}]`;
    const shown = JSON.stringify(feature);
    const errors: FieldError[] = [];
    if (feature.length > FEATURE_CHARACTERS_MAX) {
      errors.push(invalid(at, feature, `invalid feature name ${shown}: must be no more than ${FEATURE_CHARACTERS_MAX} characters`));
    } else if (!FEATURE.test(feature)) {
      const form =
        "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes";
      errors.push(invalid(at, feature, `invalid feature name ${shown}: ${form}`));
    }
    const before = features[i - 1];
    if (before === feature) errors.push(duplicate(at, feature));
    else if (before !== undefined && before > feature) errors.push(invalid(at, feature, "list must be sorted alphabetically"));
    return errors;
  });
}

function podCidrErrors({ spec }: NodeType): FieldError[] {
  const cidrs = spec.podCIDRs ?? [];
  const errors = cidrs.flatMap((cidr, i) => validCidr(`spec.podCIDRs[${i}]`, cidr));
  if (cidrs.length < 2 || (cidrs.length === 2 && errors.length === 0 && isDualStack(cidrs))) return errors;
  const unread: FieldError[] = errors.length > 0 ? [{ type: "InternalError", field: "spec.podCIDRs", message: "Internal error: invalid PodCIDRs" }] : [];
  return [...errors, ...unread, invalid("spec.podCIDRs", cidrs, "may specify no more than one CIDR for each IP family")];
}

function changeErrors(next: NodeType, last: NodeType): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, address] of (next.status?.addresses ?? []).entries()) {
    const { type, address: text } = address;
    if (seen.has(`${type}\0${text}`)) errors.push(duplicate(`status.addresses[${i}]`, { type, address: text }));
    seen.add(`${type}\0${text}`);
  }
  const before = last.spec.podCIDRs ?? [];
  const now = next.spec.podCIDRs ?? [];
  if (before.length > 0) {
    const changed = before.length === now.length ? before.filter((cidr, i) => cidr !== now[i]).length : 1;
    for (let i = 0; i < changed; i++) errors.push(forbiddenField("spec.podCIDRs", CIDRS_FIXED));
  }
  if (last.spec.providerID && next.spec.providerID !== last.spec.providerID) {
    const detail = next.spec.providerID ? "field cannot be modified once set" : "field cannot be cleared once set";
    errors.push(invalid("spec.providerID", undefined, detail));
  }
  if ((next.spec.externalID ?? "") !== (last.spec.externalID ?? "")) errors.push(forbiddenField("spec.externalID", "may not be updated"));
  return errors;
}

function statusCell({ spec, status }: NodeType): string {
  const ready = status?.conditions?.findLast(({ type }) => type === "Ready");
  const word = !ready ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return spec.unschedulable ? `${word},SchedulingDisabled` : word;
}

function rolesCell({ metadata }: NodeType): string {
  const roles = Object.entries(metadata.labels ?? {}).map(([key, value]) =>
    key.startsWith(ROLE_PREFIX) ? key.slice(ROLE_PREFIX.length) : key === ROLE ? value : "",
  );
  return [...new Set(roles.filter(Boolean))].sort().join(",") || NONE;
}

function addressCell({ status }: NodeType, type: string): string {
  return status?.addresses?.find((address) => address.type === type)?.address ?? NONE;
}
