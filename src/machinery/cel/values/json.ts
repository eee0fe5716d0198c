/**
 * Values out of JSON, only as far as an expression looks. Where a declaration says what is there, a number under `number` is a double, a text under
 * `date-time` an instant; without one, whole numbers are ints. [Kubernetes' apiserver pkg/cel/common/valuesunstructured.go]
 */

import { DurationError, parseDuration } from "../../duration.ts";
import { type CelType, DYNAMIC, fieldNamed } from "../declaration.ts";
import { timestampOf } from "../functions/conversions.ts";
import { equal } from "./compare.ts";
import { CelError, CelList, CelMap, Duration, isError, keyText, type Value, ValueList } from "./value.ts";

/** @returns the value of a piece of JSON; an error where it isn't what was declared. Undefined counts as null. */
export function jsonValue(json: unknown, declaration: CelType = DYNAMIC): Value {
  if (json === null || json === undefined)
    return declaration.kind === "dyn" || declaration.nullable ? null : new CelError("invalid data, got null for schema with nullable=false");
  switch (declaration.kind) {
    case "dyn":
      return dynamic(json);
    case "intOrString":
      return typeof json === "string" ? json : (integer(json) ?? new CelError("invalid data, expected XIntOrString value to be either a string or integer"));
    case "object":
    case "map":
      return isPlain(json) ? new JsonMap(json, declaration) : new CelError("invalid data, expected a map for the provided schema with type=object");
    case "list":
      return Array.isArray(json) ? jsonList(json, declaration) : new CelError("invalid data, expected an array for the provided schema with type=array");
    case "int":
      return integer(json) ?? new CelError(`invalid data, expected int, got ${goTypeOf(json)}`);
    case "double":
      return typeof json === "number" || typeof json === "bigint" ? Number(json) : new CelError(`invalid data, expected float, got ${goTypeOf(json)}`);
    case "bool":
      return typeof json === "boolean" ? json : new CelError(`invalid data, expected bool, got ${goTypeOf(json)}`);
    case "unknown":
      return dynamic(json);
    default:
      return typeof json === "string" ? text(json, declaration.kind) : new CelError(`invalid data, expected string, got ${goTypeOf(json)}`);
  }
}

const isPlain = (json: unknown): json is Readonly<Record<string, unknown>> => typeof json === "object" && json !== null && !Array.isArray(json);
const integer = (json: unknown): bigint | undefined => (typeof json === "bigint" ? json : Number.isInteger(json) ? BigInt(json as number) : undefined);

function goTypeOf(json: unknown): string {
  if (typeof json === "string") return "string";
  if (typeof json === "boolean") return "bool";
  if (typeof json === "number" || typeof json === "bigint") return Number.isInteger(json) || typeof json === "bigint" ? "int64" : "float64";
  return Array.isArray(json) ? "[]interface {}" : "map[string]interface {}";
}

function dynamic(json: unknown): Value {
  if (typeof json === "string" || typeof json === "boolean" || typeof json === "bigint") return json;
  if (typeof json === "number") return Number.isInteger(json) ? BigInt(json) : json;
  if (Array.isArray(json)) return new JsonList(json, DYNAMIC);
  return isPlain(json) ? new JsonMap(json, DYNAMIC) : new CelError("unsupported value");
}

function text(json: string, kind: CelType["kind"]): Value {
  switch (kind) {
    case "duration":
      return durationValue(json);
    case "date":
      return timestampValue(`${json}T00:00:00Z`, (why) => `Invalid date formatted string ${json}: ${why}`);
    case "timestamp":
      return timestampValue(json.replace(/[t ]/, "T").replace(/z$/, "Z"), (why) => `Invalid date-time formatted string ${json}: ${why}`);
    case "bytes":
      return Buffer.from(json, "base64");
    default:
      return json;
  }
}

function timestampValue(json: string, complaint: (why: string) => string): Value {
  const instant = timestampOf(json);
  return isError(instant) ? new CelError(complaint(instant.message)) : instant;
}

/** Besides Go's durations, the looser words that the format allows: `3 days`. */
const LOOSE = /^(\d+(?:\.\d*)?)\s*([A-Za-zµ]+)$/;
const LOOSE_SECONDS: readonly (readonly [RegExp, number])[] = [
  [/^w(?:k|eeks?)?$/, 604_800],
  [/^d(?:ays?)?$/, 86_400],
  [/^h(?:rs?|ours?)?$/, 3600],
  [/^m(?:ins?|inutes?)?$/, 60],
  [/^s(?:ecs?|econds?)?$/, 1],
  [/^ms|milli.*$/, 0.001],
  [/^[uµ]s|micro.*$/, 0.000_001],
  [/^ns|nano.*$/, 1e-9],
];

function durationValue(json: string): Value {
  try {
    return new Duration(parseDuration(json));
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    const [, count = "", unit = ""] = LOOSE.exec(json) ?? [];
    const seconds = LOOSE_SECONDS.find(([pattern]) => pattern.test(unit.toLowerCase()))?.[1];
    return seconds === undefined || count === ""
      ? new CelError(`Invalid duration ${json}: ${error.message}`)
      : new Duration(BigInt(Math.round(Number(count) * seconds * 1e9)));
  }
}

class JsonList extends CelList {
  readonly json: readonly unknown[];
  readonly #items: CelType;
  constructor(json: readonly unknown[], items: CelType) {
    super();
    this.json = json;
    this.#items = items;
  }
  override get size(): number {
    return this.json.length;
  }
  override get(index: number): Value {
    return jsonValue(this.json[index], this.#items);
  }
}

function jsonList(json: readonly unknown[], declaration: CelType): CelList {
  const items = declaration.items ?? DYNAMIC;
  if (declaration.listType === "set") return new JsonSet(json, items);
  return declaration.listType === "map" ? new JsonMapList(json, items, declaration.listKeys ?? []) : new JsonList(json, items);
}

/** `x-kubernetes-list-type: set`: order doesn't count, and what is there isn't added again. */
class JsonSet extends JsonList {
  override equals(other: CelList): boolean {
    if (this.size !== other.size) return false;
    const texts = (list: CelList) => new Set(Array.from(list, (item) => keyText(item) ?? ""));
    const [mine, theirs] = [texts(this), texts(other)];
    return mine.size === theirs.size && [...mine].every((one) => theirs.has(one));
  }
  override add(other: CelList): Value {
    const items = Array.from(this);
    const seen = new Set(items.map((item) => keyText(item)));
    for (const item of other) if (!seen.has(keyText(item))) items.push(item);
    return new ValueList(items);
  }
}

/** `x-kubernetes-list-type: map`: items are known by their keys, wherever they stand. */
class JsonMapList extends JsonList {
  readonly #keys: readonly string[];
  constructor(json: readonly unknown[], items: CelType, keys: readonly string[]) {
    super(json, items);
    this.#keys = keys;
  }
  #keyOf(item: Value): string {
    return JSON.stringify(this.#keys.map((key) => (item instanceof CelMap ? (keyText(item.find(key) ?? null) ?? "") : "")));
  }
  override equals(other: CelList): boolean | CelError {
    if (this.size !== other.size) return false;
    const mine = new Map(Array.from(this, (item) => [this.#keyOf(item), item]));
    const seen = new Set<string>();
    for (const item of other) {
      const key = this.#keyOf(item);
      const same = mine.get(key);
      if (same === undefined) return false;
      const result = equal(same, item);
      if (result !== true) return result;
      seen.add(key);
    }
    return seen.size === mine.size;
  }
  override add(other: CelList): Value {
    const items = new Map(Array.from(this, (item) => [this.#keyOf(item), item]));
    for (const item of other) items.set(this.#keyOf(item), item);
    return new ValueList([...items.values()]);
  }
}

class JsonMap extends CelMap {
  readonly json: Readonly<Record<string, unknown>>;
  readonly #declaration: CelType;
  constructor(json: Readonly<Record<string, unknown>>, declaration: CelType) {
    super();
    this.json = json;
    this.#declaration = declaration;
  }
  #known(name: string): boolean {
    return this.json[name] !== undefined && Object.hasOwn(this.json, name);
  }
  override get size(): number {
    return Object.keys(this.json).length;
  }
  override find(key: Value): Value | undefined {
    if (typeof key !== "string") return undefined;
    const { fields, items, kind } = this.#declaration;
    if (!fields) return this.#known(key) ? jsonValue(this.json[key], items ?? DYNAMIC) : undefined;
    const field = fieldNamed(this.#declaration, key);
    if (!field) return kind === "object" ? undefined : jsonValue(this.json[key]);
    return this.#known(field.jsonName) ? jsonValue(this.json[field.jsonName], field.type) : undefined;
  }
  override *keys(): Generator<Value> {
    for (const name of Object.keys(this.json)) if (this.json[name] !== undefined) yield name;
  }
}
