/** What a call may cost, and how large its result may be. [Kubernetes' apiserver pkg/cel/library/cost.go; cel-go checker/cost.go, ext/lists.go, ext/sets.go] */

import type { Call, Expr } from "../syntax/ast.ts";
import { AUTHORIZATION_COST, LIST_COST, OBJECT_COST, REGEX, TRAVERSAL } from "./actual.ts";
import type { EntrySize, Estimator } from "./estimate.ts";
import { FREE, ONE, plus, type Range, range, scaled, times, UNBOUNDED, union } from "./range.ts";

export interface Estimate {
  readonly cost: Range;
  readonly size?: Range;
}

interface Situation {
  readonly estimator: Estimator;
  readonly expr: Call;
  readonly id: string;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
  size(expr: Expr): Range;
}

type Rule = (at: Situation) => Estimate | undefined;

const NOMINAL: Estimate = { cost: ONE };
const FORMAT_SIZE_MAX = 64;
const FORMAT_REGEX_MAX = 128;
const ADDRESS_BYTES = range(4, 16);

/** @returns the estimate with the costs of the arguments; of a target they count elsewhere */
export function callEstimate(estimator: Estimator, expr: Call, id: string, argCosts: readonly Range[]): Estimate {
  const at: Situation = { estimator, expr, id, target: expr.target, args: expr.args, size: (one) => estimator.sizeOrUnknown(one) };
  if (id === "logical_or" || id === "logical_and") return { cost: range(argCosts[0]!.min, plus(...argCosts).max) };
  if (id === "conditional") return conditional(at, argCosts);
  const estimate = byOverload(at) ?? BY_NAME.get(expr.name)?.(at) ?? standard(at) ?? NOMINAL;
  return { ...estimate, cost: plus(estimate.cost, ...argCosts) };
}

function conditional({ estimator, expr, size }: Situation, [condition = FREE, yes = FREE, no = FREE]: readonly Range[]): Estimate {
  const [, a, b] = expr.args;
  estimator.setEntries(expr, joined(estimator.entriesOf(a!), estimator.entriesOf(b!)));
  return { cost: plus(condition, union(yes, no)), size: union(size(a!), size(b!)) };
}

function joined(a: EntrySize | undefined, b: EntrySize | undefined): EntrySize | undefined {
  return a && b && { list: a.list, key: union(a.key, b.key), value: union(a.value, b.value) };
}

const argument: Rule = ({ args, size }) => (args[0] ? { cost: scaled(size(args[0]), TRAVERSAL) } : undefined);
const argumentAndSize: Rule = ({ args, size }) => (args.length === 1 ? { cost: scaled(size(args[0]!), TRAVERSAL), size: size(args[0]!) } : undefined);
const targetAndSize: Rule = ({ target, size }) => target && { cost: scaled(size(target), TRAVERSAL), size: size(target) };
const selector: Rule = ({ args, size }) => {
  const length = size(args[0]!);
  return { cost: plus(range(LIST_COST), scaled(length, TRAVERSAL), scaled(scaled(length, 0.5), LIST_COST + OBJECT_COST)) };
};

/** A look at each item, and at each character of items that are texts. */
const eachItem: Rule = ({ estimator, expr, target, size }) => {
  if (!target) return undefined;
  const items = estimator.itemsOf(target);
  if (items) {
    const text = items.type.kind === "string" || items.type.kind === "bytes";
    return { cost: times(size(target), text ? plus(ONE, scaled(items.size, TRAVERSAL)) : ONE) };
  }
  return { cost: expr.name === "includes" ? size(target) : scaled(size(target), TRAVERSAL) };
};

const find: Rule = ({ target, args, size }) => target && { cost: pattern(size(target), size(args[0]!)), size: range(0, size(target).max) };
const pattern = (text: Range, regex: Range): Range => times(scaled(plus(text, ONE), TRAVERSAL), scaled(regex, REGEX));

const replace: Rule = ({ target, args, size }) => {
  if (!target) return undefined;
  const [text, part, by] = [size(target), size(args[0]!), size(args[1]!)];
  const longest = mostReplaced(text.max, part.min, by.max);
  const shortest = leastReplaced(text.min, part.max, by.min);
  const total = plus(times(range(shortest.count, longest.count), by), range(shortest.kept, longest.kept));
  return { cost: scaled(text, 2 * TRAVERSAL), size: total };
};

function mostReplaced(text: number, part: number, by: number): { count: number; kept: number } {
  if (part === 0) return { count: text + 1, kept: text };
  return by <= part ? { count: 0, kept: text } : { count: Math.ceil(text / part), kept: 0 };
}

function leastReplaced(text: number, part: number, by: number): { count: number; kept: number } {
  if (part === 0) return { count: text + 1, kept: text };
  return part <= by ? { count: 0, kept: text } : { count: Math.ceil(text / part), kept: 0 };
}

const split: Rule = ({ target, args, size }) => {
  if (!target) return undefined;
  return { cost: scaled(size(target), 2 * TRAVERSAL), size: range(0, intOf(args[1]) ?? size(target).max) };
};

const join: Rule = ({ estimator, target, args, size }) => {
  if (!target) return undefined;
  const count = size(target);
  const items = estimator.itemsOf(target);
  const separators = args[0] ? times(size(args[0]), range(Math.max(0, count.min - 1), Math.max(0, count.max - 1))) : FREE;
  const total = plus(items ? times(count, items.size) : FREE, separators);
  return { cost: scaled(total, TRAVERSAL), size: total };
};

const containsIp: Rule = ({ id, args, size }) => {
  const cost = scaled(plus(ADDRESS_BYTES, ADDRESS_BYTES), TRAVERSAL);
  return { cost: id === "cidr_contains_ip_string" ? plus(cost, scaled(size(args[0]!), TRAVERSAL)) : cost };
};
const containsCidr: Rule = ({ id, args, size }) => {
  const cost = plus(scaled(plus(ADDRESS_BYTES, ADDRESS_BYTES), TRAVERSAL), scaled(ADDRESS_BYTES, TRAVERSAL), ONE);
  return { cost: id === "cidr_contains_cidr_string" ? plus(cost, scaled(size(args[0]!), TRAVERSAL)) : cost };
};

const O1_OBJECTS: ReadonlySet<string> = new Set(
  ["kubernetes.Quantity", "kubernetes.Semver"].concat(
    ["Authorizer", "PathCheck", "GroupCheck", "ResourceCheck", "Decision"].map((name) => `kubernetes.authorization.${name}`),
  ),
);

const equality: Rule = ({ args: [a, b], size }) => {
  if (!a?.type || !b?.type || !("name" in a.type) || !("name" in b.type) || a.type.name !== b.type.name) return undefined;
  if (a.type.kind === "opaque") return a.type.name.startsWith("net.") ? NOMINAL : undefined;
  if (O1_OBJECTS.has(a.type.name)) return NOMINAL;
  if (a.type.name === "kubernetes.NamedFormat") return { cost: scaled(range(1, FORMAT_SIZE_MAX), TRAVERSAL) };
  return a.type.name === "kubernetes.URL" ? { cost: scaled(range(1, Math.max(1, size(b).max)), TRAVERSAL) } : undefined;
};

const BY_NAME: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["check", () => ({ cost: range(AUTHORIZATION_COST) })],
  ["fieldSelector", selector],
  ["labelSelector", selector],
  ...["isSorted", "sum", "max", "min", "indexOf", "lastIndexOf", "includes"].map((name) => [name, eachItem] as const),
  ["url", argumentAndSize],
  ["jsonpatch.escapeKey", argumentAndSize],
  ...["lowerAscii", "upperAscii", "substring", "trim"].map((name) => [name, targetAndSize] as const),
  ["replace", replace],
  ["split", split],
  ["join", join],
  ["find", find],
  ["findAll", find],
  ...["cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver"].map((name) => [name, argument] as const),
  ["ip", (at) => (at.id === "cidr_ip" ? NOMINAL : argument(at))],
  ["ip.isCanonical", ({ args, size }) => ({ cost: scaled(size(args[0]!), 2 * TRAVERSAL) })],
  ["containsIP", containsIp],
  ["containsCIDR", containsCidr],
  ["validate", ({ args, size }) => ({ cost: scaled(scaled(size(args[0]!), TRAVERSAL), FORMAT_REGEX_MAX * REGEX) })],
  ["_==_", equality],
]);

const allocating = (factor: number, size: Range): Estimate => ({ cost: plus(scaled(size, factor), ONE, range(LIST_COST)), size });
const squared = (factor: number, size: Range): Estimate => allocating(factor, times(size, size));

/** The libraries of lists and sets go by overload. */
function byOverload({ id, target, args, size }: Situation): Estimate | undefined {
  if (id.endsWith("_sort")) return squared(/^list_(?:string|bytes)_/.test(id) ? 2 + TRAVERSAL : 2, size(target!));
  if (id.endsWith("_sortByAssociatedKeys")) return squared(/^list_(?:string|bytes)_/.test(id) ? 2 + TRAVERSAL : 2, size(args[0]!));
  switch (id) {
    case "list_slice": {
      const start = uintOf(args[0]) ?? 0;
      const end = uintOf(args[1]) ?? size(target!).max;
      // Below zero it would be an error when it runs; 64 bits without a sign make it as large as can be.
      return allocating(1, range(end < start ? UNBOUNDED : end - start));
    }
    case "lists_range":
      return allocating(1, range(uintOf(args[0]) ?? UNBOUNDED));
    case "list_reverse":
    case "list_flatten":
      return allocating(1, size(target!));
    case "list_flatten_int":
      return allocating(uintOf(args[0]) ?? UNBOUNDED, size(target!));
    case "list_distinct":
      return squared(2, size(target!));
    case "list_sets_contains_list":
    case "list_sets_intersects_list":
      return { cost: plus(times(size(args[0]!), size(args[1]!)), ONE) };
    case "list_sets_equivalent_list":
      return { cost: plus(scaled(times(size(args[0]!), size(args[1]!)), 2), ONE) };
    default:
      return undefined;
  }
}

function intOf(expr: Expr | undefined): number | undefined {
  return expr?.kind === "constant" && typeof expr.value === "bigint" ? Number(expr.value) : undefined;
}

function uintOf(expr: Expr | undefined): number | undefined {
  const value = intOf(expr);
  return value === undefined ? undefined : Math.max(0, value);
}

/** CEL's own functions. */
function standard({ estimator, expr, id, target, args, size }: Situation): Estimate | undefined {
  switch (id) {
    case "string_format":
      return { cost: scaled(size(target!), TRAVERSAL) };
    case "string_to_bytes":
      return { cost: scaled(size(args[0]!), TRAVERSAL), size: range(size(args[0]!).min, size(args[0]!).max * 4) };
    case "bytes_to_string":
      return { cost: scaled(size(args[0]!), TRAVERSAL), size: range(Math.floor(size(args[0]!).min / 4), size(args[0]!).max) };
    case "strings_quote":
      return { cost: scaled(size(args[0]!), TRAVERSAL), size: range(size(args[0]!).min + 2, size(args[0]!).max * 2 + 2) };
    case "starts_with_string":
    case "ends_with_string":
      return { cost: scaled(size(args[0]!), TRAVERSAL) };
    case "in_list":
      return { cost: size(args[1]!) };
    case "matches":
      return { cost: pattern(size(args[0]!), size(args[1]!)) };
    case "matches_string":
      return { cost: pattern(size(target!), size(args[0]!)) };
    case "contains_string":
      return { cost: times(scaled(size(target!), TRAVERSAL), scaled(size(args[0]!), TRAVERSAL)) };
    case "add_string":
    case "add_bytes":
    case "add_list": {
      const total = plus(size(args[0]!), size(args[1]!));
      estimator.setEntries(expr, joined(estimator.entriesOf(args[0]!), estimator.entriesOf(args[1]!)));
      return { cost: id === "add_list" ? ONE : scaled(total, TRAVERSAL), size: total };
    }
    default:
      return /^(?:less|greater)(?:_equals)?_(?:string|bytes)$|^(?:not_)?equals$/.test(id) ? { cost: lesser(size(args[0]!), size(args[1]!)) } : undefined;
  }
}

/** Two texts are compared until the shorter ends. */
function lesser(a: Range, b: Range): Range {
  const max = Math.min(a.max, b.max);
  return scaled(range(max > 0 ? 1 : 0, max), TRAVERSAL);
}
