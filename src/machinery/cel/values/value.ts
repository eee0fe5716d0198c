/**
 * Values of expressions. int is a bigint, double a number, bytes a Uint8Array; an error is a value too, because `||` and `&&` can make up for one.
 * Lists and maps are read through an interface, so that an object of the API is never copied, only looked into.
 */

import type { Type } from "../types/type.ts";

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | CelList
  | CelMap
  | Optional
  | TypeValue
  | Opaque
  | CelError;

/** What went wrong; the message is cel-go's. */
export class CelError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** An instant, in nanoseconds since 1970. */
export class Timestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class Optional {
  static readonly none = new Optional(undefined);
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}

export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A value that only functions can look into: a quantity, an address, an authorizer. */
export class Opaque {
  readonly type: Type & { readonly kind: "object" | "opaque" };
  readonly value: unknown;
  /** Whether another value of the same type is the same. */
  readonly equals: (other: unknown) => boolean;
  constructor(type: Opaque["type"], value: unknown, equals: (other: unknown) => boolean) {
    this.type = type;
    this.value = value;
    this.equals = equals;
  }
}

/** A list. How it is compared and added to may be its own (`x-kubernetes-list-type`). */
export abstract class CelList {
  abstract readonly size: number;
  abstract get(index: number): Value;
  equals?(other: CelList): boolean | CelError;
  add?(other: CelList): Value;

  *[Symbol.iterator](): Generator<Value> {
    for (let i = 0; i < this.size; i++) yield this.get(i);
  }
}

/** A map, or an object with fields. */
export abstract class CelMap {
  abstract readonly size: number;
  /** @returns undefined where there is no such key */
  abstract find(key: Value): Value | undefined;
  abstract keys(): Iterable<Value>;
  /** The name of its type, where that isn't `map`. */
  readonly typeName: string | undefined = undefined;
}

export class ValueList extends CelList {
  readonly items: Value[];
  constructor(items: Value[]) {
    super();
    this.items = items;
  }
  override get size(): number {
    return this.items.length;
  }
  override get(index: number): Value {
    return this.items[index]!;
  }
}

/** A list that a fold is building: adding to it changes it, because nothing else can see it yet. */
export class GrowingList extends ValueList {}

export class ValueMap extends CelMap {
  readonly #entries = new Map<string, readonly [Value, Value]>();
  override readonly typeName: string | undefined;
  constructor(entries: Iterable<readonly [Value, Value]> = [], typeName?: string) {
    super();
    this.typeName = typeName;
    for (const [key, value] of entries) this.set(key, value);
  }
  override get size(): number {
    return this.#entries.size;
  }
  override find(key: Value): Value | undefined {
    const text = keyText(key);
    return text === undefined ? undefined : this.#entries.get(text)?.[1];
  }
  override *keys(): Generator<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }
  set(key: Value, value: Value): void {
    this.#entries.set(keyText(key) ?? "", [key, value]);
  }
}

/** A map that a fold is building. */
export class GrowingMap extends ValueMap {}

/** Keys that are equal have one text: 1, 1u and 1.0 are one key. @returns undefined for what can't be a key */
export function keyText(key: Value): string | undefined {
  if (typeof key === "string") return `s${key}`;
  if (typeof key === "boolean") return `b${key}`;
  if (typeof key === "bigint") return `n${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  return typeof key === "number" && Number.isInteger(key) ? `n${BigInt(key)}` : undefined;
}

export const isError = (value: Value): value is CelError => value instanceof CelError;
export const noSuchOverload = (): CelError => new CelError("no such overload");

/** The name of a value's type: what `type(x)` gives, and messages show. */
export function nameOfType(value: Value): string {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return "double";
    case "string":
      return "string";
    default:
      return nameOfObject(value);
  }
}

function nameOfObject(value: Value): string {
  if (value === null) return "null_type";
  if (value instanceof Uint) return "uint";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof CelList) return "list";
  if (value instanceof CelMap) return value.typeName ?? "map";
  if (value instanceof Timestamp) return "google.protobuf.Timestamp";
  if (value instanceof Duration) return "google.protobuf.Duration";
  if (value instanceof Optional) return "optional_type";
  if (value instanceof Opaque) return value.type.name;
  return value instanceof TypeValue ? "type" : "error";
}

/** How large a value is: characters, bytes, items, entries; undefined for what has no size. */
export function sizeOf(value: Value): number | undefined {
  if (typeof value === "string") return characters(value);
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof CelList || value instanceof CelMap) return value.size;
  return undefined;
}

/** The number of Unicode characters: those outside the basic plane take two units in JavaScript. */
export function characters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) {
      const next = text.charCodeAt(i + 1);
      if (next >= 0xdc00 && next < 0xe000) {
        count--;
        i++;
      }
    }
  }
  return count;
}
