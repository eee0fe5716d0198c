/** What a pod's resolv.conf says. */

import type { DNSConfig } from "../../runtime/cri/cri.ts";
import type { AgentPod } from "../agent-pod.ts";

export interface NodeDns {
  /** Addresses of the cluster's DNS service. */
  readonly clusterDns: readonly string[];
  /** `cluster.local` */
  readonly clusterDomain: string;
  /** What the node itself uses: text of its resolv.conf. */
  readonly resolvConf: string;
}

const SERVERS_MAX = 3;
const SEARCHES_MAX = 32;
const SEARCH_MAX_CHARACTERS = 2048;

/** Reads resolv.conf(5), the last `search` line counting. */
export function parseResolvConf(text: string): Required<DNSConfig> {
  const parsed: Required<DNSConfig> = { servers: [], searches: [], options: [] };
  for (const line of text.split("\n")) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, "")
      .trim()
      .split(/\s+/);
    if (keyword === "nameserver" && values[0]) parsed.servers.push(values[0]);
    else if (keyword === "search") parsed.searches = values.map((value) => (value === "." ? value : value.replace(/\.$/, "")));
    else if (keyword === "options") parsed.options.push(...values);
  }
  return parsed;
}

export function podDns(pod: AgentPod, node: NodeDns): DNSConfig {
  const base = baseOf(pod, node);
  const { nameservers = [], searches = [], options = [] } = pod.spec.dnsConfig ?? {};
  const merged = new Map(base.options.map((option) => [option.split(":")[0] ?? option, option]));
  for (const { name, value } of options) if (name) merged.set(name, value ? `${name}:${value}` : name);
  return {
    servers: unique([...base.servers, ...nameservers]).slice(0, SERVERS_MAX),
    searches: fitting(unique([...base.searches, ...searches])),
    options: [...merged.values()],
  };
}

function baseOf(pod: AgentPod, { clusterDns, clusterDomain, resolvConf }: NodeDns): Required<DNSConfig> {
  const policy = pod.spec.dnsPolicy ?? "ClusterFirst";
  const host = parseResolvConf(resolvConf);
  if (policy === "None") return { servers: [], searches: [], options: [] };
  const cluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && !pod.spec.hostNetwork);
  if (!cluster || clusterDns.length === 0) return host;
  const searches = clusterDomain ? [`${pod.metadata.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain] : [];
  return { servers: [...clusterDns], searches: [...searches, ...host.searches], options: ["ndots:5"] };
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}

/** glibc reads no more; what doesn't fit falls off the end. */
function fitting(searches: readonly string[]): string[] {
  let length = 0;
  return searches.slice(0, SEARCHES_MAX).filter((search) => {
    length += search.length + 1;
    return length <= SEARCH_MAX_CHARACTERS + 1;
  });
}
