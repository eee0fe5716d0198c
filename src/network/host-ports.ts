/** Ports of the node that lead to a pod on it. */

import type { Pod } from "../api/tables/core-v1.ts";
import type { Door } from "./services/model.ts";

/** @returns the doors of the pods on this node; a pod on the host network holds its ports itself */
export function hostPortsOf(pods: readonly Pod[]): Door[] {
  return pods.flatMap(({ spec, status }) => {
    const address = status?.podIP;
    const over = status?.phase === "Succeeded" || status?.phase === "Failed";
    if (!address || spec.hostNetwork || over || address.includes(":")) return [];
    return (spec.containers ?? []).flatMap(({ ports }) =>
      (ports ?? []).flatMap(({ hostPort, hostIP, containerPort, protocol = "TCP" }): Door[] => {
        if (!hostPort || (protocol !== "TCP" && protocol !== "UDP")) return [];
        const at = hostIP && hostIP !== "0.0.0.0" ? hostIP : undefined;
        const targets = [{ address, port: containerPort }];
        return [{ address: at, protocol: protocol === "TCP" ? "tcp" : "udp", port: hostPort, targets, sticky: false, masquerade: false }];
      }),
    );
  });
}
