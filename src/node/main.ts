/** The process of the node agent. */

import { hostname } from "node:os";
import { parseArgs } from "node:util";
import { untilStopped } from "../client/until-stopped.ts";
import { systemClock } from "../machinery/clock.ts";
import { createLog } from "../machinery/log.ts";
import { runAgent } from "./agent.ts";

/** A process more than this, and a pod's next fork fails. */
const PIDS_MAX = "4096";
const KUBELET_PORT = "10250";

/**
 * @param args `--kubeconfig FILE` where the node's identity is kept (made with `--bootstrap-kubeconfig FILE` when it is missing), `--name`, `--address` (once an
 *   address family), `--data FOLDER`, `--containerd SOCKET`, `--client-ca FILE` of whoever may call this node, `--cluster-dns`, `--cluster-domain`, `--cgroup-root`
 */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      kubeconfig: { type: "string" },
      "bootstrap-kubeconfig": { type: "string" },
      name: { type: "string", default: hostname().toLowerCase() },
      address: { type: "string", multiple: true, default: [] },
      port: { type: "string", default: KUBELET_PORT },
      data: { type: "string", default: "/var/lib/rampart/node" },
      containerd: { type: "string", default: "/run/rampart/containerd/containerd.sock" },
      "client-ca": { type: "string" },
      caller: { type: "string", multiple: true, default: ["kube-apiserver-kubelet-client"] },
      "cluster-dns": { type: "string", multiple: true, default: [] },
      "cluster-domain": { type: "string", default: "cluster.local" },
      "resolv-conf": { type: "string", default: "/etc/resolv.conf" },
      "cgroup-root": { type: "string", default: "/kubepods" },
      "pids-max": { type: "string", default: PIDS_MAX },
    },
    strict: true,
  });
  const missing = (["kubeconfig", "client-ca"] as const).find((option) => !values[option]);
  if (missing) throw new Error(`node: --${missing} FILE is missing`);
  if (values.address.length === 0) throw new Error("node: --address IP is missing");
  const log = createLog("node");
  await untilStopped(async (signal) => {
    await runAgent({
      name: values.name,
      kubeconfig: values.kubeconfig ?? "",
      bootstrapKubeconfig: values["bootstrap-kubeconfig"],
      data: values.data,
      runtimeSocket: values.containerd,
      ips: values.address,
      port: Number(values.port),
      clusterDns: values["cluster-dns"],
      clusterDomain: values["cluster-domain"],
      resolvConf: values["resolv-conf"],
      clientCa: values["client-ca"] ?? "",
      callers: new Set(values.caller),
      cgroupRoot: values["cgroup-root"],
      pidsMax: Number(values["pids-max"]),
      clock: systemClock,
      random: Math.random,
      log,
      signal,
    });
    log.ready({ node: values.name });
  });
}
