/** Reads types as the tables of functions write them: `list(A)`, `map(string, dyn)`, `kubernetes.Quantity`. */

import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, mapOf, NULL, objectType, STRING, TIMESTAMP, type Type, typeOf, UINT } from "./type.ts";

const SCALARS: ReadonlyMap<string, Type> = new Map([
  ["dyn", DYN],
  ["null", NULL],
  ["bool", BOOL],
  ["int", INT],
  ["uint", UINT],
  ["double", DOUBLE],
  ["string", STRING],
  ["bytes", BYTES],
  ["timestamp", TIMESTAMP],
  ["duration", DURATION],
]);
/** Types with functions and no parameters, which aren't objects. */
const OPAQUE: ReadonlySet<string> = new Set(["net.IP", "net.CIDR"]);

/** @returns the type; one capital letter is a parameter. Throws an Error for what isn't a type: tables are ours. */
export function parseType(text: string): Type {
  const open = text.indexOf("(");
  if (open < 0) {
    if (/^[A-Z]$/.test(text)) return { kind: "param", name: text };
    if (OPAQUE.has(text)) return { kind: "opaque", name: text, params: [] };
    return SCALARS.get(text) ?? objectType(text);
  }
  const params = splitTop(text.slice(open + 1, -1)).map(parseType);
  const name = text.slice(0, open);
  const [first = DYN, second = DYN] = params;
  if (name === "list") return listOf(first);
  if (name === "map") return mapOf(first, second);
  if (name === "type") return typeOf(first);
  return { kind: "opaque", name, params };
}

/** The parts between commas that no parenthesis encloses. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")") depth--;
    if (text[i] !== "," || depth > 0) continue;
    parts.push(text.slice(start, i).trim());
    start = i + 1;
  }
  parts.push(text.slice(start).trim());
  return parts.filter((part) => part !== "");
}
