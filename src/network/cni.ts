/** The pod network as CNI sees it: one routed link a pod (ptp) with an address of the node's pod CIDR. Rules, routes and host ports are the network component's. */

import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface PodNetwork {
  /** One a family; the first is the pods' primary family. */
  readonly podCidrs: readonly string[];
  readonly mtu?: number;
  /** Folder of host-local's leases; must be kept as long as pods live. */
  readonly leases: string;
}

const FILE = "10-rampart.conflist";

/** @returns the conflist's text */
export function cniConflist({ podCidrs, mtu, leases }: PodNetwork): string {
  const routes = podCidrs.map((cidr) => ({ dst: cidr.includes(":") ? "::/0" : "0.0.0.0/0" }));
  const ptp = {
    type: "ptp",
    ipMasq: false,
    ...(mtu && { mtu }),
    ipam: { type: "host-local", dataDir: leases, ranges: podCidrs.map((subnet) => [{ subnet }]), routes },
  };
  return `${JSON.stringify({ cniVersion: "0.4.0", name: "rampart", plugins: [ptp] }, null, 2)}\n`;
}

/** Puts the conflist where the runtime looks, in one step: it reads the folder whenever it changes. */
export async function writeCniConflist(folder: string, network: PodNetwork): Promise<void> {
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `.${FILE}.new`);
  await writeFile(draft, cniConflist(network));
  await rename(draft, join(folder, FILE));
}
