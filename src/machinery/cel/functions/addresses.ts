/** IP addresses and ranges of them. [Kubernetes' apiserver pkg/cel/library/ip.go and cidr.go; Go's net/netip] */

import { goQuote } from "../../go-quote.ts";
import { parseType } from "../types/parse-type.ts";
import { CelError, Opaque, type Value } from "../values/value.ts";
import { member, type Overload, plain } from "./overload.ts";
import { type Address, addressText, type Prefix, parseAddress, parsePrefix } from "./parse-address.ts";

const IP = parseType("net.IP") as Opaque["type"];
const CIDR = parseType("net.CIDR") as Opaque["type"];

const sameAddress = (a: Address, b: Address): boolean => a.bits === b.bits && a.value === b.value;
const ipValue = (address: Address): Opaque => new Opaque(IP, address, (other) => sameAddress(address, other as Address));
const cidrValue = (prefix: Prefix): Opaque =>
  new Opaque(CIDR, prefix, (other) => sameAddress(prefix.address, (other as Prefix).address) && prefix.length === (other as Prefix).length);
const addressOf = (value: Opaque): Address => value.value as Address;
const prefixOf = (value: Opaque): Prefix => value.value as Prefix;

/** @returns the address, or why the text is none */
function readIp(text: string): Address | CelError {
  const address = parseAddress(text);
  if (typeof address === "string") return new CelError(`IP Address ${goQuote(text)} parse error during conversion from string: ${address}`);
  if (address.zone) return new CelError(`IP address ${goQuote(text)} with zone value is not allowed`);
  return isMapped(address) ? new CelError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`) : address;
}

function readCidr(text: string): Prefix | CelError {
  const prefix = parsePrefix(text);
  if (typeof prefix === "string") return new CelError(`network address parse error during conversion from string: ${prefix}`);
  return isMapped(prefix.address) ? new CelError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`) : prefix;
}

const isMapped = ({ bits, value }: Address): boolean => bits === 128 && value >> 32n === 0xffffn;
const top = ({ bits, value }: Address, length: number): bigint => value >> BigInt(bits - length);

function within(prefix: Prefix, address: Address): boolean {
  return prefix.address.bits === address.bits && top(prefix.address, prefix.length) === top(address, prefix.length);
}

function ip(text: string): Value {
  const address = readIp(text);
  return address instanceof CelError ? address : ipValue(address);
}

function cidr(text: string): Value {
  const prefix = readCidr(text);
  return prefix instanceof CelError ? new CelError(`network address parse error during conversion from string: ${prefix.message}`) : cidrValue(prefix);
}

function isCanonical(text: string): Value {
  const address = readIp(text);
  return address instanceof CelError ? address : addressText(address) === text;
}

function masked({ address, length }: Prefix): Prefix {
  const rest = BigInt(address.bits - length);
  return { address: { ...address, value: (address.value >> rest) << rest }, length };
}

const containsIp = (range: Opaque, address: Address | CelError): Value => (address instanceof CelError ? address : within(prefixOf(range), address));

function containsCidr(range: Opaque, other: Prefix | CelError): Value {
  if (other instanceof CelError) return new CelError(`network address parse error during conversion from string: ${other.message}`);
  return prefixOf(range).length <= other.length && within(prefixOf(range), other.address);
}

const octet = ({ value, bits }: Address, i: number): bigint => (value >> BigInt(bits - 8 * (i + 1))) & 0xffn;

const isLoopback = (address: Address): boolean => (address.bits === 32 ? octet(address, 0) === 127n : address.value === 1n);
const isUnspecified = ({ value }: Address): boolean => value === 0n;
function isMulticast(address: Address): boolean {
  return address.bits === 32 ? (octet(address, 0) & 0xf0n) === 0xe0n : octet(address, 0) === 0xffn;
}
function isLinkLocalMulticast(address: Address): boolean {
  if (address.bits === 32) return top(address, 24) === 0xe00000n;
  return octet(address, 0) === 0xffn && (octet(address, 1) & 0xfn) === 2n;
}
function isLinkLocalUnicast(address: Address): boolean {
  return address.bits === 32 ? top(address, 16) === 0xa9fen : top(address, 10) === 0x3fan;
}
function isGlobalUnicast(address: Address): boolean {
  const broadcast = address.bits === 32 && address.value === 0xffff_ffffn;
  return !broadcast && !isUnspecified(address) && !isLoopback(address) && !isMulticast(address) && !isLinkLocalUnicast(address);
}

const trait = (name: string, id: string, holds: (address: Address) => boolean): Overload =>
  member(name, id, ["net.IP"], "bool", (value: Opaque) => holds(addressOf(value)));
const cidrText = ({ address, length }: Prefix): string => `${addressText(address)}/${length}`;

export const addresses: readonly Overload[] = [
  plain("ip", "string_to_ip", ["string"], "net.IP", ip),
  plain("isIP", "is_ip", ["string"], "bool", (text: string) => !(readIp(text) instanceof CelError)),
  plain("ip.isCanonical", "ip_is_canonical", ["string"], "bool", isCanonical),
  plain("string", "ip_to_string", ["net.IP"], "string", (value: Opaque) => addressText(addressOf(value))),
  member("family", "ip_family", ["net.IP"], "int", (value: Opaque) => (addressOf(value).bits === 32 ? 4n : 6n)),
  trait("isUnspecified", "ip_is_unspecified", isUnspecified),
  trait("isLoopback", "ip_is_loopback", isLoopback),
  trait("isLinkLocalMulticast", "ip_is_link_local_multicast", isLinkLocalMulticast),
  trait("isLinkLocalUnicast", "ip_is_link_local_unicast", isLinkLocalUnicast),
  trait("isGlobalUnicast", "ip_is_global_unicast", isGlobalUnicast),
  plain("cidr", "string_to_cidr", ["string"], "net.CIDR", cidr),
  plain("isCIDR", "is_cidr", ["string"], "bool", (text: string) => !(readCidr(text) instanceof CelError)),
  plain("string", "cidr_to_string", ["net.CIDR"], "string", (value: Opaque) => cidrText(prefixOf(value))),
  member("containsIP", "cidr_contains_ip_string", ["net.CIDR", "string"], "bool", (range: Opaque, text: string) => containsIp(range, readIp(text))),
  member("containsIP", "cidr_contains_ip_ip", ["net.CIDR", "net.IP"], "bool", (range: Opaque, value: Opaque) => containsIp(range, addressOf(value))),
  member("containsCIDR", "cidr_contains_cidr_string", ["net.CIDR", "string"], "bool", (range: Opaque, text: string) => containsCidr(range, readCidr(text))),
  member("containsCIDR", "cidr_contains_cidr", ["net.CIDR", "net.CIDR"], "bool", (range: Opaque, other: Opaque) => containsCidr(range, prefixOf(other))),
  member("ip", "cidr_ip", ["net.CIDR"], "net.IP", (range: Opaque) => ipValue(prefixOf(range).address)),
  member("prefixLength", "cidr_prefix_length", ["net.CIDR"], "int", (range: Opaque) => BigInt(prefixOf(range).length)),
  member("masked", "cidr_masked", ["net.CIDR"], "net.CIDR", (range: Opaque) => cidrValue(masked(prefixOf(range)))),
];

/** How large cel-go counts an address or a range: its bytes, of a range those that are fixed. */
export function addressSize(value: Opaque): number | undefined {
  if (value.type === IP) return Math.ceil(addressOf(value).bits / 8);
  return value.type === CIDR ? Math.ceil(prefixOf(value).length / 8) : undefined;
}
