/** Takes out of a custom resource what its schema doesn't know (k8s.io/apiextensions-apiserver pkg/apiserver/schema/pruning). */

import { isObject, type Plain } from "../plain.ts";
import { asResource, META_FIELDS, type Structural } from "./structural.ts";

/**
 * Changes the object.
 * @param root whether it is a resource itself, whose metadata isn't looked at
 * @returns the paths of what was taken out, sorted: `spec.foo`, `spec.list[0].foo`
 */
export function prune(object: Plain, schema: Structural, root = true): string[] {
  const pruner = new Pruner();
  pruner.value(object, root ? asResource(schema) : schema);
  return pruner.unknown.sort();
}

/** The default of a field, which may be any value. @returns whether anything was taken out */
export function pruneValue(value: unknown, schema: Structural): boolean {
  const pruner = new Pruner();
  pruner.value(value, schema);
  return pruner.pruned;
}

class Pruner {
  readonly unknown: string[] = [];
  pruned = false;
  readonly #path: (string | number)[] = [];

  value(value: unknown, schema: Structural | undefined): void {
    if (schema?.preserve) this.#preserved(value, schema);
    else if (Array.isArray(value)) this.#list(value, schema?.items, (item, items) => this.value(item, items));
    else if (isObject(value)) this.#object(value, schema);
  }

  #object(object: Plain, schema: Structural | undefined): void {
    for (const key in object) {
      if (schema?.embedded && META_FIELDS.has(key)) continue;
      const property = schema?.properties.get(key);
      if (property) this.#below(key, object[key], property);
      else if (schema?.additional !== undefined) this.#below(key, object[key], typeof schema.additional === "object" ? schema.additional : undefined);
      else this.#remove(object, key);
    }
  }

  #below(key: string, value: unknown, schema: Structural | undefined): void {
    if (typeof value !== "object" || value === null) return;
    this.#path.push(key);
    this.value(value, schema);
    this.#path.pop();
  }

  #remove(object: Plain, key: string): void {
    if (!META_FIELDS.has(key) || this.#path.length > 0) this.unknown.push(this.#shown(key));
    delete object[key];
    this.pruned = true;
  }

  #shown(key: string): string {
    let path = "";
    for (const part of this.#path) path += typeof part === "number" ? `[${part}]` : `${path && "."}${part}`;
    return path ? `${path}.${key}` : key;
  }

  #list(list: readonly unknown[], items: Structural | undefined, visit: (item: unknown, items: Structural | undefined) => void): void {
    for (const [i, item] of list.entries()) {
      if (typeof item !== "object" || item === null) continue;
      this.#path.push(i);
      visit(item, items);
      this.#path.pop();
    }
  }

  /** Unknown members stay; what is known is pruned within. */
  #preserved(value: unknown, schema: Structural | undefined): void {
    if (!schema) return;
    if (Array.isArray(value)) {
      this.#list(value, schema.items, (item, items) => this.#preserved(item, items));
    } else if (isObject(value)) {
      if (schema.properties.size === 0 && schema.additional === undefined) return;
      for (const key in value) {
        if (schema.embedded && META_FIELDS.has(key)) continue;
        const property = schema.properties.get(key);
        if (property) this.#below(key, value[key], property);
        else if (schema.additional !== undefined) this.#below(key, value[key], typeof schema.additional === "object" ? schema.additional : undefined);
      }
    }
  }
}
