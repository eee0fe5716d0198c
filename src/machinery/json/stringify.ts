/** JSON text of plain data that may hold bigints, which JSON.stringify refuses. */

/** ECMAScript's proposal "JSON.parse source text access", which the type library doesn't know yet. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown };

export function stringifyExactly(value: unknown): string {
  return JSON.stringify(value, (_, member) => (typeof member === "bigint" ? rawJSON(String(member)) : member)) ?? "null";
}
