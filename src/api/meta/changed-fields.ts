/** Says which fields differ between two objects, for messages that forbid changing them. */

import { isObject } from "../../machinery/plain.ts";
import { equalBySchema } from "../../machinery/schema/equal.ts";
import type { Schema } from "../../machinery/schema/schema.ts";
import { memberSchema } from "../../machinery/schema/walk.ts";

const SHOWN_MAX = 10;

/** @param schema of both @returns one line a field: `-` what it was, `+` what it is */
export function changedFields(schema: Schema, last: unknown, next: unknown): string {
  const lines: string[] = [];
  collect(schema, "", last, next, lines);
  const shown = lines.slice(0, 2 * SHOWN_MAX);
  return `${shown.join("\n")}${lines.length > shown.length ? "\n…" : ""}\n`;
}

function collect(schema: Schema, path: string, last: unknown, next: unknown, lines: string[]): void {
  if (equalBySchema(schema, last, next)) return;
  if (isObject(last) && isObject(next)) {
    for (const name of new Set([...Object.keys(last), ...Object.keys(next)])) {
      const inner = memberSchema(schema, name);
      if (inner) collect(inner, path ? `${path}.${name}` : name, last[name], next[name], lines);
    }
  } else if (schema.type === "list" && Array.isArray(last) && Array.isArray(next) && last.length === next.length) {
    for (const [i, item] of last.entries()) collect(schema.items, `${path}[${i}]`, item, next[i], lines);
  } else {
    if (last !== undefined) lines.push(`-  ${path}: ${shown(last)}`);
    if (next !== undefined) lines.push(`+  ${path}: ${shown(next)}`);
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, member) => (typeof member === "bigint" ? String(member) : member));
}
