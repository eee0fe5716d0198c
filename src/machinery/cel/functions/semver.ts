/** Semantic versions (semver.org, 2.0.0). [Kubernetes' apiserver pkg/cel/library/semverlib.go] */

import { objectType } from "../types/type.ts";
import { CelError, Opaque, type Value } from "../values/value.ts";
import { member, type Overload, plain } from "./overload.ts";

const NAME = "kubernetes.Semver";
const TYPE = objectType(NAME) as Opaque["type"];

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly pre: readonly string[];
}

const PARTS = /^([^.]*)\.([^.]*)\.([^+-]*)(?:-([^+]*))?(?:\+(.*))?$/s;
const UINT_MAX = 2n ** 64n - 1n;

/** @returns the version, or why the text is none */
function parse(text: string): Version | string {
  if (text === "") return "Version string empty";
  const [, major, minor, patch, pre, build] = PARTS.exec(text) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) return "No Major.Minor.Patch elements found";
  const numbers: bigint[] = [];
  for (const [name, part] of [
    ["major", major],
    ["minor", minor],
    ["patch", patch],
  ] as const) {
    if (!/^\d+$/.test(part)) return `Invalid character(s) found in ${name} number "${part}"`;
    if (part.length > 1 && part.startsWith("0")) return `${name[0]!.toUpperCase()}${name.slice(1)} number must not contain leading zeroes "${part}"`;
    if (BigInt(part) > UINT_MAX) return `strconv.ParseUint: parsing "${part}": value out of range`;
    numbers.push(BigInt(part));
  }
  const identifiers = pre?.split(".") ?? [];
  for (const one of identifiers) {
    if (one === "") return "Prerelease is empty";
    if (!/^[0-9A-Za-z-]+$/.test(one)) return `Invalid character(s) found in prerelease "${one}"`;
    if (/^0\d+$/.test(one)) return `Numeric PreRelease version must not contain leading zeroes "${one}"`;
  }
  for (const one of build?.split(".") ?? []) {
    if (one === "") return "Build meta data is empty";
    if (!/^[0-9A-Za-z-]+$/.test(one)) return `Invalid character(s) found in build meta data "${one}"`;
  }
  return { numbers: numbers as [bigint, bigint, bigint], pre: identifiers };
}

/** Reads what people write: `v1`, `1.02`. */
function parseLoosely(text: string): Version | string {
  const parts = text.replace(/^v/, "").split(".");
  const three = parts.length > 3 ? [parts[0]!, parts[1]!, parts.slice(2).join(".")] : parts;
  const trimmed = three.map((part) => (part.length > 1 ? part.replace(/^0+(?=\d)/, "").replace(/^0+(?!\d)/, "0") : part));
  if (trimmed.length < 3 && /[+-]/.test(trimmed.at(-1) ?? "")) return "short version cannot contain PreRelease/Build meta data";
  while (trimmed.length < 3) trimmed.push("0");
  return parse(trimmed.join("."));
}

function compare(a: Version, b: Version): number {
  for (let i = 0; i < 3; i++) {
    const [x, y] = [a.numbers[i]!, b.numbers[i]!];
    if (x !== y) return x < y ? -1 : 1;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length - a.pre.length);
  for (let i = 0; i < Math.min(a.pre.length, b.pre.length); i++) {
    const order = compareIdentifiers(a.pre[i]!, b.pre[i]!);
    if (order !== 0) return order;
  }
  return Math.sign(a.pre.length - b.pre.length);
}

/** Numbers come before words. */
function compareIdentifiers(a: string, b: string): number {
  const [x, y] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (x !== y) return x ? -1 : 1;
  if (a === b) return 0;
  return (x ? BigInt(a) < BigInt(b) : a < b) ? -1 : 1;
}

function read(text: string, loosely = false): Value {
  const version = loosely ? parseLoosely(text) : parse(text);
  return typeof version === "string" ? new CelError(version) : new Opaque(TYPE, version, (other) => compare(version, other as Version) === 0);
}

const order = (a: Opaque, b: Opaque): number => compare(a.value as Version, b.value as Version);
const part = (name: string, i: number): Overload => member(name, `semver_${name}`, [NAME], "int", (value: Opaque) => (value.value as Version).numbers[i]!);

export const semver: readonly Overload[] = [
  plain("semver", "string_to_semver", ["string"], NAME, (text: string) => read(text)),
  plain("semver", "string_bool_to_semver", ["string", "bool"], NAME, read),
  plain("isSemver", "is_semver_string", ["string"], "bool", (text: string) => !(read(text) instanceof CelError)),
  plain("isSemver", "is_semver_string_bool", ["string", "bool"], "bool", (text: string, loosely: boolean) => !(read(text, loosely) instanceof CelError)),
  member("isGreaterThan", "semver_is_greater_than", [NAME, NAME], "bool", (a: Opaque, b: Opaque) => order(a, b) > 0),
  member("isLessThan", "semver_is_less_than", [NAME, NAME], "bool", (a: Opaque, b: Opaque) => order(a, b) < 0),
  member("compareTo", "semver_compare_to", [NAME, NAME], "int", (a: Opaque, b: Opaque) => BigInt(order(a, b))),
  part("major", 0),
  part("minor", 1),
  part("patch", 2),
];
