/** The ways between nodes: each other node's pod range leads over that node's address, on the segment that all nodes share. */

import type { Node } from "../api/tables/core-v1.ts";
import { run } from "../machinery/run.ts";

export interface Route {
  readonly to: string;
  readonly via: string;
}

/** Our routes carry this mark in the kernel's table, so that no other is ever taken away. */
const PROTOCOL = "201";

/** @returns what this node must know of the others */
export function routesOf(nodes: readonly Node[], self: string): Route[] {
  return nodes.flatMap((node) => {
    const via = node.status?.addresses?.find(({ type, address }) => type === "InternalIP" && !address.includes(":"))?.address;
    if (node.metadata.name === self || !via) return [];
    return (node.spec.podCIDRs ?? (node.spec.podCIDR ? [node.spec.podCIDR] : [])).filter((cidr) => !cidr.includes(":")).map((to) => ({ to, via }));
  });
}

/** Adds what is missing and removes what is no longer wanted. @param device the interface to the other nodes */
export async function setRoutes(wanted: readonly Route[], device: string): Promise<void> {
  const listed = JSON.parse((await run(["ip", "-json", "-4", "route", "show", "proto", PROTOCOL])) || "[]") as { dst: string; gateway?: string }[];
  const present = new Set(listed.map(({ dst, gateway }) => `${dst} ${gateway}`));
  const needed = new Set(wanted.map(({ to, via }) => `${to} ${via}`));
  for (const { dst, gateway } of listed)
    if (!needed.has(`${dst} ${gateway}`) && gateway) await run(["ip", "route", "del", dst, "via", gateway, "proto", PROTOCOL]);
  for (const { to, via } of wanted) if (!present.has(`${to} ${via}`)) await run(["ip", "route", "replace", to, "via", via, "dev", device, "proto", PROTOCOL]);
}

/** @returns the interface that has this address */
export async function deviceOf(address: string): Promise<string> {
  const links = JSON.parse(await run(["ip", "-json", "-4", "addr", "show"])) as { ifname: string; addr_info: { local: string }[] }[];
  const found = links.find(({ addr_info }) => addr_info.some(({ local }) => local === address));
  if (!found) throw new Error(`Cannot find the interface of the node's address ${address}`);
  return found.ifname;
}
