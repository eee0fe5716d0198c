/** Patterns of schemas: users choose them, so they run on an engine whose time is linear, with Go's syntax (RE2). */

import { RE2JS } from "re2js";

/** Patterns come from few schemas; more than that and the memory begins anew. */
const REMEMBERED_MAX = 5000;
const compiled = new Map<string, RE2JS | string>();

/** @returns the compiled pattern, or what is wrong with it */
export function compilePattern(pattern: string): RE2JS | string {
  let known = compiled.get(pattern);
  if (known === undefined) {
    if (compiled.size >= REMEMBERED_MAX) compiled.clear();
    known = compile(pattern);
    compiled.set(pattern, known);
  }
  return known;
}

function compile(pattern: string): RE2JS | string {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** @returns whether some part of the text matches; throws for a pattern that can't be compiled */
export function matches(pattern: string, text: string): boolean {
  const expression = compilePattern(pattern);
  if (typeof expression === "string") throw new Error(`${pattern}, but pattern is invalid: ${expression}`);
  return expression.matcher(text).find();
}
