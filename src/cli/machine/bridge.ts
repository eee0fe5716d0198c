/** The bridge that joins a cluster's small machines to this one: the only thing of the host's network that is touched. */

import { networkInterfaces } from "node:os";
import { attempt, run } from "../../machinery/run.ts";
import { dnsAddress, machineAddress, nodeAddress, type Plan } from "../cluster/plan.ts";

/** The machine that isn't a node: the namespace in which DNS answers. */
export const DNS_MACHINE = "dns";

/** Interface names hold fifteen characters. */
export const bridgeName = (plan: Plan): string => `rp-${plan.id}`;

/** In a new network namespace even the loopback is down, and the API server listens there. */
export async function ensureLoopback(): Promise<void> {
  if (networkInterfaces().lo === undefined) await attempt(["ip", "link", "set", "lo", "up"]);
}

/** Makes the bridge, unless it is there, with the machine's address and the way to the pods. */
export async function ensureBridge(plan: Plan): Promise<void> {
  const name = bridgeName(plan);
  if (!(await attempt(["ip", "link", "show", name]))) await run(["ip", "link", "add", name, "type", "bridge"]);
  await run(["ip", "addr", "replace", `${machineAddress(plan)}/24`, "dev", name]);
  await run(["ip", "link", "set", name, "up"]);
  // Nodes answer for their pods' addresses (proxy_arp), so that one route serves all of them and nothing has to follow who has which range.
  await run(["ip", "route", "replace", plan.podCidr, "dev", name, "src", machineAddress(plan)]);
  if (plan.egress === "masquerade") await masquerade(plan);
}

/** Takes away what `ensureBridge` made. */
export async function removeBridge(plan: Plan): Promise<void> {
  await attempt(["ip", "link", "delete", bridgeName(plan)]);
  await attempt(["nft", "delete", "table", "ip", `rampart-${plan.id}`]);
}

/** Lets nodes and pods out under the machine's own address: in a table of its own, so that `down` leaves the host's rules as they were. */
async function masquerade(plan: Plan): Promise<void> {
  const table = `rampart-${plan.id}`;
  const net = `${plan.machineNet}.0/24`;
  const rules = [
    `table ip ${table}`,
    `delete table ip ${table}`,
    `table ip ${table} {`,
    "  chain postrouting { type nat hook postrouting priority srcnat;",
    `    ip saddr { ${net}, ${plan.podCidr} } oifname != "${bridgeName(plan)}" masquerade`,
    "  }",
    "}",
  ];
  await run(["nft", "-f", "-"], `${rules.join("\n")}\n`);
  await run(["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
}

/** Words for the link of one machine: a veth pair whose far end is the machine's eth0. */
export interface Link {
  readonly near: string;
  readonly address: string;
}

export function linkOf(plan: Plan, machine: string): Link {
  const index = machine === DNS_MACHINE ? 0 : plan.nodes.indexOf(machine) + 1;
  return { near: `rp${plan.id}${index.toString(16)}`, address: machine === DNS_MACHINE ? dnsAddress(plan) : nodeAddress(plan, machine) };
}

/** Gives a network namespace its eth0 on the bridge. @param pid a process in it @param enter words that run a command in it */
export async function plugIn(plan: Plan, machine: string, pid: number, enter: readonly string[]): Promise<void> {
  const { near, address } = linkOf(plan, machine);
  const inside = (...command: string[]): Promise<string> => run([...enter, ...command]);
  await attempt(["ip", "link", "delete", near]);
  await run(["ip", "link", "add", near, "type", "veth", "peer", "name", "eth0", "netns", String(pid)]);
  await run(["ip", "link", "set", near, "master", bridgeName(plan), "up"]);
  await inside("ip", "link", "set", "lo", "up");
  await inside("ip", "addr", "replace", `${address}/24`, "dev", "eth0");
  await inside("ip", "link", "set", "eth0", "up");
  // DNS answers pods directly; a node's own ways to the pods of other nodes are its network's.
  if (machine === DNS_MACHINE) await inside("ip", "route", "replace", plan.podCidr, "dev", "eth0");
  if (plan.egress === "masquerade") await inside("ip", "route", "replace", "default", "via", machineAddress(plan));
}
