/** What this node refuses to run whatever the scheduler decided. A refused pod has failed. */

import { podRequests } from "../../api/core/pod/aggregate.ts";
import { parseQuantity, Quantity } from "../../machinery/quantity/quantity.ts";
import type { AgentPod } from "./agent-pod.ts";
import type { Allocatable } from "./config/resource-ref.ts";

export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** Sysctls of the pod's own namespaces that can't harm another pod. [pkg/kubelet/sysctl/safe_sysctls.go] */
const SAFE_SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
]);
/** Counted in thousandths, in messages too. */
const IN_MILLI = "cpu";

/**
 * @param others the pods that this node has taken on already and that aren't over
 * @returns why the pod may not run here; undefined where it may
 */
export function refusalOf(pod: AgentPod, others: readonly AgentPod[], allocatable: Allocatable): Refusal | undefined {
  const { securityContext, os } = pod.spec;
  const unenforceable = unenforceableOf(pod);
  if (unenforceable) return unenforceable;
  if (os?.name && os.name !== "linux") return { reason: "PodOSNotSupported", message: "Failed to admit pod as the OS field doesn't match node OS" };
  for (const { name } of securityContext?.sysctls ?? []) {
    const dotted = name.replaceAll("/", ".");
    if (!SAFE_SYSCTLS.has(dotted)) return { reason: "SysctlForbidden", message: `forbidden sysctl: ${JSON.stringify(dotted)} not allowlisted` };
  }
  return shortage(pod, others, allocatable);
}

/** A protection that this node can't give is a reason not to run, never one to run without it. */
function unenforceableOf({ spec }: AgentPod): Refusal | undefined {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const profiles = [spec.securityContext, ...containers.map(({ securityContext }) => securityContext)].map(
    (context) => context?.appArmorProfile?.type ?? "Unconfined",
  );
  if (profiles.some((type) => type !== "Unconfined")) return { reason: "AppArmor", message: "Cannot enforce AppArmor: AppArmor is not enabled on the host" };
  if (spec.hostUsers === false) return { reason: "UserNamespacesNotSupported", message: "hostUsers=false is not supported in this node" };
  if (spec.securityContext?.supplementalGroupsPolicy === "Strict") {
    return { reason: "SupplementalGroupsPolicyNotSupported", message: "SupplementalGroupsPolicy=Strict is not supported in this node" };
  }
  const recursive = containers.some(({ volumeMounts }) => volumeMounts?.some(({ recursiveReadOnly }) => recursiveReadOnly === "Enabled"));
  if (recursive) return { reason: "RecursiveReadOnlyMountsNotSupported", message: "recursiveReadOnly=Enabled is not supported in this node" };
  return undefined;
}

/** What the node lacks for a pod beside the others; undefined where it fits. */
export function shortage(pod: AgentPod, others: readonly AgentPod[], allocatable: Allocatable): Refusal | undefined {
  const slots = Number(allocatable.pods ?? Number.POSITIVE_INFINITY);
  if (others.length >= slots) return notEnough("pods", 1n, BigInt(others.length), BigInt(slots));
  const wanted = podRequests(pod.spec);
  for (const [resource, text] of Object.entries(wanted)) {
    const capacity = allocatable[resource];
    const asked = parseQuantity(text);
    if (asked.isZero() || (capacity === undefined && !resource.includes("/"))) continue;
    const used = others.reduce((sum, other) => sum.add(parseQuantity(podRequests(other.spec)[resource] ?? "0")), Quantity.zero);
    const whole = parseQuantity(capacity ?? "0");
    if (used.add(asked).compare(whole) <= 0) continue;
    const [a, u, w] = [asked, used, whole].map((amount) => (resource === IN_MILLI ? amount.milliValue() : amount.value()));
    return notEnough(resource, a!, u!, w!);
  }
  return undefined;
}

function notEnough(resource: string, asked: bigint, used: bigint, capacity: bigint): Refusal {
  return { reason: `OutOf${resource}`, message: `Node didn't have enough resource: ${resource}, requested: ${asked}, used: ${used}, capacity: ${capacity}` };
}
