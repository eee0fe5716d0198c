/** What sort of place an IP address is: what the dialer's policies are written in. */

import { BlockList, isIP, isIPv6 } from "node:net";

export type AddressClass = "loopback" | "unspecified" | "link-local" | "metadata" | "multicast" | "private" | "public" | "pod" | "service" | "node";

/** Ranges of one cluster, as CIDR text; each takes precedence over `private` and `public`. */
export interface ClusterRanges {
  readonly pods?: readonly string[];
  readonly services?: readonly string[];
  readonly nodes?: readonly string[];
}

function blocks(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = "", bits] = cidr.split("/");
    list.addSubnet(address, Number(bits ?? (isIPv6(address) ? 128 : 32)), isIPv6(address) ? "ipv6" : "ipv4");
  }
  return list;
}

/** The first that matches counts. Metadata addresses are those that clouds serve machine credentials at. */
const FIXED: readonly (readonly [AddressClass, BlockList])[] = [
  ["metadata", blocks(["169.254.169.254/32", "169.254.170.2/32", "100.100.100.200/32", "fd00:ec2::254/128"])],
  ["loopback", blocks(["127.0.0.0/8", "::1/128"])],
  ["unspecified", blocks(["0.0.0.0/8", "::/128"])],
  ["link-local", blocks(["169.254.0.0/16", "fe80::/10"])],
  ["multicast", blocks(["224.0.0.0/4", "255.255.255.255/32", "ff00::/8"])],
];
const PRIVATE = blocks(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]);

/** An IPv4 address inside an IPv6 one (mapped, NAT64 or 6to4) goes where the IPv4 address goes, so it is classed as that. */
function embedded(address: string): string | undefined {
  const words = expand(address);
  if (!words) return undefined;
  const v4 = (high: number, low: number) => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  const leading = words.slice(0, 5).every((word) => word === 0);
  if (leading && (words[5] === 0xffff || (words[5] === 0 && (words[6] !== 0 || words[7]! > 1)))) return v4(words[6]!, words[7]!);
  if (words[0] === 0x64 && words[1] === 0xff9b) return v4(words[6]!, words[7]!);
  if (words[0] === 0x2002) return v4(words[1]!, words[2]!);
  return undefined;
}

/** The eight 16-bit words of an IPv6 address. */
function expand(address: string): number[] | undefined {
  let text = address.split("%")[0]!;
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (dotted) text = `${dotted[1]}${(Number(dotted[2]) * 256 + Number(dotted[3])).toString(16)}:${(Number(dotted[4]) * 256 + Number(dotted[5])).toString(16)}`;
  const [head = "", tail] = text.split("::");
  const words = (part: string) => (part ? part.split(":").map((word) => Number.parseInt(word, 16)) : []);
  if (tail === undefined) return words(head);
  const [before, after] = [words(head), words(tail)];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** @returns a function that classes an address: text in, class out. Throws for text that is no IP address. */
export function addressClassifier(ranges: ClusterRanges = {}): (address: string) => AddressClass {
  const cluster: readonly (readonly [AddressClass, BlockList])[] = [
    ["pod", blocks(ranges.pods ?? [])],
    ["service", blocks(ranges.services ?? [])],
    ["node", blocks(ranges.nodes ?? [])],
  ];
  return function classOf(address: string): AddressClass {
    const version = isIP(address);
    if (version === 0) throw new Error(`Cannot class ${JSON.stringify(address)}: it is no IP address`);
    const inside = version === 6 ? embedded(address) : undefined;
    if (inside !== undefined) return classOf(inside);
    const family = version === 6 ? "ipv6" : "ipv4";
    const plain = address.split("%")[0]!;
    for (const [name, list] of [...FIXED, ...cluster]) if (list.check(plain, family)) return name;
    return PRIVATE.check(plain, family) ? "private" : "public";
  };
}
