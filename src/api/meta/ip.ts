/**
 * IP addresses and ranges in objects' fields. Old objects may hold forms that strict parsers refuse (`010.0.0.1`); new values may not
 * (KEP-4858). [k8s.io/apimachinery pkg/util/validation/ip.go]
 */

import { isIPv6 } from "node:net";
import { type FieldError, invalid } from "../../machinery/status/field-error.ts";

/** The bytes of an address: 4 or 16. */
type Bytes = readonly number[];

interface ParsedIp {
  readonly bytes: Bytes;
  readonly hasLeadingZeros: boolean;
  /** An IPv4 address written as an IPv6 one. */
  readonly isMapped: boolean;
}

/** @returns undefined for text that is no address even by lenient rules */
function parseIp(text: string): ParsedIp | undefined {
  const octets = text.split(".");
  if (octets.length === 4 && !text.includes(":")) {
    if (!octets.every((octet) => /^\d{1,12}$/.test(octet) && Number(octet) < 256)) return undefined;
    return { bytes: octets.map(Number), hasLeadingZeros: octets.some((octet) => octet.length > 1 && octet.startsWith("0")), isMapped: false };
  }
  if (text.includes("%") || !isIPv6(text)) return undefined;
  const bytes = ipv6Bytes(text);
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return { bytes: isMapped ? bytes.slice(12) : bytes, hasLeadingZeros: false, isMapped };
}

/** @param text that is an IPv6 address */
function ipv6Bytes(text: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const pair = (high: string | undefined, low: string | undefined) => (Number(high) * 256 + Number(low)).toString(16);
  const plain = dotted ? `${dotted[1]}${pair(dotted[2], dotted[3])}:${pair(dotted[4], dotted[5])}` : text;
  const [head = "", tail] = plain.split("::");
  const words = (part: string) => (part ? part.split(":").map((word) => Number.parseInt(word, 16)) : []);
  const before = words(head);
  const after = words(tail ?? "");
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
  return all.flatMap((word) => [word >> 8, word & 255]);
}

/** As Go writes it, which for IPv6 is RFC 5952. */
function format(bytes: Bytes): string {
  if (bytes.length === 4) return bytes.join(".");
  const words = Array.from({ length: 8 }, (_, i) => (bytes[2 * i] as number) * 256 + (bytes[2 * i + 1] as number));
  const run = longestZeroRun(words);
  const hex = (part: readonly number[]) => part.map((word) => word.toString(16)).join(":");
  return run.length < 2 ? hex(words) : `${hex(words.slice(0, run.at))}::${hex(words.slice(run.at + run.length))}`;
}

function longestZeroRun(words: readonly number[]): { at: number; length: number } {
  let best = { at: 0, length: 0 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && words[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  return best;
}

/** @param lastValues what the field held before: those values may stay as they are */
export function validIp(field: string, value = "", lastValues: readonly string[] = []): FieldError[] {
  if (lastValues.includes(value)) return [];
  const parsed = parseIp(value);
  if (!parsed) return [invalid(field, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")];
  if (parsed.hasLeadingZeros) return [invalid(field, value, "must not have leading 0s")];
  return parsed.isMapped ? [invalid(field, value, "must not be an IPv4-mapped IPv6 address")] : [];
}

export function validCidr(field: string, value = "", lastValues: readonly string[] = []): FieldError[] {
  if (lastValues.includes(value)) return [];
  const parsed = parseCidr(value);
  if (!parsed) return [invalid(field, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")];
  if (parsed.ip.hasLeadingZeros || /\/0\d/.test(value)) return [invalid(field, value, "must not have leading 0s in IP or prefix length")];
  if (parsed.ip.isMapped) return [invalid(field, value, "must not have an IPv4-mapped IPv6 address")];
  return parsed.hasHostBits ? [invalid(field, value, "must not have bits set beyond the prefix length")] : [];
}

/** An address in the one form that Go writes it in. */
export function canonicalIp(field: string, value: string): FieldError[] {
  const errors = validIp(field, value);
  if (errors.length > 0) return errors;
  return canonicalErrors(field, value, format((parseIp(value) as ParsedIp).bytes));
}

/** A range in the one form that Go writes it in. */
export function canonicalCidr(field: string, value: string): FieldError[] {
  const errors = validCidr(field, value);
  if (errors.length > 0) return errors;
  const { network, bits } = parseCidr(value) as ParsedCidr;
  return canonicalErrors(field, value, `${format(network)}/${bits}`);
}

/** An address of an interface with the length of its network's prefix: `10.9.8.7/24`. */
export function interfaceAddress(field: string, value: string): FieldError[] {
  const [address = ""] = value.split("/");
  const parsed = parseCidr(value);
  if (!parsed) return [invalid(field, value, "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)")];
  return canonicalErrors(field, value, `${format((parseIp(address) as ParsedIp).bytes)}/${parsed.bits}`);
}

function canonicalErrors(field: string, value: string, canonical: string): FieldError[] {
  return value === canonical ? [] : [invalid(field, value, `must be in canonical form (${JSON.stringify(canonical)})`)];
}

/** Whether the text is an address, also by lenient rules. */
export const isIp = (text: string): boolean => parseIp(text) !== undefined;

export const isCidr = (text: string): boolean => parseCidr(text) !== undefined;

/** @returns whether `inner` is a smaller range within `outer`; undefined where one of them is no range */
export function isStrictSubset(inner: string, outer: string): boolean | undefined {
  const [small, large] = [parseCidr(inner), parseCidr(outer)];
  if (!small || !large) return undefined;
  if (small.bits <= large.bits || small.network.length !== large.network.length) return false;
  return large.network.every((byte, i) => byte === ((small.network[i] as number) & maskByte(large.bits, i)));
}

/** The byte of a mask of so many bits. */
function maskByte(bits: number, i: number): number {
  return (0xff00 >> Math.min(8, Math.max(0, bits - 8 * i))) & 0xff;
}

interface ParsedCidr {
  readonly ip: ParsedIp;
  readonly bits: number;
  readonly network: Bytes;
  readonly hasHostBits: boolean;
}

function parseCidr(text: string): ParsedCidr | undefined {
  const slash = text.indexOf("/");
  const ip = slash < 0 ? undefined : parseIp(text.slice(0, slash));
  const suffix = text.slice(slash + 1);
  if (!ip || !/^\d{1,4}$/.test(suffix)) return undefined;
  const written = Number(suffix);
  if (written > (ip.isMapped ? 128 : ip.bytes.length * 8)) return undefined;
  const bits = ip.isMapped ? Math.max(0, written - 96) : written;
  const network = ip.bytes.map((byte, i) => byte & maskByte(bits, i));
  return { ip, bits, network, hasHostBits: network.some((byte, i) => byte !== ip.bytes[i]) };
}

/** Whether the texts are one address or range of each family. */
export function isDualStack(values: readonly string[]): boolean {
  return values.some(isIpv6) && values.some((value) => !isIpv6(value));
}

export const isIpv6 = (text: string): boolean => text.includes(":");

/** Addresses that nothing can be reached at from elsewhere: no endpoints. */
export function endpointIp(field: string, value = ""): FieldError[] {
  const parsed = parseIp(value);
  if (!parsed) return [invalid(field, value, "must be a valid IP address")];
  const { bytes } = parsed;
  const [first = 0, second = 0, third = 0] = bytes;
  const v4 = bytes.length === 4;
  const errors: FieldError[] = [];
  if (bytes.every((byte) => byte === 0)) errors.push(invalid(field, value, `may not be unspecified (${value})`));
  if (v4 ? first === 127 : bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1) {
    errors.push(invalid(field, value, "may not be in the loopback range (127.0.0.0/8, ::1/128)"));
  }
  if (v4 ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80) {
    errors.push(invalid(field, value, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"));
  }
  if (v4 ? first === 224 && second === 0 && third === 0 : first === 0xff && (second & 0x0f) === 0x02) {
    errors.push(invalid(field, value, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"));
  }
  return errors;
}

/** Warns of a form that a strict parser refuses, or that isn't the canonical one. */
export function ipWarnings(field: string, value: string): string[] {
  const parsed = parseIp(value);
  if (!parsed) return [];
  const canonical = format(parsed.bytes);
  if (parsed.hasLeadingZeros || parsed.isMapped)
    return [`${field}: non-standard IP address ${JSON.stringify(value)} is invalid: use ${JSON.stringify(canonical)}`];
  if (parsed.bytes.length === 4 || canonical === value) return [];
  return [`${field}: IPv6 address ${JSON.stringify(value)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`];
}

export function cidrWarnings(field: string, value: string): string[] {
  const parsed = parseCidr(value);
  if (!parsed) return [];
  const { ip, bits, network, hasHostBits } = parsed;
  const shown = JSON.stringify(value);
  const range = `${format(network)}/${bits}`;
  const warnings: string[] = [];
  if (hasHostBits) {
    const single = `${format(ip.bytes)}/${ip.bytes.length * 8}`;
    warnings.push(`${field}: CIDR value ${shown} is ambiguous in this context (should be ${JSON.stringify(range)} or ${JSON.stringify(single)}?)`);
  }
  if (ip.hasLeadingZeros || ip.isMapped || /\/0\d/.test(value))
    warnings.push(`${field}: non-standard CIDR value ${shown} is invalid: use ${JSON.stringify(range)}`);
  const canonical = `${format(ip.bytes)}/${bits}`;
  if (warnings.length === 0 && ip.bytes.length === 16 && canonical !== value) {
    warnings.push(`${field}: IPv6 CIDR value ${shown} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`);
  }
  return warnings;
}
