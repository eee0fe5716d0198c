/** Formats of strings that a schema may ask for (k8s.io/kube-openapi pkg/validation/strfmt; k8s.io/apiextensions-apiserver pkg/apiserver/validation/formats.go). */

import { isIP } from "node:net";
import type { SchemaProps } from "./schema-props.ts";

const DNS_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const UUID = (version: string, variant: string): RegExp => new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}-?${variant}-?[0-9a-f]{12}$`, "i");
const HOST_CHARACTER = String.raw`[a-zA-Z0-9\p{S}\p{L}]`;
const HOSTNAME = new RegExp(
  `^(${HOST_CHARACTER}((-?${HOST_CHARACTER}{0,62})?)|(${HOST_CHARACTER}((?:[a-zA-Z0-9\\-\\p{S}\\p{L}]{0,61}${HOST_CHARACTER})?)(\\.))+([a-zA-Z\\p{L}]){2,63})$`,
  "u",
);
/** Longer than any text that has one of these formats; what is longer isn't looked at. */
const LENGTH_MAX = 64 * 1024;

const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map<string, (text: string) => boolean>([
  ["bsonobjectid", (text) => /^[0-9a-fA-F]{24}$/.test(text)],
  ["uri", isRequestUri],
  ["email", isEmail],
  ["hostname", isHostname],
  ["ipv4", (text) => text.includes(".") && isSloppyIp(text)],
  ["ipv6", (text) => text.includes(":") && isIP(text) === 6 && !text.includes("%")],
  ["cidr", isCidr],
  ["mac", (text) => /^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}(?:(?:[0-9a-f]{2}\1){2})?[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2,3}[0-9a-f]{4})$/i.test(text)],
  ["uuid", (text) => UUID("[0-9a-f]{4}", "[0-9a-f]{4}").test(text)],
  ["uuid3", (text) => UUID("3[0-9a-f]{3}", "[0-9a-f]{4}").test(text)],
  ["uuid4", (text) => UUID("4[0-9a-f]{3}", "[89ab][0-9a-f]{3}").test(text)],
  ["uuid5", (text) => UUID("5[0-9a-f]{3}", "[89ab][0-9a-f]{3}").test(text)],
  ["isbn", (text) => isIsbn10(text) || isIsbn13(text)],
  ["isbn10", isIsbn10],
  ["isbn13", isIsbn13],
  ["creditcard", isCreditCard],
  ["ssn", (text) => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text)],
  ["hexcolor", (text) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text)],
  ["rgbcolor", isRgbColor],
  ["byte", (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.test(text)],
  ["password", () => true],
  ["date", isDate],
  ["duration", isDuration],
  ["datetime", isDateTime],
  ["k8sshortname", (text) => text.length <= 63 && new RegExp(`^${DNS_LABEL}$`).test(text)],
  ["k8slongname", (text) => text.length <= 253 && new RegExp(`^${DNS_LABEL}(\\.${DNS_LABEL})*$`).test(text)],
]);

/** The same with and without dashes. */
function normal(format: string): string {
  return format.replaceAll("-", "");
}

/** @returns the schema's format where its type has it; empty where it means nothing */
export function effectiveFormat(props: SchemaProps): string {
  return props.format !== undefined && isKnownFormat(props) ? props.format : "";
}

export function isKnownFormat(props: SchemaProps): boolean {
  const format = props.format ?? "";
  if (props["x-kubernetes-int-or-string"]) return FORMATS.has(normal(format)); // Two types: the format is that of neither.
  switch (props.type ?? "") {
    case "":
    case "string":
      return FORMATS.has(normal(format));
    case "integer":
      return format === "int32" || format === "int64";
    case "number":
      return format === "float" || format === "double";
    default:
      return false;
  }
}

/** @returns undefined for a format that isn't one of strings */
export function hasFormat(format: string, text: string): boolean | undefined {
  const check = FORMATS.get(normal(format));
  return check && (text.length <= LENGTH_MAX ? check(text) : normal(format) === "password" || normal(format) === "byte");
}

function isRequestUri(text: string): boolean {
  if (text === "" || /[\s\x00-\x1f\x7f]/.test(text)) return false;
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return false;
  if (text.startsWith("/")) return true;
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:/.exec(text);
  if (!scheme) return false;
  const rest = text.slice(scheme[0].length);
  if (!rest.startsWith("//")) return rest.startsWith("/") || !rest.startsWith("?") ? rest !== "" || true : true;
  return /^\/\/(?:[^/?#@]*@)?(?:\[[0-9a-fA-F:.%]+\]|[^/?#:[\]<>"\\^`{|}]*)(?::\d*)?(?:[/?#]|$)/.test(rest);
}

/** An address as mail headers have it, a display name before angle brackets included. */
function isEmail(text: string): boolean {
  const address = /^(?:[^<>@\x00-\x1f]*)<([^<>]+)>\s*$/.exec(text)?.[1] ?? text.trim();
  const at = address.lastIndexOf("@");
  if (at <= 0) return false;
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  const atom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+)*$/u;
  return (atom.test(local) || /^"(?:[^"\\\x00-\x1f]|\\.)+"$/.test(local)) && (atom.test(domain) || /^\[[^[\]\\]+\]$/.test(domain));
}

function isHostname(text: string): boolean {
  return Buffer.byteLength(text) <= 255 && HOSTNAME.test(text) && text.split(".").every((label) => Buffer.byteLength(label) <= 63);
}

/** Leading zeros are let through, as they were before Go 1.17. */
function isSloppyIp(text: string): boolean {
  return isIP(text.replaceAll(/(^|[.:])0+(?=\d+(?:\.|$))/g, "$1")) !== 0 && !text.includes("%");
}

function isCidr(text: string): boolean {
  const slash = text.indexOf("/");
  const address = text.slice(0, slash);
  const bits = text.slice(slash + 1);
  return slash > 0 && /^\d{1,3}$/.test(bits) && isSloppyIp(address) && Number(bits) <= (address.includes(":") ? 128 : 32);
}

function isIsbn10(text: string): boolean {
  const digits = text.replaceAll(/[\s-]/g, "");
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, i) => total + (10 - i) * (digit === "X" ? 10 : Number(digit)), 0);
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replaceAll(/[\s-]/g, "");
  if (!/^\d{13}$/.test(digits)) return false;
  return [...digits].reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3), 0) % 10 === 0;
}

const CARD =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|(222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11}|6[27][0-9]{14})$/;

function isCreditCard(text: string): boolean {
  const digits = text.replaceAll(/[^0-9]/g, "");
  if (!CARD.test(digits)) return false;
  const sum = [...digits].toReversed().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

function isRgbColor(text: string): boolean {
  const part = "(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])";
  return new RegExp(`^rgb\\(\\s*${part}\\s*,\\s*${part}\\s*,\\s*${part}\\s*\\)$`).test(text);
}

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return false;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

function isDateTime(text: string): boolean {
  const [date = "", time] = text.toLowerCase().split("t");
  if (time === undefined || !isDate(date)) return false;
  const match = /^(\d{2}):(\d{2}):(\d{2})(?:.\d+)?(?:z|[+-]\d{2}:\d{2})$/.exec(time);
  return match !== null && match[1]! <= "23" && match[2]! <= "59" && match[3]! <= "59";
}

const UNITS = "ns|us|µs|μs|ms|s|m|h";

/** Go's durations, and the looser ones of Scala: `22 ns`, `3 days`. */
function isDuration(text: string): boolean {
  if (text === "0" || text === "+0" || text === "-0") return true;
  if (new RegExp(`^[+-]?(?:(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:${UNITS}))+$`).test(text)) return true;
  const words = [...text.matchAll(/\d+\s*([A-Za-zµ]+)/g)];
  return words.some(([, unit]) => isUnit(unit!.toLowerCase()));
}

const WORDS: readonly string[] = ["ns", "us", "µs", "ms", "s", "m", "h", "hr", "d", "w", "wk"];
const STEMS: readonly string[] = ["nano", "micro", "milli", "sec", "min", "hour", "day", "week"];

function isUnit(unit: string): boolean {
  return WORDS.includes(unit) || STEMS.some((stem) => unit.startsWith(stem));
}
