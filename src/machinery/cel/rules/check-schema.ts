/** What is wrong with the rules of a CustomResourceDefinition's schema, costs included. [Kubernetes' apiextensions-apiserver pkg/apis/apiextensions/validation] */

import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../status/field-error.ts";
import { UNBOUNDED } from "../cost/range.ts";
import { type CompiledRule, mostOccurrences } from "./compile.ts";
import { declare } from "./declare.ts";
import { isFieldPath } from "./field-path.ts";
import { additionalOf, itemsOf, type Rule, type RuleSchema } from "./schema.ts";
import { hasRules, RuleNode } from "./tree.ts";

/** What one rule may cost for one object, by estimate. */
const RULE_COST_MAX = 10_000_000;
/** What all rules of a schema may. */
const SCHEMA_COST_MAX = 100_000_000;
/** So many of the most expensive rules are named. */
const NAMED_MAX = 4;
const REASONS: readonly string[] = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
const NEWLINE = /[\n\r]/;

/**
 * What can be said of the rules of one schema without compiling them: call it for each schema, in Kubernetes' order after the list types.
 * @param at the path of the schema
 */
export function ruleFormErrors(schema: RuleSchema, at: string): FieldError[] {
  return (schema["x-kubernetes-validations"] ?? []).flatMap((rule, i) => formErrors(schema, rule, `${at}.x-kubernetes-validations[${i}]`));
}

function formErrors(schema: RuleSchema, rule: Rule, at: string): FieldError[] {
  const { message = "", messageExpression = "", reason, fieldPath = "" } = rule;
  const text = (rule.rule ?? "").trim();
  const errors: FieldError[] = [];
  if (text === "") errors.push(required(`${at}.rule`, "rule is not specified"));
  else if (message !== "" && message.trim() === "") errors.push(invalid(`${at}.message`, message, "must be non-empty if specified"));
  else if (NEWLINE.test(message.trim())) errors.push(invalid(`${at}.message`, message, "must not contain line breaks"));
  else if (NEWLINE.test(text) && message.trim() === "") errors.push(required(`${at}.message`, "message must be specified if rule contains line breaks"));
  if (messageExpression !== "" && messageExpression.trim() === "")
    errors.push(required(`${at}.messageExpression`, "messageExpression must be non-empty if specified"));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${at}.reason`, reason, REASONS));
  if (fieldPath !== "" && fieldPath.trim() === "") errors.push(invalid(`${at}.fieldPath`, fieldPath, "must be non-empty if specified"));
  if (NEWLINE.test(fieldPath)) errors.push(invalid(`${at}.fieldPath`, fieldPath, "must not contain line breaks"));
  if (fieldPath !== "" && isFieldPath(fieldPath, schema) === undefined) errors.push(invalid(`${at}.fieldPath`, fieldPath, "must be a valid path"));
  return errors;
}

/**
 * Compiles every rule of a resource's schema: errors of expressions, and of costs. Call it when the schema is right otherwise.
 * @param at the path of the schema: `spec.versions[0].schema.openAPIV3Schema`
 */
export function ruleErrors(schema: RuleSchema, at: string): FieldError[] {
  if (!hasRules(schema)) return [];
  const total = new Total();
  // Not those that are kept for values: this schema may never be served.
  const errors = nodeErrors(new RuleNode(schema, declare(schema, "selfType", true)), at, { times: 1, uncorrelated: undefined, total });
  return [...errors, ...total.errors(at)];
}

interface Around {
  /** How often the value may occur in one object; undefined where nothing bounds it. */
  readonly times: number | undefined;
  /** The path of what can't be compared with its past. */
  readonly uncorrelated: string | undefined;
  readonly total: Total;
}

function nodeErrors(node: RuleNode, at: string, around: Around): FieldError[] {
  const { schema } = node;
  const inside: Around = { ...around, times: around.times === undefined ? undefined : most(schema, around.times) };
  const byName = ["", "granular", "atomic", undefined].includes(schema["x-kubernetes-map-type"])
    ? inside
    : { ...inside, uncorrelated: around.uncorrelated ?? at };
  const byItem = schema["x-kubernetes-list-type"] === "map" ? inside : { ...inside, uncorrelated: around.uncorrelated ?? at };
  const errors: FieldError[] = [];
  if (node.additional) errors.push(...nodeErrors(node.additional, `${at}.additionalProperties`, byName));
  for (const [name, property] of [...node.properties].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    errors.push(...nodeErrors(property, `${at}.properties[${name}]`, byName));
  if (node.items) errors.push(...nodeErrors(node.items, `${at}.items`, byItem));
  for (const [i, one] of node.all.entries()) errors.push(...nodeErrors(one, `${at}.allOf[${i}]`, around));
  return [...errors, ...node.rules.flatMap((rule, i) => compiledErrors(node, rule, `${at}.x-kubernetes-validations[${i}]`, around))];
}

/** How often what is inside may occur, where the value itself occurs so often. */
function most(schema: RuleSchema, times: number): number | undefined {
  const bound = additionalOf(schema) && schema.type === "object" ? schema.maxProperties : itemsOf(schema) || schema.type === "array" ? schema.maxItems : 1;
  return bound === undefined ? undefined : Math.min(times * Math.max(0, Number(bound)), UNBOUNDED);
}

function compiledErrors(node: RuleNode, compiled: CompiledRule, at: string, { times, uncorrelated, total }: Around): FieldError[] {
  const { rule } = compiled;
  const cost = Math.min(compiled.cost * (times ?? mostOccurrences(node.declaration!)), UNBOUNDED);
  const errors: FieldError[] = [];
  if (cost > RULE_COST_MAX) errors.push(forbiddenField(`${at}.rule`, costMessage("estimated rule cost", cost, RULE_COST_MAX)));
  total.add(`${at}.rule`, cost);
  if (compiled.error) errors.push(invalid(`${at}.rule`, shownRule(rule), compiled.error));
  if (compiled.messageError) errors.push(invalid(`${at}.messageExpression`, shownRule(rule), compiled.messageError));
  else if (compiled.message) {
    if (compiled.messageCost > RULE_COST_MAX)
      errors.push(forbiddenField(`${at}.messageExpression`, costMessage("estimated messageExpression cost", compiled.messageCost, RULE_COST_MAX)));
    total.add(`${at}.messageExpression`, compiled.messageCost);
  }
  if (compiled.usesOldSelf && uncorrelated !== undefined) {
    errors.push(invalid(`${at}.rule`, rule.rule, `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`));
  }
  if (!compiled.usesOldSelf && rule.optionalOldSelf !== undefined) {
    errors.push(invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, "may not be set if oldSelf is not used in rule"));
  }
  return errors;
}

/** As Kubernetes' messages show a rule: under the names of its source. */
function shownRule({
  rule,
  message = "",
  messageExpression = "",
  reason = null,
  fieldPath = "",
  optionalOldSelf = null,
}: Omit<Rule, "reason" | "optionalOldSelf"> & {
  readonly reason?: string | null;
  readonly optionalOldSelf?: boolean | null;
}): object {
  return { Rule: rule, Message: message, MessageExpression: messageExpression, Reason: reason, FieldPath: fieldPath, OptionalOldSelf: optionalOldSelf };
}

class Total {
  #sum = 0;
  readonly #costs: { readonly at: string; readonly cost: number }[] = [];

  add(at: string, cost: number): void {
    this.#sum = Math.min(this.#sum + cost, UNBOUNDED);
    this.#costs.push({ at, cost });
  }

  errors(at: string): FieldError[] {
    if (this.#sum <= SCHEMA_COST_MAX) return [];
    const dearest = this.#costs
      .filter(({ cost }) => cost >= SCHEMA_COST_MAX / 100)
      .toSorted((a, b) => b.cost - a.cost)
      .slice(0, NAMED_MAX);
    return [
      ...dearest.map((one) => forbiddenField(one.at, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema")),
      forbiddenField(at, costMessage("x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema", this.#sum, SCHEMA_COST_MAX)),
    ];
  }
}

function costMessage(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const times = factor > 100 ? "more than 100x" : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`;
  const how = "try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared";
  return `${what} exceeds budget by factor of ${times} (${how})`;
}
