/** Patterns, in time linear in the text. [cel-go common/stdlib; Kubernetes' apiserver pkg/cel/library/regex.go] */

import { RE2JS } from "re2js";
import { CelError, type Value, ValueList } from "../values/value.ts";
import { member, type Overload, plain } from "./overload.ts";

/** Patterns that were compiled lately: a rule has the same one for each object. */
const compiled = new Map<string, RE2JS | CelError>();
const COMPILED_MAX = 256;

/** @returns the pattern compiled, or why it is none, in RE2's words */
export function compilePattern(pattern: string): RE2JS | CelError {
  const known = compiled.get(pattern);
  if (known) return known;
  const made = compileNew(pattern);
  if (compiled.size >= COMPILED_MAX) compiled.delete(compiled.keys().next().value ?? "");
  compiled.set(pattern, made);
  return made;
}

function compileNew(pattern: string): RE2JS | CelError {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return new CelError((error as Error).message);
  }
}

function matches(text: string, pattern: string): Value {
  const regex = compilePattern(pattern);
  return regex instanceof CelError ? regex : regex.matcher(text).find();
}

function findAll(text: string, pattern: string, limit = -1n): Value {
  const regex = compilePattern(pattern);
  if (regex instanceof CelError) return new CelError(`Illegal regex: ${regex.message}`);
  const found: string[] = [];
  const matcher = regex.matcher(text);
  while ((limit < 0n || BigInt(found.length) < limit) && matcher.find()) found.push(matcher.group() ?? "");
  return new ValueList(found);
}

function find(text: string, pattern: string): Value {
  const found = findAll(text, pattern, 1n);
  return found instanceof ValueList ? (found.items[0] ?? "") : found;
}

export const regex: readonly Overload[] = [
  plain("matches", "matches", ["string", "string"], "bool", matches),
  member("matches", "matches_string", ["string", "string"], "bool", matches),
  member("find", "string_find_string", ["string", "string"], "string", find),
  member("findAll", "string_find_all_string", ["string", "string"], "list(string)", (text: string, pattern: string) => findAll(text, pattern)),
  member("findAll", "string_find_all_string_int", ["string", "string", "int"], "list(string)", findAll),
];
