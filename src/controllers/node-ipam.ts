/** Gives every node a range of pod addresses, each range to one node alone. */

import { Node } from "../api/resources.ts";
import type { Node as NodeObject } from "../api/tables/core-v1.ts";
import { type AnyController, controller, note } from "../client/controller.ts";

/** 254 addresses: more than the 110 pods that a node holds, so that an address can rest before it is used again. */
const NODE_BITS = 24;

/** @param podCidr the cluster's IPv4 range: `10.244.0.0/16` */
export function nodeIpam(podCidr: string): AnyController {
  const range = parseCidr(podCidr);
  /** Ranges given in this process that the cache may not show yet, by node. */
  const given = new Map<string, string>();
  return controller({
    name: "node-ipam-controller",
    for: Node,
    watches: { nodes: Node.all() },
    writes: [Node.patch],
    // One at a time: two nodes must not be given the same free range.
    workers: 1,
    reconcile(node, { nodes }) {
      const name = node.metadata.name ?? "";
      if (node.spec.podCIDR || node.metadata.deletionTimestamp !== undefined) {
        given.delete(name);
        return [];
      }
      const taken = new Set([
        ...nodes.list().flatMap(rangesOf),
        ...[...given].filter(([other]) => other !== name && nodes.get("", other)).map(([, cidr]) => cidr),
      ]);
      const free = given.get(name) ?? firstFree(range, taken);
      if (!free) return [note(node, "Warning", "CIDRNotAvailable", `No range of ${podCidr} is left for node ${name}`)];
      given.set(name, free);
      return [Node.patch(node, { metadata: { resourceVersion: node.metadata.resourceVersion }, spec: { podCIDR: free, podCIDRs: [free] } })];
    },
  });
}

interface Range {
  readonly base: number;
  readonly bits: number;
}

function rangesOf({ spec }: NodeObject): string[] {
  return spec.podCIDRs ?? (spec.podCIDR ? [spec.podCIDR] : []);
}

function parseCidr(cidr: string): Range {
  const [address = "", bits = ""] = cidr.split("/");
  const octets = address.split(".").map(Number);
  const valid = octets.length === 4 && octets.every((octet) => Number.isInteger(octet) && octet >= 0 && octet <= 255);
  if (!valid || !(Number(bits) >= 8 && Number(bits) <= NODE_BITS))
    throw new Error(`Cannot give nodes ranges of ${JSON.stringify(cidr)}: expected an IPv4 range of /8 to /${NODE_BITS}`);
  return { base: octets.reduce((number, octet) => number * 256 + octet, 0), bits: Number(bits) };
}

function firstFree({ base, bits }: Range, taken: ReadonlySet<string>): string | undefined {
  for (let index = 0; index < 2 ** (NODE_BITS - bits); index++) {
    const start = base + index * 2 ** (32 - NODE_BITS);
    const cidr = `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".")}/${NODE_BITS}`;
    if (!taken.has(cidr)) return cidr;
  }
  return undefined;
}
