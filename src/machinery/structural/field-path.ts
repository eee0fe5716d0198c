/** Paths by which a CustomResourceDefinition names a field: only members, no items (pkg/apiserver/schema/cel: ValidFieldPath). */

import { child, key } from "./paths.ts";
import type { Structural } from "./structural.ts";

export interface FoundField {
  /** As Kubernetes writes paths: `spec.color`, `spec.labels[a]`. */
  readonly path: string;
  /** The first name. */
  readonly root: string;
  readonly schema: Structural | undefined;
}

const TOKEN = /'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]']+|'/gs;

/** @param brackets whether `['name']` may stand for `.name`. @returns the field, or what is wrong with the path */
export function findField(path: string, schema: Structural, brackets: boolean): FoundField | string {
  const tokens = path.match(TOKEN) ?? [];
  let found: FoundField = { path: "", root: "", schema };
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i]!;
    let name: string | undefined;
    if (token === ".") {
      name = tokens[i + 1];
      if (name === undefined) return "unexpected end of JSON path";
      i += 2;
    } else if (token === "[") {
      if (!brackets) return "array notation is not allowed";
      const quoted = tokens[i + 1];
      if (quoted === undefined) return "unexpected end of JSON path";
      if (!/^'.*'$/s.test(quoted) || quoted.length < 2) return `expected single quoted string but got ${quoted}`;
      const text = unescaped(quoted.slice(1, -1));
      if (text === undefined) return "invalid string literal: invalid escape char";
      name = text;
      if (tokens[i + 2] === undefined) return "unexpected end of JSON path";
      if (tokens[i + 2] !== "]") return `expected ] but got ${tokens[i + 2]}`;
      i += 3;
    } else return `expected [ or . but got: ${token}`;
    const next = step(found, name);
    if (typeof next === "string") return next;
    found = next;
  }
  return found;
}

function step({ path, root, schema }: FoundField, name: string): FoundField | string {
  if (schema && schema.properties.size > 0) {
    const property = schema.properties.get(name);
    return property ? { path: child(path, name), root: root || name, schema: property } : "does not refer to a valid field";
  }
  if (schema?.additional === undefined) return "does not refer to a valid field";
  return { path: key(path, name), root: root || name, schema: typeof schema.additional === "object" ? schema.additional : undefined };
}

const ESCAPES: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "'": "'", "\\": "\\" };

/** @returns undefined for an escape that there is none of */
function unescaped(text: string): string | undefined {
  let bad = false;
  const plain = text.replaceAll(/\\(.)/gs, (_, character: string) => {
    const known = ESCAPES[character];
    bad ||= known === undefined;
    return known ?? "";
  });
  return bad ? undefined : plain;
}
