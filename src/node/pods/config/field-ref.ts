/** Values of the pod itself (downward API): fields, labels, annotations, addresses. */

import type { AgentPod } from "../agent-pod.ts";

export interface PodAddresses {
  /** The pod's own; the first is the primary. */
  readonly podIps: readonly string[];
  readonly hostIps: readonly string[];
}

/** @throws Error for a path that the API doesn't allow here */
export function fieldValue(pod: AgentPod, path: string, { podIps, hostIps }: PodAddresses): string {
  const [, map, key] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path) ?? [];
  if (map !== undefined && key !== undefined) return ownValue(map === "labels" ? pod.metadata.labels : pod.metadata.annotations, key) ?? "";
  switch (path) {
    case "metadata.name":
      return pod.metadata.name;
    case "metadata.namespace":
      return pod.metadata.namespace;
    case "metadata.uid":
      return pod.metadata.uid;
    case "metadata.labels":
      return formatMap(pod.metadata.labels);
    case "metadata.annotations":
      return formatMap(pod.metadata.annotations);
    case "spec.nodeName":
      return pod.spec.nodeName ?? "";
    case "spec.serviceAccountName":
      return pod.spec.serviceAccountName ?? "";
    case "status.hostIP":
      return hostIps[0] ?? "";
    case "status.hostIPs":
      return hostIps.join(",");
    case "status.podIP":
      return podIps[0] ?? "";
    case "status.podIPs":
      return podIps.join(",");
    default:
      throw new Error(`unsupported fieldPath: ${path}`);
  }
}

function ownValue(map: Record<string, string> | undefined, key: string): string | undefined {
  return map && Object.hasOwn(map, key) ? map[key] : undefined;
}

/** One `key="value"` a line, sorted; the value is quoted as Go's %q does. */
export function formatMap(map: Record<string, string> | undefined): string {
  const keys = Object.keys(map ?? {}).toSorted();
  return keys.map((key) => `${key}=${goQuote(map?.[key] ?? "")}`).join("\n");
}

function goQuote(text: string): string {
  // JSON escapes what Go escapes, but for these: Go has \a, \v and \x for control characters, and never escapes beyond the BMP in \u pairs.
  const quoted = JSON.stringify(text).replace(/\\u([0-9a-f]{4})/g, (_, hex: string) => {
    const code = Number.parseInt(hex, 16);
    if (code === 7) return "\\a";
    if (code === 11) return "\\v";
    return code < 0x20 ? `\\x${hex.slice(2)}` : `\\u${hex}`;
  });
  return quoted.replace(/\u007f/g, "\\x7f");
}
