/** Literals that can be judged before anything runs: durations, instants, patterns, formats, lists of one type. [cel-go cel/validator.go, ext/formatting.go] */

import { DurationError, parseDuration } from "../../duration.ts";
import { timestampOf } from "../functions/conversions.ts";
import { compilePattern } from "../functions/regex.ts";
import type { Call, Expr } from "../syntax/ast.ts";
import type { Issue } from "../syntax/issue.ts";
import { children } from "../syntax/parts.ts";
import { CelError } from "../values/value.ts";
import { DYN, formatType, insideOptional, sameType, type Type, typeName } from "./type.ts";

/** @returns what is wrong with literals that functions are given */
export function validateLiterals(root: Expr): Issue[] {
  const issues: Issue[] = [];
  const seen = new Set<Expr>();
  const walk = (expr: Expr, shown: boolean): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind === "call") issues.push(...callIssues(expr));
    if (!shown) issues.push(...mixtures(expr));
    for (const child of children(expr)) walk(child, shown || (expr.kind === "call" && expr.name === "format"));
  };
  walk(root, false);
  return issues.toSorted((a, b) => a.at - b.at);
}

function callIssues(expr: Call): Issue[] {
  const argument = expr.name === "matches" && !expr.target ? expr.args[1] : expr.args[0];
  if (argument?.kind !== "constant" || typeof argument.value !== "string") return expr.name === "format" ? formatIssues(expr) : [];
  return isGood(expr.name, argument.value) ? [] : [{ at: argument.at, message: `invalid ${expr.name} argument` }];
}

function isGood(name: string, text: string): boolean {
  if (name === "timestamp") return !(timestampOf(text) instanceof CelError);
  if (name === "matches") return !(compilePattern(text) instanceof CelError);
  if (name !== "duration") return true;
  try {
    parseDuration(text);
    return true;
  } catch (error) {
    if (error instanceof DurationError) return false;
    throw error;
  }
}

/** What a clause may show. */
const CLAUSES: ReadonlyMap<string, { readonly kinds: readonly Type["kind"][]; readonly complaint: string }> = new Map([
  ["d", { kinds: ["int", "uint"], complaint: "decimal clause can only be used on integers" }],
  ["f", { kinds: ["double", "string"], complaint: "fixed-point clause can only be used on doubles" }],
  ["e", { kinds: ["double", "string"], complaint: "scientific clause can only be used on doubles" }],
  ["b", { kinds: ["int", "uint", "bool"], complaint: "only integers and bools can be formatted as binary" }],
  ["o", { kinds: ["int", "uint"], complaint: "octal clause can only be used on integers" }],
  ["x", { kinds: ["int", "uint", "string", "bytes"], complaint: "only integers, byte buffers, and strings can be formatted as hex" }],
  ["X", { kinds: ["int", "uint", "string", "bytes"], complaint: "only integers, byte buffers, and strings can be formatted as hex" }],
  [
    "s",
    {
      kinds: ["list", "map", "int", "uint", "double", "bool", "string", "timestamp", "bytes", "duration", "type", "null"],
      complaint: "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps",
    },
  ],
]);
const CLAUSE = /%(?:%|(?:\.\d+)?([a-zA-Z])|.?)/gu;

/** A constant format with a list that is written out: as many arguments as clauses, of types that they can show. */
function formatIssues({ at, target, args }: Call): Issue[] {
  const [list] = args;
  if (target?.kind !== "constant" || typeof target.value !== "string" || list?.kind !== "list") return [];
  const clauses = [...target.value.matchAll(CLAUSE)].filter(([all]) => all !== "%%");
  for (const [i, [, verb = ""]] of clauses.entries()) {
    const clause = CLAUSES.get(verb);
    if (!clause) return [{ at, message: `could not parse formatting clause: unrecognized formatting clause "${verb}"` }];
    const argument = list.items[i];
    if (!argument) return [{ at, message: `index ${i} out of range` }];
    const type = argument.type ?? DYN;
    if (type.kind !== "dyn" && !clause.kinds.includes(type.kind)) {
      return [{ at: argument.at, message: `error during formatting: ${clause.complaint}, was given ${typeName(type)}` }];
    }
  }
  if (clauses.length >= list.items.length) return [];
  return [{ at, message: `too many arguments supplied to string.format (expected ${clauses.length}, got ${list.items.length})` }];
}

/** Items of one list, keys and values of one map, must be of one type; what a format shows needn't. */
function mixtures(expr: Expr): Issue[] {
  if (expr.kind === "list") return oneType(expr.items.map((item, i) => ({ at: item.at, type: typeIn(item, expr.optional.has(i)) }))).slice(0, 1);
  if (expr.kind !== "map") return [];
  return [
    ...oneType(expr.entries.map(({ key }) => ({ at: key.at, type: typeIn(key, false) }))),
    ...oneType(expr.entries.map(({ value, optional }) => ({ at: value.at, type: typeIn(value, optional) }))),
  ];
}

function typeIn({ type = DYN }: Expr, optional: boolean): Type {
  return optional ? (insideOptional(type) ?? DYN) : type;
}

function oneType([first, ...rest]: readonly { readonly at: number; readonly type: Type }[]): Issue[] {
  if (!first) return [];
  return rest
    .filter(({ type }) => !sameType(type, first.type))
    .map(({ at, type }) => ({ at, message: `expected type '${formatType(first.type)}' but found '${formatType(type)}'` }));
}
