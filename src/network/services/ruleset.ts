/**
 * The node's packet filter as text for `nft -f`: one table, replaced whole in one step. Doors are entries of maps, one map a number of
 * targets, so that ten thousand services cost a look-up and not a walk through rules.
 */

import type { Door } from "./model.ts";

export const TABLE = "rampart";
/** A packet whose source this node hides when it leaves. */
const MASQUERADE_MARK = "0x4000";

export interface Addresses {
  readonly podCidr: string;
  readonly serviceCidr: string;
}

/** @returns the commands that put these doors in place of whatever stood there */
export function ruleset(doors: readonly Door[], { podCidr, serviceCidr }: Addresses): string {
  const open = doors.filter(({ targets }) => targets.length > 0);
  const shut = doors.filter(({ targets }) => targets.length === 0);
  const groups = groupsOf(open.filter(({ sticky }) => !sticky));
  const sticky = open.filter((door) => door.sticky);
  const hidden = open.filter(({ masquerade }) => masquerade);
  const hairpins = [...new Set(open.flatMap(({ targets }) => targets.map(({ address }) => address)))].toSorted();
  return [
    `table ip ${TABLE}`,
    `delete table ip ${TABLE}`,
    `table ip ${TABLE} {`,
    ...groups.flatMap(({ name, key, entries }) => [`  map ${name} {`, `    typeof ${key} : ip daddr . th dport`, ...elements(entries), "  }"]),
    ...setOf(
      "refused",
      "ip daddr . meta l4proto . th dport",
      shut.filter(hasAddress).map((door) => `${door.address} . ${door.protocol} . ${door.port}`),
    ),
    ...setOf(
      "refusedlocal",
      "meta l4proto . th dport",
      shut.filter((door) => !hasAddress(door)).map((door) => `${door.protocol} . ${door.port}`),
    ),
    ...setOf(
      "hidden",
      "meta l4proto . th dport",
      hidden.filter((door) => !hasAddress(door)).map((door) => `${door.protocol} . ${door.port}`),
    ),
    ...setOf(
      "hiddenaddr",
      "ip daddr . meta l4proto . th dport",
      hidden.filter(hasAddress).map((door) => `${door.address} . ${door.protocol} . ${door.port}`),
    ),
    ...setOf(
      "hairpin",
      "ip saddr . ip daddr",
      hairpins.map((address) => `${address} . ${address}`),
    ),
    "  chain services {",
    `    fib daddr type local meta l4proto . th dport @hidden meta mark set meta mark or ${MASQUERADE_MARK}`,
    `    ip daddr . meta l4proto . th dport @hiddenaddr meta mark set meta mark or ${MASQUERADE_MARK}`,
    ...sticky.map((door) => `    ${stickyRule(door)}`),
    ...groups.map(({ rule }) => `    ${rule}`),
    "  }",
    "  chain prerouting { type nat hook prerouting priority dstnat; jump services; }",
    "  chain output { type nat hook output priority -100; jump services; }",
    "  chain postrouting { type nat hook postrouting priority srcnat;",
    "    ct status dnat ip saddr . ip daddr @hairpin masquerade",
    `    meta mark and ${MASQUERADE_MARK} == ${MASQUERADE_MARK} masquerade`,
    "  }",
    "  chain refuse {",
    "    ip daddr . meta l4proto . th dport @refused reject with icmp type port-unreachable",
    "    fib daddr type local meta l4proto . th dport @refusedlocal reject with icmp type port-unreachable",
    "  }",
    "  chain forward { type filter hook forward priority filter; jump refuse;",
    // What is left that goes to a service address belongs to no service: it must not wander.
    `    ip daddr ${serviceCidr} ip saddr ${podCidr} reject with icmp type host-prohibited`,
    "  }",
    "  chain input { type filter hook input priority filter; jump refuse; }",
    "  chain local { type filter hook output priority filter; jump refuse; }",
    // Loopback addresses that come in over a wire are somebody's attempt to reach what trusts loopback (CVE-2020-8558).
    '  chain loopback { type filter hook prerouting priority raw; iifname != "lo" ip daddr 127.0.0.0/8 drop; }',
    "}",
    "",
  ].join("\n");
}

interface Group {
  readonly name: string;
  readonly key: string;
  readonly entries: readonly string[];
  readonly rule: string;
}

type Addressed = Door & { readonly address: string };
const hasAddress = (door: Door): door is Addressed => door.address !== undefined;

/** Doors with the same number of targets, of the same sort, share a map. */
function groupsOf(doors: readonly Door[]): Group[] {
  const byName = new Map<string, Door[]>();
  for (const door of doors) {
    const name = `${hasAddress(door) ? "to" : "local"}${door.targets.length}`;
    byName.set(name, [...(byName.get(name) ?? []), door]);
  }
  return [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, group]) => groupOf(name, group));
}

function groupOf(name: string, doors: readonly Door[]): Group {
  const [first] = doors as [Door, ...Door[]];
  const count = first.targets.length;
  const where = hasAddress(first) ? "ip daddr . meta l4proto . th dport" : "meta l4proto . th dport";
  const key = `${where} . numgen random mod ${count}`;
  const guard = hasAddress(first) ? "" : "fib daddr type local ";
  const entries = doors.flatMap((door) =>
    door.targets.map(
      ({ address, port }, index) => `${hasAddress(door) ? `${door.address} . ` : ""}${door.protocol} . ${door.port} . ${index} : ${address} . ${port}`,
    ),
  );
  return { name, key, entries, rule: `${guard}meta l4proto { tcp, udp } dnat ip to ${key} map @${name}` };
}

/** A door of its own rule: nft 1.0.6 crashes when it lists a named map whose key holds a hash. */
function stickyRule(door: Door): string {
  const where = hasAddress(door) ? `ip daddr ${door.address}` : "fib daddr type local";
  const targets = door.targets.map(({ address, port }, index) => `${index} : ${address} . ${port}`);
  return `${where} ${door.protocol} dport ${door.port} dnat ip to jhash ip saddr mod ${door.targets.length} map { ${targets.join(", ")} }`;
}

function setOf(name: string, key: string, entries: readonly string[]): string[] {
  return [`  set ${name} {`, `    typeof ${key}`, ...elements(entries), "  }"];
}

function elements(entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : ["    elements = {", ...entries.map((entry) => `      ${entry},`), "    }"];
}
