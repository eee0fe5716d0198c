/** What a mutating policy's expression makes of an object. [k8s.io/apiserver pkg/admission/plugin/policy/mutating/patch] */

import type { Kind, KubeObject } from "../../../api/kind.ts";
import { check } from "../../../machinery/apply/check.ts";
import { shownElement } from "../../../machinery/apply/element.ts";
import { merge } from "../../../machinery/apply/merge.ts";
import { ANY, itemElement, type Type, typeOf } from "../../../machinery/apply/types.ts";
import { jsonOf, NoJsonError } from "../../../machinery/cel/values/to-json.ts";
import { CelList, CelMap, type Value } from "../../../machinery/cel/values/value.ts";
import { goQuote } from "../../../machinery/go-quote.ts";
import { jsonPatch } from "../../../machinery/patch/json-patch.ts";
import { isObject, type Plain } from "../../../machinery/plain.ts";
import { StatusError } from "../../../machinery/status/status-error.ts";
import { copyOf, objectFrom } from "./document.ts";

/** The patch can't be made or doesn't fit. */
export class PatchError extends Error {
  override name = "PatchError";
}

/** @param value an `Object{…}`. @returns another object. @throws PatchError */
export function applied(kind: Kind, object: KubeObject, value: Value): KubeObject {
  checkNames(value, "Object");
  const patch = { ...(json(value) as Plain), apiVersion: kind.apiVersion, kind: kind.name };
  const type = typeOf(kind.schema);
  const { errors } = check(type, patch);
  if (errors.length > 0)
    throw new PatchError(
      `error applying patch: failed to convert patch object to typed object: ${errors.length > 1 ? `errors:\n  ${errors.join("\n  ")}` : errors[0]}`,
    );
  const atomic = atomics(type, patch, "");
  if (atomic.length > 0)
    throw new PatchError(`error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic.join(", ")}`);
  return decoded(kind, merge(type, copyOf(kind, object), patch));
}

/** @param value a list of `JSONPatch{…}`. @returns another object, or the same where a test among the operations fails. @throws PatchError */
export function patched(kind: Kind, object: KubeObject, value: Value): KubeObject {
  const operations = value instanceof CelList ? Array.from(value, operation) : [];
  try {
    return decoded(kind, jsonPatch(copyOf(kind, object), operations, kind.form ? undefined : kind.schema));
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const why = error.cause instanceof Error ? error.cause.message : error.message;
    if (operations.some(({ op }) => op === "test") && /test/i.test(why)) return object;
    throw new PatchError(`JSON Patch: ${why}`);
  }
}

const OPERATION_FIELDS: ReadonlySet<Value> = new Set(["op", "path", "from", "value"]);

function operation(value: Value): Plain {
  for (const name of value instanceof CelMap ? value.keys() : [])
    if (!OPERATION_FIELDS.has(name)) throw new PatchError(`unexpected JSONPatchType field: ${String(name)}`);
  const field = (name: string): Value | undefined => (value instanceof CelMap ? value.find(name) : undefined);
  const content = field("value");
  if (content instanceof CelMap && content.typeName?.startsWith("Object")) checkNames(content, content.typeName);
  const [op, path, from] = ["op", "path", "from"].map(field);
  return { op: op ?? "", path: path ?? "", ...(from !== undefined && from !== "" && { from }), ...(content !== undefined && { value: json(content) }) };
}

function json(value: Value): unknown {
  try {
    return jsonOf(value);
  } catch (error) {
    throw error instanceof NoJsonError ? new PatchError(error.message) : error;
  }
}

function decoded(kind: Kind, document: unknown): KubeObject {
  if (!isObject(document)) throw new PatchError("the patched document is no object");
  return objectFrom(kind, document);
}

/** The name of an object's type says where it stands: `Object.spec.template`. */
function checkNames(value: Value, path: string): void {
  if (value instanceof CelList) for (const item of value) checkNames(item, path);
  if (!(value instanceof CelMap)) return;
  const isTyped = value.typeName === "Object" || value.typeName?.startsWith("Object.") === true;
  if (isTyped && value.typeName !== path) {
    throw new PatchError(
      `type mismatch: unexpected type name ${goQuote(value.typeName!)}, expected ${goQuote(path)}, which matches field name path from root Object type`,
    );
  }
  for (const key of value.keys()) checkNames(value.find(key) ?? null, isTyped ? `${path}.${String(key)}` : path);
}

/** Paths of what is one value and would be replaced whole. */
function atomics(type: Type, value: unknown, path: string): string[] {
  if (value === null || value === undefined) return [];
  if (type.kind === "atomic") return Array.isArray(value) || isObject(value) ? [path] : [];
  if (Array.isArray(value))
    return type.kind === "keyed" ? value.flatMap((item) => atomics(type.items, item, `${path}${shownElement(itemElement(type, item))}`)) : [];
  if (!isObject(value) || (type.kind !== "struct" && type.kind !== "map")) return [];
  return Object.keys(value).flatMap((name) => atomics(type.kind === "struct" ? (type.field(name)?.type ?? ANY) : type.values, value[name], `${path}.${name}`));
}
