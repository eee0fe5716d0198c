/** What this node refuses to run whatever the scheduler decided. A refused pod has failed. */

import type { AgentPod } from "./agent-pod.ts";

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

/** @returns why the pod may not run here; undefined where it may. */
export function refusalOf(pod: AgentPod): Refusal | undefined {
  const { securityContext, os } = pod.spec;
  for (const { name } of securityContext?.sysctls ?? []) {
    const dotted = name.replaceAll("/", ".");
    if (!SAFE_SYSCTLS.has(dotted)) return { reason: "SysctlForbidden", message: `forbidden sysctl: ${JSON.stringify(dotted)} not allowlisted` };
  }
  if (os?.name && os.name !== "linux") return { reason: "PodOSNotSupported", message: "Failed to admit pod as the OS field doesn't match node OS" };
  return undefined;
}
