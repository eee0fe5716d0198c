/** A value and what stood in its place before: what didn't change needn't satisfy a schema that has become stricter (KEP-4008; k8s.io/apiserver pkg/cel/common/equality.go). */

import { equal, isObject, own, type Plain } from "../plain.ts";
import { memberOf, type Structural } from "./structural.ts";

export class Correlated {
  readonly value: unknown;
  readonly old: unknown;
  readonly #schema: Structural | undefined;
  #unchanged: boolean | undefined;
  #byKeys: ReadonlyMap<string, unknown> | undefined;

  constructor(value: unknown, old: unknown, schema: Structural | undefined) {
    this.value = value;
    this.old = old;
    this.#schema = schema;
  }

  /** Whether the value is as it was, as far as the schema tells: items that have keys may have changed places. */
  get unchanged(): boolean {
    this.#unchanged ??= this.#compare();
    return this.#unchanged;
  }

  #compare(): boolean {
    const { value, old } = this;
    if (Array.isArray(value)) {
      if (!Array.isArray(old) || value.length !== old.length) return false;
      if (this.#schema?.listType !== "map" || !this.#schema.items) return equal(value, old);
      return value.every((_, i) => this.item(i)?.unchanged === true);
    }
    if (!isObject(value)) return equal(value, old);
    if (!isObject(old) || Object.keys(value).length !== Object.keys(old).length) return false;
    return Object.keys(value).every((name) => this.member(name)?.unchanged === true);
  }

  /** @returns the member with what it was before; undefined where there was none to compare it with */
  member(name: string): Correlated | undefined {
    const inside = memberOf(this.#schema, name);
    if (!inside || !isObject(this.value) || !isObject(this.old)) return undefined;
    if (!Object.hasOwn(this.value, name) || !Object.hasOwn(this.old, name)) return undefined;
    return new Correlated(this.value[name], this.old[name], inside);
  }

  /** @returns the item with the one that had its keys before; items of other lists than maps have no past */
  item(i: number): Correlated | undefined {
    const schema = this.#schema;
    if (schema?.listType !== "map" || !schema.items || !Array.isArray(this.value) || !Array.isArray(this.old)) return undefined;
    const text = keysText(this.value[i], schema);
    if (text === undefined) return undefined;
    this.#byKeys ??= new Map(this.old.map((item): [string, unknown] => [keysText(item, schema) ?? "", item]).toReversed());
    const before = this.#byKeys.get(text);
    return before === undefined ? undefined : new Correlated(this.value[i], before, schema.items);
  }
}

/** @returns undefined for what isn't an object */
function keysText(item: unknown, { listMapKeys, items }: Structural): string | undefined {
  if (!isObject(item)) return undefined;
  const keys = listMapKeys.map((name) => own(item as Plain, name) ?? items?.properties.get(name)?.default ?? null);
  return JSON.stringify(keys, (_, value) => (typeof value === "bigint" ? String(value) : value));
}
