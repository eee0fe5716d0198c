/** The cluster's fixed choices, made once when it is first started and kept in its data. */

import { existsSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { writeFileDurably } from "./files.ts";
import type { Layout } from "./layout.ts";

/** Who runs what: each process has a numeric user of its own, `uidBase` + its place here. No account needs to exist. */
export const USERS = ["apiserver", "signer", "auditd", "controllers", "scheduler", "dns"] as const;
export type UserName = (typeof USERS)[number];

export interface Plan {
  readonly version: 1;
  /** Six hexadecimal digits: tells this cluster's bridge, users and namespaces from another's on the machine. */
  readonly id: string;
  readonly createdAt: string;
  /** 0 where the cluster was made without root: everything runs as its maker. */
  readonly uidBase: number;
  readonly port: number;
  /** The bridge's /24: `10.250.7`; the machine is .1, DNS .2, nodes from .10 on. */
  readonly machineNet: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly clusterDomain: string;
  readonly nodes: readonly string[];
  readonly egress: "none" | "masquerade";
  /** API servers in one process; one where absent. */
  readonly instances?: number;
}

const FIRST_UID = 210_000;
/** Uids a cluster takes, so that two clusters on a machine share none. */
const UID_STRIDE = 16;
const UID_SLOTS = 2_000;
const FIRST_NODE_HOST = 10;
const NODES_MAX = 200;

export interface PlanChoices {
  readonly port: number;
  readonly nodes: number;
  readonly egress: "none" | "masquerade";
  readonly instances?: number | undefined;
  readonly asRoot: boolean;
  /** Bytes of randomness for the id and the users' range. */
  readonly random: (length: number) => Uint8Array;
  readonly now: number;
}

/** @returns the plan of a new cluster */
export function newPlan(choices: PlanChoices): Plan {
  if (choices.nodes > NODES_MAX) throw new Error(`Cannot start ${choices.nodes} nodes on one machine: at most ${NODES_MAX}`);
  const [a = 0, b = 0, c = 0] = choices.random(3);
  return {
    version: 1,
    id: Buffer.from([a, b, c]).toString("hex"),
    createdAt: new Date(choices.now).toISOString(),
    uidBase: choices.asRoot ? FIRST_UID + UID_STRIDE * ((a * 256 + b) % UID_SLOTS) : 0,
    port: choices.port,
    machineNet: freeMachineNet(c),
    podCidr: "10.244.0.0/16",
    serviceCidr: "10.96.0.0/16",
    clusterDomain: "cluster.local",
    nodes: nodeNames(choices.nodes),
    egress: choices.egress,
    ...(choices.instances !== undefined && { instances: choices.instances }),
  };
}

/** `node-1`, `node-2` … */
export function nodeNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `node-${index + 1}`);
}

/** @returns the cluster's plan, or undefined where the folder holds none yet. @throws Error where it is of another version or damaged */
export function loadPlan(layout: Layout): Plan | undefined {
  if (!existsSync(layout.plan)) return undefined;
  const plan = JSON.parse(readFileSync(layout.plan, "utf8")) as Plan;
  if (plan.version !== 1) throw new Error(`Cannot use ${layout.plan}: it is of version ${plan.version}, this program knows version 1`);
  return plan;
}

export function savePlan(layout: Layout, plan: Plan): void {
  writeFileDurably(layout.plan, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o644 });
}

export const uidOf = (plan: Plan, user: UserName): number => plan.uidBase + USERS.indexOf(user) + 1;
/** The machine's own address on the bridge, where nodes and pods reach the API server. */
export const machineAddress = (plan: Plan): string => `${plan.machineNet}.1`;
export const dnsAddress = (plan: Plan): string => `${plan.machineNet}.2`;
export const nodeAddress = (plan: Plan, name: string): string => `${plan.machineNet}.${FIRST_NODE_HOST + plan.nodes.indexOf(name)}`;
/** The service addresses that everybody relies on: the first for the API, the tenth for DNS, as Kubernetes' installers have it. */
export const apiServiceAddress = (plan: Plan): string => addressIn(plan.serviceCidr, 1);
export const dnsServiceAddress = (plan: Plan): string => addressIn(plan.serviceCidr, 10);

function addressIn(cidr: string, host: number): string {
  const octets = (cidr.split("/")[0] ?? "").split(".");
  return [...octets.slice(0, 3), String(Number(octets[3]) + host)].join(".");
}

/** A /24 of 10.250.0.0/16 that no interface of this machine has. */
function freeMachineNet(start: number): string {
  const taken = new Set(Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address.split(".").slice(0, 3).join("."))));
  for (let offset = 0; offset < 256; offset++) {
    const net = `10.250.${(start + offset) % 256}`;
    if (!taken.has(net)) return net;
  }
  throw new Error("Cannot find a free network in 10.250.0.0/16 for the nodes' bridge");
}
