/** Whether a document can be applied: every field declared, every value of its type, no item twice (structured-merge-diff typed/validate.go). */

import { asGoPrints, isObject } from "../plain.ts";
import { shownElement } from "./element.ts";
import { ANY, ItemError, itemElement, type LeafType, type Type } from "./types.ts";

export interface Checked {
  /** Complaints in structured-merge-diff's words: `.spec.foo: field not declared in schema`. */
  readonly errors: readonly string[];
  readonly hasNulls: boolean;
}

export function check(type: Type, document: unknown): Checked {
  const checker = new Checker();
  checker.value(type, document, "");
  return checker;
}

class Checker implements Checked {
  readonly errors: string[] = [];
  hasNulls = false;

  value(type: Type, value: unknown, path: string): void {
    if (value === null || value === undefined) {
      this.hasNulls ||= value === null;
      return;
    }
    switch (type.kind) {
      case "leaf":
        this.#leaf(type, value, path);
        break;
      case "atomic":
        if (type.shape === "object" && !isObject(value)) this.#complain(path, `expected map, got &{${asGoPrints(value)}}`);
        else if (type.shape === "list" && !Array.isArray(value)) this.#complain(path, `expected list, got &{${asGoPrints(value)}}`);
        else if (Array.isArray(value)) for (const [i, item] of value.entries()) this.value(type.inside ?? ANY, item, `${path}[${i}]`);
        else this.value(type.inside ?? ANY, value, path);
        break;
      case "any":
        if (isObject(value)) for (const key in value) this.value(ANY, value[key], `${path}.${key}`);
        break;
      case "struct":
      case "map":
        if (!isObject(value)) this.#complain(path, `expected map, got &{${asGoPrints(value)}}`);
        else this.#members(type, value, path);
        break;
      default:
        if (!Array.isArray(value)) this.#complain(path, `expected list, got &{${asGoPrints(value)}}`);
        else this.#items(type, value, path);
    }
  }

  #complain(path: string, message: string): void {
    this.errors.push(path === "" ? message : `${path}: ${message}`);
  }

  #members(type: Extract<Type, { kind: "struct" | "map" }>, value: Record<string, unknown>, path: string): void {
    for (const key in value) {
      const below = type.kind === "map" ? type.values : type.field(key)?.type;
      if (below === undefined) {
        this.#complain(`${path}.${key}`, "field not declared in schema");
        return;
      }
      this.value(below, value[key], `${path}.${key}`);
    }
  }

  #items(type: Extract<Type, { kind: "set" | "keyed" }>, list: readonly unknown[], path: string): void {
    const seen = new Set<string>();
    for (const [i, item] of list.entries()) {
      try {
        const element = itemElement(type, item);
        if (seen.has(element)) this.#complain(path, `duplicate entries for key ${shownElement(element)}`);
        seen.add(element);
        if (type.kind === "keyed") this.value(type.items, item, `${path}${shownElement(element)}`);
      } catch (error) {
        if (!(error instanceof ItemError)) throw error;
        this.#complain(path, `element ${i}: ${error.message}`);
        return;
      }
    }
  }

  #leaf(type: LeafType, value: unknown, path: string): void {
    const sort = typeof value === "bigint" ? "number" : typeof value;
    if (type.scalar === "untyped" ? sort !== "object" : sort === type.scalar) return;
    if (type.scalar === "number") this.#complain(path, `expected numeric (int or float), got ${goType(value)}`);
    else if (type.scalar === "string") this.#complain(path, `expected string, got &value.valueUnstructured{Value:${asGoPrints(value)}}`);
    else this.#complain(path, `expected ${type.scalar === "boolean" ? "boolean" : "any scalar"}, got &{${asGoPrints(value)}}`);
  }
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  return isObject(value) ? "map[string]interface {}" : typeof value === "boolean" ? "bool" : "string";
}
