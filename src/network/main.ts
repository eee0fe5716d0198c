/** The process of a node's network: its pods' range, the ways to the other nodes, and the doors of services. */

import { parseArgs } from "node:util";
import { EndpointSlice, Node, Pod, Service } from "../api/resources.ts";
import type { Node as NodeObject, Pod as PodObject, Service as ServiceObject } from "../api/tables/core-v1.ts";
import type { EndpointSlice as SliceObject } from "../api/tables/discovery-v1.ts";
import { connectByKubeconfig } from "../client/connect.ts";
import { Informer } from "../client/informer.ts";
import { InformerSet } from "../client/informers.ts";
import { untilStopped } from "../client/until-stopped.ts";
import { systemClock } from "../machinery/clock.ts";
import { createLog } from "../machinery/log.ts";
import { startNetwork } from "./network.ts";

const OPTIONS = ["kubeconfig", "name", "pod-cidr", "service-cidr", "cni", "leases"] as const;

/** @param args `--kubeconfig FILE`, `--name NODE`, the cluster's `--pod-cidr` and `--service-cidr`, `--cni FOLDER` that the runtime reads, `--leases FOLDER` */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: Object.fromEntries(OPTIONS.map((name) => [name, { type: "string" as const }])), strict: true });
  const value = (name: (typeof OPTIONS)[number]): string => {
    const found = values[name];
    if (typeof found !== "string") throw new Error(`network: --${name} is missing`);
    return found;
  };
  const log = createLog("network");
  const node = value("name");
  const client = connectByKubeconfig(value("kubeconfig"), "network");
  await untilStopped(async (signal) => {
    const options = {
      client,
      clock: systemClock,
      signal,
      onError: (error: unknown) => log.warn("list or watch failed, trying again", { error: String(error) }),
    };
    const informers = new InformerSet(options);
    const all = {
      nodes: informers.of<NodeObject>(Node),
      services: informers.of<ServiceObject>(Service),
      slices: informers.of<SliceObject>(EndpointSlice),
    };
    const pods = new Informer<PodObject>(Pod, { ...options, fieldSelector: `spec.nodeName=${node}` });
    const started = startNetwork({
      ...all,
      pods,
      node,
      podCidr: value("pod-cidr"),
      serviceCidr: value("service-cidr"),
      cni: { folder: value("cni"), leases: value("leases") },
      clock: systemClock,
      log,
    });
    void pods.run();
    await informers.start();
    await pods.synced;
    await started;
    log.ready({ node });
  });
  await client.transport.close();
}
