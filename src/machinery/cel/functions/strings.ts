/** Functions of strings. Positions are characters, not UTF-16 units. [cel-go ext/strings.go, version 2] */

import { CelError, type CelList, type Value, ValueList } from "../values/value.ts";
import { formatString } from "./format-string.ts";
import { member, type Overload, plain } from "./overload.ts";

const ASCII = /^[\x00-\x7f]*$/;
/** The characters of a text: the text itself where each is one unit. */
const runes = (text: string): ArrayLike<string> & { slice(start?: number, end?: number): string | string[] } => (ASCII.test(text) ? text : [...text]);
const joined = (part: string | string[]): string => (typeof part === "string" ? part : part.join(""));
const outOfRange = (index: bigint): CelError => new CelError(`index out of range: ${index}`);

function charAt(text: string, index: bigint): Value {
  const all = runes(text);
  return index < 0n || index > BigInt(all.length) ? outOfRange(index) : (all[Number(index)] ?? "");
}

function indexOf(text: string, part: string, from = 0n): Value {
  if (from < 0n) return outOfRange(from);
  const all = runes(text);
  const start = Number(from);
  if (part === "") return start > all.length ? BigInt(all.length) : from;
  if (start >= all.length) return -1n;
  if (typeof all === "string") return BigInt(all.indexOf(part, start));
  const found = joined(all.slice(start)).indexOf(part);
  return found < 0 ? -1n : BigInt(start + [...joined(all.slice(start)).slice(0, found)].length);
}

function lastIndexOf(text: string, part: string, from?: bigint): Value {
  const all = runes(text);
  const start = from ?? BigInt(all.length - 1);
  if (part === "" && from === undefined) return BigInt(all.length);
  if (text.length < part.length && from === undefined) return -1n;
  if (start < 0n) return outOfRange(start);
  if (part === "") return start > BigInt(all.length) ? BigInt(all.length) : start;
  if (start >= BigInt(all.length)) return -1n;
  if (typeof all === "string") return BigInt(all.lastIndexOf(part, Number(start)));
  const units = joined(all.slice(0, Number(start))).length;
  const found = text.lastIndexOf(part, units);
  return found < 0 ? -1n : BigInt([...text.slice(0, found)].length);
}

function substring(text: string, start: bigint, end?: bigint): Value {
  const all = runes(text);
  const last = end ?? BigInt(all.length);
  if (end !== undefined && start > end) return new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  if (start < 0n || start > BigInt(all.length)) return outOfRange(start);
  if (last < 0n || last > BigInt(all.length)) return outOfRange(last);
  return joined(all.slice(Number(start), Number(last)));
}

/** As Go's strings.Replace: an empty part is found before each character and at the end. A negative count means all. */
function replace(text: string, part: string, by: string, count = -1n): Value {
  const limit = count < 0n ? Number.POSITIVE_INFINITY : Number(count);
  if (limit === Number.POSITIVE_INFINITY && part !== "") return text.replaceAll(part, () => by);
  const pieces = part === "" ? [...text] : text.split(part);
  let left = limit;
  let result = "";
  for (const [i, piece] of pieces.entries()) {
    if (part === "") result += left-- > 0 ? by + piece : piece;
    else if (i === 0) result = piece;
    else result += (left-- > 0 ? by : part) + piece;
  }
  return part === "" && left > 0 ? result + by : result;
}

/** As Go's strings.SplitN: a negative count means all, zero none; the last piece keeps what remains. */
function split(text: string, separator: string, count = -1n): Value {
  if (count === 0n) return new ValueList([]);
  const pieces = separator === "" ? [...text] : text.split(separator);
  if (count < 0n || BigInt(pieces.length) <= count) return new ValueList(pieces);
  const kept = pieces.slice(0, Number(count) - 1);
  return new ValueList([...kept, pieces.slice(kept.length).join(separator)]);
}

function join(list: CelList, separator = ""): Value {
  const parts: string[] = [];
  for (const item of list) {
    if (typeof item !== "string") return new CelError(`join: invalid input: ${String(item)}`);
    parts.push(item);
  }
  return parts.join(separator);
}

const SPACE =
  /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;
const QUOTED: ReadonlyMap<string, string> = new Map([
  ["\x07", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
  ['"', '\\"'],
]);
const quote = (text: string): string => `"${text.toWellFormed().replace(/[\x07\b\f\n\r\t\v\\"]/g, (character) => QUOTED.get(character) ?? character)}"`;

export const strings: readonly Overload[] = [
  member("contains", "contains_string", ["string", "string"], "bool", (text: string, part: string) => text.includes(part)),
  member("endsWith", "ends_with_string", ["string", "string"], "bool", (text: string, part: string) => text.endsWith(part)),
  member("startsWith", "starts_with_string", ["string", "string"], "bool", (text: string, part: string) => text.startsWith(part)),
  member("charAt", "string_char_at_int", ["string", "int"], "string", charAt),
  member("indexOf", "string_index_of_string", ["string", "string"], "int", (text: string, part: string) => indexOf(text, part)),
  member("indexOf", "string_index_of_string_int", ["string", "string", "int"], "int", indexOf),
  member("lastIndexOf", "string_last_index_of_string", ["string", "string"], "int", (text: string, part: string) => lastIndexOf(text, part)),
  member("lastIndexOf", "string_last_index_of_string_int", ["string", "string", "int"], "int", lastIndexOf),
  member("lowerAscii", "string_lower_ascii", ["string"], "string", (text: string) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase())),
  member("upperAscii", "string_upper_ascii", ["string"], "string", (text: string) => text.replace(/[a-z]+/g, (part) => part.toUpperCase())),
  member("replace", "string_replace_string_string", ["string", "string", "string"], "string", (text: string, part: string, by: string) =>
    replace(text, part, by),
  ),
  member("replace", "string_replace_string_string_int", ["string", "string", "string", "int"], "string", replace),
  member("split", "string_split_string", ["string", "string"], "list(string)", (text: string, separator: string) => split(text, separator)),
  member("split", "string_split_string_int", ["string", "string", "int"], "list(string)", split),
  member("substring", "string_substring_int", ["string", "int"], "string", (text: string, start: bigint) => substring(text, start)),
  member("substring", "string_substring_int_int", ["string", "int", "int"], "string", substring),
  member("trim", "string_trim", ["string"], "string", (text: string) => text.replace(SPACE, "")),
  member("format", "string_format", ["string", "list(dyn)"], "string", formatString),
  plain("strings.quote", "strings_quote", ["string"], "string", quote),
  member("join", "list_join", ["list(string)"], "string", (list: CelList) => join(list)),
  member("join", "list_join_string", ["list(string)", "string"], "string", join),
];

/** For policies that make patches, and for nothing else. */
export const patchStrings: readonly Overload[] = [
  plain("jsonpatch.escapeKey", "string_jsonpatch_escapeKey_string", ["string"], "string", (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1")),
];
