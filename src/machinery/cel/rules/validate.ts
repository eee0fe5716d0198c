/** Holds a value against the rules of its schema. [Kubernetes' apiextensions-apiserver pkg/apiserver/schema/cel/validation.go] */

import type { Patience } from "../../patience.ts";
import { isObject, own, type Plain } from "../../plain.ts";
import { duplicate, type FieldError, forbiddenField, invalid, invalidState, required } from "../../status/field-error.ts";
import { MESSAGE_BYTES_MAX, PER_CALL_LIMIT, PER_OBJECT_LIMIT } from "../limits.ts";
import type { Lookup } from "../run/frame.ts";
import { jsonValue } from "../values/json.ts";
import { isError, Optional, type Value } from "../values/value.ts";
import type { CompiledRule } from "./compile.ts";
import type { Rule, RuleSchema } from "./schema.ts";
import { hasRules, type RuleNode, rulesOf } from "./tree.ts";

/** A value with what stood in its place before: errors of what is as it was become warnings (KEP-4008). */
export interface Correlation {
  readonly unchanged: boolean;
  member(name: string): Correlation | undefined;
  item(index: number): Correlation | undefined;
}

export interface RuleOptions {
  /** Where the value stands; empty for a whole resource. */
  readonly at?: string;
  /** Whether the schema is of a whole resource, so that rules see its kind and its name. True where `at` is empty. */
  readonly isResource?: boolean;
  /** Undefined on create, and where nothing is to be forgiven. */
  readonly correlation?: Correlation | undefined;
  /** What all rules together may cost. */
  readonly budget?: number;
  /** Where it ends, an ImpatientError is thrown. */
  readonly patience?: Patience | undefined;
  /** Errors that are forgiven because nothing changed, in full: `spec.x: Invalid value: …`. */
  warn?(message: string): void;
}

/**
 * Runs every rule (`x-kubernetes-validations`) of the schema and below it.
 *
 *     const errors = validateRules(props, object, undefined);                                        // create
 *     const errors = validateRules(props, next, last, { correlation, warn });                        // update
 *     const errors = validateRules(props.properties.status, next.status, last.status, { at: "status", correlation, warn });
 *
 * @param schema JSONSchemaProps in their JSON form. The compiled rules are kept with this very object: give the same one each time
 * @param old what stood there before; undefined on create. Rules that name `oldSelf` run only with it, or with `optionalOldSelf`
 * @returns the errors; none for a value without a schema or a schema without rules
 */
export function validateRules(schema: RuleSchema, value: unknown, old: unknown, options: RuleOptions = {}): FieldError[] {
  if (!hasRules(schema) || value === null || value === undefined) return [];
  const { at = "", correlation, budget = PER_OBJECT_LIMIT, warn } = options;
  const run = new Run(budget, warn ?? (() => undefined), options.patience);
  run.node(rulesOf(schema, options.isResource ?? at === ""), at, value, old, { here: correlation, above: undefined });
  return run.errors;
}

/** How a value goes with what was there: by itself, or as part of what is around it. */
interface Past {
  readonly here: Correlation | undefined;
  readonly above: Correlation | undefined;
}

const EXHAUSTED = "validation failed due to running out of cost budget, no further validation rules will be run";

class Run {
  readonly errors: FieldError[] = [];
  #budget: number;
  readonly #warn: (message: string) => void;

  readonly #patience: Patience | undefined;

  constructor(budget: number, warn: (message: string) => void, patience: Patience | undefined) {
    this.#budget = budget;
    this.#warn = warn;
    this.#patience = patience;
  }

  node(node: RuleNode, at: string, value: unknown, old: unknown, past: Past): void {
    if (value === null || value === undefined || this.#budget < 0) return;
    this.#patience?.look();
    this.#rules(node, at, value, old ?? undefined, past);
    for (const one of node.all) this.node(one, at, value, old, { here: undefined, above: past.above });
    if (Array.isArray(value)) this.#items(node, at, value, old, past);
    else if (isObject(value)) this.#members(node, at, value, old, past);
  }

  #items(node: RuleNode, at: string, value: readonly unknown[], old: unknown, past: Past): void {
    const { items, schema } = node;
    if (!items) return;
    const before = correlatedItems(schema, old);
    for (const [i, item] of value.entries()) this.node(items, `${at}[${i}]`, item, before(item), next(past, past.here?.item(i)));
  }

  #members(node: RuleNode, at: string, value: Plain, old: unknown, past: Past): void {
    const { additional, properties, schema } = node;
    const correlatable = [undefined, "granular", "atomic"].includes(schema["x-kubernetes-map-type"]);
    const before = (name: string) => (correlatable && isObject(old) ? own(old, name) : undefined);
    for (const name of Object.keys(value)) {
      const property = properties.get(name);
      const past2 =
        !past.above && past.here && (name === "apiVersion" || name === "kind") ? { here: undefined, above: undefined } : next(past, past.here?.member(name));
      if (additional) this.node(additional, `${at}[${name}]`, value[name], before(name), past2);
      if (property) this.node(property, at === "" ? name : `${at}.${name}`, value[name], before(name), past2);
    }
  }

  #rules(node: RuleNode, at: string, value: unknown, old: unknown, past: Past): void {
    const { schema, declaration } = node;
    const rules = node.rulesWithin(this.#patience);
    if (rules.length === 0) return;
    const type = schema.type ?? "";
    if (this.#budget <= 0) {
      this.#stop(invalid(at, type, EXHAUSTED));
      return;
    }
    const self = jsonValue(value, declaration);
    const oldSelf = old === undefined ? undefined : jsonValue(old, declaration);
    for (const compiled of rules) {
      if (this.#budget < 0) return;
      this.#rule(compiled, at, { value, type, self, oldSelf, past });
    }
  }

  #stop(error: FieldError): void {
    this.errors.push(error);
    this.#budget = -1;
  }

  #rule(compiled: CompiledRule, at: string, about: { value: unknown; type: string; self: Value; oldSelf: Value | undefined; past: Past }): void {
    const { rule, program } = compiled;
    const { type, oldSelf } = about;
    if (compiled.error) {
      this.errors.push(invalid(at, type, `rule compile error: ${compiled.error}`));
      return;
    }
    if (!program || (compiled.usesOldSelf && oldSelf === undefined && !rule.optionalOldSelf)) return;
    const lookup: Lookup = (name) => {
      if (name === "self") return about.self;
      return rule.optionalOldSelf ? (oldSelf === undefined ? Optional.none : new Optional(oldSelf)) : oldSelf;
    };
    const { value, cost } = program.evaluate(lookup, PER_CALL_LIMIT, this.#patience);
    if (cost > this.#budget) {
      this.#stop(invalid(at, type, EXHAUSTED));
      return;
    }
    this.#budget -= cost;
    if (value === true) return;
    if (isError(value)) {
      const { message } = value;
      if (message.startsWith("no such overload")) {
        this.errors.push(
          invalid(at, type, `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule)}`),
        );
      } else if (message.startsWith("operation cancelled: actual cost limit exceeded")) {
        this.#stop(invalid(at, type, `'${message}': no further validation rules will be run due to call cost exceeds limit for rule: ${ruleText(rule)}`));
      } else {
        this.errors.push(invalid(at, type, `${message} evaluating rule: ${ruleText(rule)}`));
      }
      return;
    }
    this.#broken(compiled, at, lookup, about);
  }

  /** The rule doesn't hold: says so in its own words, or in those of an expression. */
  #broken(compiled: CompiledRule, at: string, lookup: Lookup, { value, type, past }: { value: unknown; type: string; past: Past }): void {
    const { rule, fieldPath } = compiled;
    const field = fieldPath === "" ? at : at === "" || fieldPath.startsWith("[") ? `${at}${fieldPath}` : `${at}.${fieldPath}`;
    const message = compiled.message && this.#message(compiled, lookup);
    const stop = typeof message === "object";
    const error = stop
      ? invalid(field, type, message.stop)
      : failure(field, type === "object" || type === "array" ? undefined : value, message ?? defaultMessage(rule), rule.reason);
    const unchanged = (past.here ?? past.above)?.unchanged === true;
    if (!compiled.usesOldSelf && unchanged) this.#warn(`${error.field}: ${error.message}`);
    else this.errors.push(error);
    if (stop) this.#budget = -1;
  }

  /** What a message expression gives; undefined where it gives nothing that can be shown. */
  #message({ rule, message }: CompiledRule, lookup: Lookup): string | { readonly stop: string } | undefined {
    const { value, cost } = message!.evaluate(lookup, PER_CALL_LIMIT, this.#patience);
    if (cost > this.#budget) return { stop: "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run" };
    if (isError(value) && value.message.startsWith("operation cancelled: actual cost limit exceeded")) {
      return {
        stop: `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${JSON.stringify(rule.messageExpression)}`,
      };
    }
    this.#budget -= cost;
    return usableMessage(value);
  }
}

/** @returns the text of a message that can stand in an error: one line, not empty, not too long; else undefined */
export function usableMessage(value: Value): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" || text.includes("\n") || Buffer.byteLength(text) > MESSAGE_BYTES_MAX ? undefined : text;
}

const next = (past: Past, here: Correlation | undefined): Past => (past.here ? { here, above: past.here } : past);
const ruleText = (rule: Rule): string => (rule.message ? rule.message : rule.rule).trim();
const defaultMessage = (rule: Rule): string => (rule.message ? rule.message.trim() : `failed rule: ${ruleText(rule)}`);

/** @param value undefined for what isn't shown */
function failure(field: string, value: unknown, detail: string, reason: string | undefined): FieldError {
  switch (reason) {
    case "FieldValueForbidden":
      return forbiddenField(field, detail);
    case "FieldValueRequired":
      return required(field, detail);
    case "FieldValueDuplicate":
      return value === undefined ? { type: "FieldValueDuplicate", field, message: "Duplicate value" } : duplicate(field, value);
    default:
      return value === undefined ? invalidState(field, detail) : invalid(field, value, detail);
  }
}

/** What stood at an item's place: in a list that is a map, the item with the same keys. */
function correlatedItems(schema: RuleSchema, old: unknown): (item: unknown) => unknown {
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(old)) return () => undefined;
  const names = schema["x-kubernetes-list-map-keys"] ?? [];
  const keyOf = (item: unknown): string | undefined =>
    isObject(item)
      ? JSON.stringify(
          names.map((name) => own(item, name) ?? null),
          (_, part) => (typeof part === "bigint" ? String(part) : part),
        )
      : undefined;
  const byKey = new Map(old.map((item) => [keyOf(item), item] as const));
  return (item) => {
    const key = keyOf(item);
    return key === undefined ? undefined : byKey.get(key);
  };
}
