/** Reads and writes IP addresses as Go's net/netip does, with its complaints. */

import { isIPv4, isIPv6 } from "node:net";
import { goQuote } from "../../go-quote.ts";

export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
  readonly zone: string;
}

export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

const failure = (text: string, why: string): string => `ParseAddr(${goQuote(text)}): ${why}`;

/** @returns the address, or why the text is none */
export function parseAddress(text: string): Address | string {
  if (isIPv4(text)) return { bits: 32, value: v4(text), zone: "" };
  const [plain = "", ...zone] = text.split("%");
  if (isIPv6(plain) && (zone.length === 0 || zone.join("%") !== "")) return { bits: 128, value: v6(plain), zone: zone.join("%") };
  return failure(text, complaint(text));
}

function complaint(text: string): string {
  const mark = /[.:%]/.exec(text)?.[0];
  if (mark === undefined) return "unable to parse IP";
  if (mark === "%") return "missing IPv6 address";
  if (mark === ":") return text.includes("%") && text.endsWith("%") ? "zone must be a non-empty string" : v6Complaint(text);
  const fields = text.split(".");
  for (const field of fields) {
    const bad = /[^0-9]/.exec(field);
    if (bad) return `unexpected character (at ${goQuote(text.slice(text.indexOf(bad[0])))})`;
    if (field === "")
      return text.startsWith(".") || text.endsWith(".") || text.includes("..") ? "IPv4 field must have at least one digit" : "IPv4 address too short";
    if (field.length > 1 && field.startsWith("0")) return "IPv4 field has octet with leading zero";
    if (Number(field) > 255) return "IPv4 field has value >255";
  }
  return fields.length < 4 ? "IPv4 address too short" : "IPv4 address too long";
}

function v6Complaint(text: string): string {
  const bad = /[^0-9a-fA-F:.]/.exec(text);
  if (bad) return `unexpected character, want colon (at ${goQuote(text.slice(bad.index))})`;
  if (/[0-9a-fA-F]{5}/.test(text)) return `each group must have 4 or less digits (at ${goQuote(/[0-9a-fA-F]{5}.*/.exec(text)?.[0] ?? "")})`;
  if (!text.includes("::") && text.split(":").length < 8) return "address string too short";
  return `unexpected character (at ${goQuote(text)})`;
}

const v4 = (text: string): bigint => text.split(".").reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);

function v6(text: string): bigint {
  const dotted = /^(.*:)([\d.]+\.\d+)$/.exec(text);
  const tail = dotted ? v4(dotted[2]!) : 0n;
  const hex = dotted ? `${dotted[1]}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}` : text;
  const [head = "", rest] = hex.split("::");
  const words = (part: string) => (part ? part.split(":") : []);
  const [before, after] = [words(head), words(rest ?? "")];
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].reduce((value, word) => (value << 16n) | BigInt(`0x${word}`), 0n);
}

/** The one way to write an address (RFC 5952). */
export function addressText({ bits, value }: Address): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
  const words = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  let [start, length] = [0, 0];
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && words[end] === "0") end++;
    if (end - i > length) [start, length] = [i, end - i];
  }
  if (length < 2) return words.join(":");
  return `${words.slice(0, start).join(":")}::${words.slice(start + length).join(":")}`;
}

/** @returns the range, or why the text is none */
export function parsePrefix(text: string): Prefix | string {
  const wrong = (why: string): string => `netip.ParsePrefix(${goQuote(text)}): ${why}`;
  const slash = text.lastIndexOf("/");
  if (slash < 0) return wrong("no '/'");
  const address = parseAddress(text.slice(0, slash));
  if (typeof address === "string") return wrong(address);
  if (address.zone) return wrong("IPv6 zones cannot be present in a prefix");
  const bits = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d*)$/.test(bits)) return wrong(`bad bits after slash: ${goQuote(bits)}`);
  return Number(bits) > address.bits ? wrong(`prefix length out of range`) : { address, length: Number(bits) };
}
