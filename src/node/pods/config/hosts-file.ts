/** A pod's host name, and its /etc/hosts. */

import type { AgentPod } from "../agent-pod.ts";

const HOST_NAME_MAX = 63;

export interface HostNames {
  readonly hostname: string;
  /** Below which it is found, where it has a subdomain; else empty. */
  readonly domain: string;
}

export function hostNames({ metadata, spec }: AgentPod, clusterDomain: string): HostNames {
  if (spec.hostnameOverride !== undefined) return { hostname: spec.hostnameOverride, domain: "" };
  // A cut name must still be one.
  const hostname = spec.hostname || metadata.name.slice(0, HOST_NAME_MAX).replace(/[-.]+$/, "");
  const domain = spec.subdomain ? `${spec.subdomain}.${metadata.namespace}.svc.${clusterDomain}` : "";
  return { hostname, domain };
}

/** What gethostname(2) answers in the pod. @throws Error where the whole name is too long for the kernel */
export function kernelHostname(pod: AgentPod, { hostname, domain }: HostNames): string {
  if (!pod.spec.setHostnameAsFQDN || !domain) return hostname;
  const whole = `${hostname}.${domain}`;
  if (whole.length > 64)
    throw new Error(
      `failed to construct FQDN from pod hostname and cluster domain, FQDN ${whole} is too long (64 characters is the max, ${whole.length} characters requested)`,
    );
  return whole;
}

const LOOPBACK = [
  "127.0.0.1\tlocalhost",
  "::1\tlocalhost ip6-localhost ip6-loopback",
  "fe00::0\tip6-localnet",
  "fe00::0\tip6-mcastprefix",
  "fe00::1\tip6-allnodes",
  "fe00::2\tip6-allrouters",
];

/** @param hostFile of the node, for pods in its network */
export function hostsFile(pod: AgentPod, ips: readonly string[], { hostname, domain }: HostNames, hostFile: string): string {
  const aliases = (pod.spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join("\t")}`);
  const more = aliases.length > 0 ? ["", "# Entries added by HostAliases.", ...aliases] : [];
  if (pod.spec.hostNetwork) return ["# Kubernetes-managed hosts file (host network).", hostFile.trimEnd(), ...more, ""].join("\n");
  const own = ips.map((ip) => (domain ? `${ip}\t${hostname}.${domain}\t${hostname}` : `${ip}\t${hostname}`));
  return ["# Kubernetes-managed hosts file.", ...LOOPBACK, ...own, ...more, ""].join("\n");
}
