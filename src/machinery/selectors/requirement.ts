/** One requirement of a label selector: a key, an operator, values. */

import { isQualifiedName, isValidLabelValue } from "../names.ts";
import { invalid } from "../status/field-error.ts";

export type Operator = "=" | "==" | "!=" | "in" | "notin" | "exists" | "!" | "gt" | "lt";

export type Labels = Readonly<Record<string, string>>;

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  /** Sorted, each once. */
  readonly values: readonly string[];
}

/**
 * @param values in any order
 * @param at the field's path in messages: empty for a selector in a URL
 * @throws Error in Kubernetes' words (k8s.io/apimachinery pkg/labels: NewRequirement)
 */
export function requirement(key: string, operator: Operator, values: readonly string[], at = ""): Requirement {
  const complaints: string[] = [];
  const complain = (field: string, value: unknown, detail: string): void => {
    const error = invalid(at ? `${at}.${field}` : field, value, detail);
    complaints.push(`${error.field}: ${error.message}`);
  };
  const keyComplaints = isQualifiedName(key);
  if (keyComplaints.length > 0) complain("key", key, keyComplaints.join("; "));
  if ((operator === "in" || operator === "notin") && values.length === 0) complain("values", values, "for 'in', 'notin' operators, values set can't be empty");
  if (operator === "gt" || operator === "lt") {
    if (values.length !== 1) complain("values", values, "for 'Gt', 'Lt' operators, exactly one value is required");
    for (const [i, value] of values.entries())
      if (integer(value) === undefined) complain(`values[${i}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer");
  }
  if ((operator === "=" || operator === "==" || operator === "!=") && values.length !== 1)
    complain("values", values, "exact-match compatibility requires one single value");
  if ((operator === "exists" || operator === "!") && values.length !== 0) complain("values", values, "values set must be empty for exists and does not exist");
  for (const [i, value] of values.entries()) {
    const valueComplaints = isValidLabelValue(value);
    if (valueComplaints.length > 0) complain(`values[${i}][${key}]`, value, valueComplaints.join("; "));
  }
  if (complaints.length > 0) throw new Error(complaints.length === 1 ? complaints[0] : `[${complaints.join(", ")}]`);
  return { key, operator, values: values.length > 1 ? [...new Set(values)].sort() : values };
}

/** A label that isn't there satisfies `!=`, `notin` and `!`, and nothing else. */
export function satisfies({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "=":
    case "==":
      return value === values[0];
    case "in":
      return value !== undefined && values.includes(value);
    case "!=":
      return value !== values[0];
    case "notin":
      return value === undefined || !values.includes(value);
    case "exists":
      return value !== undefined;
    case "!":
      return value === undefined;
    case "gt":
    case "lt": {
      const left = value === undefined ? undefined : integer(value);
      const right = integer(values[0] as string);
      if (left === undefined || right === undefined) return false;
      return operator === "gt" ? left > right : left < right;
    }
  }
}

/** @returns the requirement as it stands in a query */
export function written({ key, operator, values }: Requirement): string {
  switch (operator) {
    case "exists":
      return key;
    case "!":
      return `!${key}`;
    case "in":
    case "notin":
      return `${key} ${operator} (${values.join(",")})`;
    case "gt":
      return `${key}>${values[0]}`;
    case "lt":
      return `${key}<${values[0]}`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}

/** @returns the integer that Go's ParseInt reads: up to 64 bits, an optional sign, leading zeros allowed */
function integer(text: string): bigint | undefined {
  if (!/^[+-]?\d{1,63}$/.test(text)) return undefined;
  const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
