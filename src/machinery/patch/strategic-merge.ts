/** Kubernetes' strategic merge patch: a merge patch that knows from the schema which lists merge by key, with directives that say more. */

import { asGoPrints, emptyMap, isObject, own, type Plain, put, shallow } from "../plain.ts";
import type { Schema } from "../schema/schema.ts";
import type { FieldTable } from "../schema/table.ts";
import { fieldOf, itemSchema, memberSchema, writtenWhenEmpty } from "../schema/walk.ts";
import { badRequest } from "../status/status-error.ts";
import { unclassified } from "./failures.ts";
import { byElementOrder, type ElementMerge, elementsMerge } from "./merge-lists.ts";
import { withoutNulls } from "./merge-patch.ts";

const DIRECTIVE = "$patch";
const RETAIN_KEYS = "$retainKeys";
const DELETE_PREFIX = "$deleteFromPrimitiveList";
const ORDER_PREFIX = "$setElementOrder";

/**
 * @param object the live object, which stays as it is; what the patch doesn't touch is shared with the result
 * @param patch the decoded document
 * @param schema the kind's
 * @returns the patched document, not yet checked against the schema
 * @throws StatusError 400 for a malformed directive, 422 for lists of lists, 500 without a reason for what Kubernetes lets through so (an unknown `$patch`, a missing merge key)
 */
export function strategicMergePatch(object: Plain, patch: unknown, schema: Schema): Plain {
  if (!isObject(patch)) {
    const kind = Array.isArray(patch)
      ? "array"
      : patch === null
        ? "null"
        : typeof patch === "boolean"
          ? "bool"
          : typeof patch === "string"
            ? "string"
            : "number";
    throw badRequest(`json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`);
  }
  return mergeObjects(object, patch, schema);
}

function mergeObjects(original: Plain, patch: Plain, schema: Schema | undefined): Plain {
  const directive = own(patch, DIRECTIVE);
  if (directive !== undefined) return directed(directive, patch);
  const result = shallow(original);
  const done = new Set<string>();
  retainKeys(result, patch, done);
  for (const key of Object.keys(patch)) if (key.startsWith(ORDER_PREFIX)) setElementOrder(result, patch, key, schema, done);
  for (const key of Object.keys(patch)) {
    if (done.has(key)) continue;
    if (key.startsWith(DELETE_PREFIX)) deleteFromList(result, listNamed(key, DELETE_PREFIX, "primitive list"), patch[key]);
    else mergeMember(result, key, patch[key], schema);
  }
  return result;
}

/** The whole object by its `$patch`. */
function directed(directive: unknown, patch: Plain): Plain {
  if (directive === "delete") return emptyMap();
  if (directive !== "replace") throw unclassified(`unknown patch type: ${asGoPrints(directive)} in map: ${asGoPrints(patch)}`);
  const replacement = shallow(patch);
  delete replacement[DIRECTIVE];
  return withoutNulls(replacement) as Plain;
}

/** `$retainKeys` names all members that may stay; a member that the patch sets must be among them. */
function retainKeys(result: Plain, patch: Plain, done: Set<string>): void {
  const list = own(patch, RETAIN_KEYS);
  if (list === undefined) return;
  done.add(RETAIN_KEYS);
  if (!Array.isArray(list)) throw badRequest("invalid patch format of retainKeys");
  const retained = new Set(list);
  for (const key of Object.keys(patch)) {
    if (key === RETAIN_KEYS || patch[key] === null || key.startsWith(DELETE_PREFIX) || key.startsWith(ORDER_PREFIX)) continue;
    if (!retained.has(key)) throw badRequest("invalid patch format of retainKeys");
  }
  for (const key of Object.keys(result)) if (!retained.has(key)) delete result[key];
}

/** `$setElementOrder/NAME`: merges the list of that name, then puts it in the order given; what the order doesn't name stays where it was among the rest. */
function setElementOrder(result: Plain, patch: Plain, key: string, schema: Schema | undefined, done: Set<string>): void {
  done.add(key);
  const order = patch[key];
  if (!Array.isArray(order)) throw unclassified(`expected a []interface {}, but received a ${goType(order)}`);
  const name = listNamed(key, ORDER_PREFIX, "setElementOrder list");
  const live = own(result, name);
  const patched = own(patch, name);
  for (const list of [live, patched]) {
    if (list !== undefined && !Array.isArray(list)) throw unclassified(`expected a []interface {}, but received a ${goType(list)}`);
  }
  if (live === undefined && patched === undefined) return;
  const merge = elementMerge(name, schema);
  if (Array.isArray(patched)) checkOrder(patched, order, merge.key);
  let merged: unknown[];
  if (!Array.isArray(patched)) merged = live as unknown[];
  else if (!Array.isArray(live)) merged = withoutDirectives(patched) as unknown[];
  else merged = merge.strategy === "merge" ? elementsMerge(live, patched, merge) : patched;
  put(result, name, merged.length > 0 ? byElementOrder(merged, order, Array.isArray(live) ? live : [], merge.key) : merged);
  done.add(name);
}

/** The patch's elements must stand in the order's order and be among its elements; deletions don't count. */
function checkOrder(patched: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (patched.length === 0 || order.length === 0) return;
  const keyOf = (item: unknown): unknown => {
    if (mergeKey === "") return item;
    if (!isObject(item)) throw unclassified(`expected a map[string]interface {}, but received a ${goType(item)}`);
    if (!Object.hasOwn(item, mergeKey)) throw unclassified(`map: ${asGoPrints(item)} does not contain declared merge key: ${mergeKey}`);
    return item[mergeKey];
  };
  let at = 0;
  for (const item of patched) {
    if (isObject(item) && Object.hasOwn(item, DIRECTIVE)) continue;
    while (at < order.length && keyOf(order[at]) !== keyOf(item)) at++;
    if (at === order.length)
      throw unclassified(`The order in patch list:\n${asGoPrints(patched)}\n doesn't match ${ORDER_PREFIX} list:\n${asGoPrints(order)}\n`);
    at++;
  }
}

function deleteFromList(result: Plain, name: string, unwanted: unknown): void {
  const live = own(result, name);
  if (unwanted === null) delete result[name];
  else if (Array.isArray(live) && Array.isArray(unwanted)) {
    const gone = new Set(unwanted);
    put(
      result,
      name,
      live.filter((item) => !gone.has(item)),
    );
  }
}

function mergeMember(result: Plain, key: string, value: unknown, schema: Schema | undefined): void {
  if (value === null) {
    delete result[key];
    return;
  }
  const field = fieldOf(schema, key);
  const live = own(result, key) ?? (writtenWhenEmpty(field) ? emptyMap() : undefined);
  if (isObject(live) && isObject(value)) {
    put(result, key, otherStrategy(field?.table) === "replace" ? withoutNulls(value) : mergeObjects(live, value, memberSchema(schema, key)));
  } else if (Array.isArray(live) && Array.isArray(value)) {
    const merge = elementMerge(key, schema);
    put(result, key, merge.strategy === "merge" ? elementsMerge(live, value, merge) : value);
  } else {
    const kept = withoutDirectives(withoutNulls(value));
    if (kept === undefined) delete result[key];
    else put(result, key, kept);
  }
}

function elementMerge(name: string, schema: Schema | undefined): ElementMerge {
  const table = fieldOf(schema, name)?.table;
  const items = itemSchema(memberSchema(schema, name));
  return { strategy: otherStrategy(table), key: table?.patchMergeKey ?? "", merge: (live, patch) => mergeObjects(live, patch, items) };
}

/** The field's strategy beside `retainKeys`, which says nothing to the server. */
function otherStrategy(table: FieldTable | undefined): string {
  return table?.patchStrategy?.split(",").find((strategy) => strategy !== "retainKeys") ?? "";
}

function listNamed(key: string, prefix: string, what: string): string {
  if (key.charAt(prefix.length) !== "/") throw badRequest(`invalid patch format of ${what}`);
  return key.slice(prefix.length + 1);
}

/** @returns the value as it may be added to an object that didn't have it: objects with a directive are left out; undefined when nothing is left */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withoutDirectives);
    return items.some((item, i) => item !== value[i]) ? items.filter((item) => item !== undefined) : value;
  }
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return undefined;
  let result = value;
  for (const key of Object.keys(value)) {
    const kept = withoutDirectives(value[key]);
    if (kept === value[key]) continue;
    if (result === value) result = shallow(value);
    if (kept === undefined) delete result[key];
    else put(result, key, kept);
  }
  return result;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  if (value === null) return "%!s(<nil>)";
  if (typeof value === "object") return "map[string]interface {}";
  return typeof value === "boolean"
    ? "bool"
    : typeof value === "string"
      ? "string"
      : Number.isInteger(value) || typeof value === "bigint"
        ? "int64"
        : "float64";
}
