/** Whether a document can be applied: every field declared, every value of its type, no item twice (structured-merge-diff typed/validate.go). */

import { asGoPrints, isObject } from "../plain.ts";
import { shownElement } from "./element.ts";
import { ANY, type AtomicType, ItemError, itemElement, type LeafType, type Type } from "./types.ts";

export interface Checked {
  /** Complaints in structured-merge-diff's words: `.spec.foo: field not declared in schema`. */
  readonly errors: readonly string[];
  readonly hasNulls: boolean;
}

export function check(type: Type, document: unknown): Checked {
  const checker = new Checker();
  checker.value(type, document);
  return checker;
}

class Checker implements Checked {
  readonly errors: string[] = [];
  hasNulls = false;
  /** Names, and the elements or indices of items, as they are shown: joined only for a complaint. */
  readonly #path: (string | number)[] = [];

  value(type: Type, value: unknown): void {
    if (value === null || value === undefined) {
      this.hasNulls ||= value === null;
      return;
    }
    switch (type.kind) {
      case "leaf":
        this.#leaf(type, value);
        break;
      case "atomic":
        this.#atomic(type, value);
        break;
      case "any":
        if (isObject(value)) this.#members(type, value);
        break;
      case "struct":
      case "map":
        if (!isObject(value)) this.#complain(`expected map, got &{${asGoPrints(value)}}`);
        else this.#members(type, value);
        break;
      default:
        if (!Array.isArray(value)) this.#complain(`expected list, got &{${asGoPrints(value)}}`);
        else this.#items(type, value);
    }
  }

  #complain(message: string): void {
    const path = this.#path.map((part) => (typeof part === "number" ? `[${part}]` : shownElement(part))).join("");
    this.errors.push(path === "" ? message : `${path}: ${message}`);
  }

  #below(part: string | number, type: Type, value: unknown): void {
    this.#path.push(part);
    this.value(type, value);
    this.#path.pop();
  }

  #atomic(type: AtomicType, value: unknown): void {
    if (type.shape === "object" && !isObject(value)) this.#complain(`expected map, got &{${asGoPrints(value)}}`);
    else if (type.shape === "list" && !Array.isArray(value)) this.#complain(`expected list, got &{${asGoPrints(value)}}`);
    else if (Array.isArray(value)) for (const [i, item] of value.entries()) this.#below(i, type.inside ?? ANY, item);
    else this.value(type.inside ?? ANY, value);
  }

  #members(type: Extract<Type, { kind: "struct" | "map" | "any" }>, value: Record<string, unknown>): void {
    for (const key in value) {
      const field = type.kind === "struct" ? type.field(key) : undefined;
      if (type.kind !== "struct") {
        this.#below(`f:${key}`, type.kind === "map" ? type.values : ANY, value[key]);
      } else if (field === undefined) {
        this.#path.push(`f:${key}`);
        this.#complain("field not declared in schema");
        this.#path.pop();
        return;
      } else {
        this.#below(field.element, field.type, value[key]);
      }
    }
  }

  #items(type: Extract<Type, { kind: "set" | "keyed" }>, list: readonly unknown[]): void {
    const seen = new Set<string>();
    for (const [i, item] of list.entries()) {
      let element: string;
      try {
        element = itemElement(type, item);
      } catch (error) {
        if (!(error instanceof ItemError)) throw error;
        this.#complain(`element ${i}: ${error.message}`);
        return;
      }
      if (seen.has(element)) this.#complain(`duplicate entries for key ${shownElement(element)}`);
      seen.add(element);
      if (type.kind === "keyed") this.#below(element, type.items, item);
    }
  }

  #leaf(type: LeafType, value: unknown): void {
    const sort = typeof value === "bigint" ? "number" : typeof value;
    if (type.scalar === "untyped" ? sort !== "object" : sort === type.scalar) return;
    if (type.scalar === "number") this.#complain(`expected numeric (int or float), got ${goType(value)}`);
    else if (type.scalar === "string") this.#complain(`expected string, got &value.valueUnstructured{Value:${asGoPrints(value)}}`);
    else this.#complain(`expected ${type.scalar === "boolean" ? "boolean" : "any scalar"}, got &{${asGoPrints(value)}}`);
  }
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  return isObject(value) ? "map[string]interface {}" : typeof value === "boolean" ? "bool" : "string";
}
