/**
 * Reads the text form of the field tables. Text, and not object literals, because it loads ten times as fast as TypeScript
 * of the same content and a change of one field is one line of a diff.
 */

import assert from "node:assert/strict";
import type { FieldTable, StructTable } from "./table.ts";

const FLAGS = new Set(["pointer", "inline", "required", "deprecated", "wrapped"]);
const VALUES = new Set(["omit", "listType", "mapType", "structType", "patchStrategy", "patchMergeKey", "featureGate", "union", "message"]);

/**
 * A line without indentation begins a struct: its name, then `atomic` if it is so. Each indented line is a field: name, type and
 * protobuf tag, then the flags and the `member=value` pairs of FieldTable; `enum=A|B` takes the rest of the line, since its values may hold spaces.
 *
 * @param prefix what the structs' ids begin with: `core.v1`
 * @param model what their OpenAPI names begin with: `io.k8s.api.core.v1`
 * @throws AssertionError for a line that it can't read: the tables are part of the program, so that is a bug
 */
export function readTables(prefix: string, model: string, text: string): StructTable[] {
  const structs: StructTable[] = [];
  let fields: FieldTable[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    if (line.startsWith("  ")) {
      fields.push(readField(line.slice(2)));
      continue;
    }
    const [name, atomic] = line.split(" ");
    fields = [];
    structs.push({ id: `${prefix}.${name}`, openapi: `${model}.${name}`, fields, ...(atomic === "atomic" && { atomic: true }) });
  }
  return structs;
}

function readField(line: string): FieldTable {
  const [head, values] = line.split(" enum=", 2) as [string, string | undefined];
  const [name, type, tag, ...facts] = head.split(" ");
  assert(name && type && tag, `A field needs a name, a type and a tag: ${line}`);
  const field: Record<string, unknown> = { name, type, tag: Number(tag) };
  for (const fact of facts) {
    const at = fact.indexOf("=");
    const member = at < 0 ? fact : fact.slice(0, at);
    const value = fact.slice(at + 1);
    if (at < 0 && FLAGS.has(member)) field[member] = true;
    else if (VALUES.has(member)) field[member] = value;
    else if (member === "listMapKeys") field[member] = value.split(",");
    else if (member === "default") field[member] = JSON.parse(value);
    else assert.fail(`Unknown fact ${fact}: ${line}`);
  }
  if (values !== undefined) field.enum = values.split("|");
  return field as unknown as FieldTable; // Checked above, member by member.
}
