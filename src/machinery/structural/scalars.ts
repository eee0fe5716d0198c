/** Checks of a custom resource's strings and numbers. */

import type { FieldError } from "../status/field-error.ts";
import { fieldOf, isTooLong, type Place, should, wrongType } from "./complaint.ts";
import { effectiveFormat, hasFormat } from "./formats.ts";
import { compilePattern, matches } from "./pattern.ts";
import type { SchemaProps } from "./schema-props.ts";

/** @returns the value's type in JSON Schema's words; a number without a fraction is an integer */
export function typeOfValue(value: unknown): string {
  if (Array.isArray(value)) return "array";
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "string":
      return "string";
    case "bigint":
      return "integer";
    case "number":
      return Number.isInteger(value) ? "integer" : "number";
    default:
      return "object";
  }
}

/** The first complaint of length and pattern, and that of the format. */
export function stringErrors(place: Place, props: SchemaProps, text: string): FieldError[] {
  const errors: FieldError[] = [];
  const complaint = lengthError(place, props, text) ?? patternError(place, props, text);
  if (complaint) errors.push(complaint);
  const format = effectiveFormat(props);
  if (format !== "" && hasFormat(format, text) === false) errors.push(wrongType(place, format, text));
  return errors;
}

function lengthError(place: Place, { maxLength, minLength }: SchemaProps, text: string): FieldError | undefined {
  if (maxLength === undefined && minLength === undefined) return undefined;
  const length = characters(text);
  if (maxLength !== undefined && length > Number(maxLength)) return isTooLong(place, Number(maxLength));
  if (minLength !== undefined && length < Number(minLength)) return should(place, text, `be at least ${minLength} chars long`);
  return undefined;
}

function patternError(place: Place, { pattern }: SchemaProps, text: string): FieldError | undefined {
  if (!pattern) return undefined;
  const expression = compilePattern(pattern);
  if (typeof expression === "string") return should(place, text, `match '${pattern}, but pattern is invalid: ${expression}'`);
  return matches(pattern, text) ? undefined : should(place, text, `match '${pattern}'`);
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

const INT32 = 2 ** 31;
const FLOAT32_MAX = 3.4028234663852886e38;

export function numberErrors(place: Place, props: SchemaProps, value: number | bigint): FieldError[] {
  const errors: FieldError[] = [];
  if (outOfRange(props, value)) {
    const format = props.format === "int32" || props.format === "int64" || props.format === "float" ? `with format ${props.format}` : "(default format)";
    errors.push(ofWhole(place, `Checked value must be of type ${props.type} ${format} in ${place.name}`));
  }
  const { multipleOf, maximum, minimum, exclusiveMaximum, exclusiveMinimum } = props;
  if (multipleOf !== undefined) errors.push(...multipleErrors(place, value, multipleOf));
  if (minimum !== undefined) {
    const limit = limitFor(props, value, minimum);
    if (limit === undefined) errors.push(ofWhole(place, `Minimum boundary value must be of type integer (default format) in ${place.name}`));
    if (exclusiveMinimum ? value <= (limit ?? minimum) : value < (limit ?? minimum)) {
      errors.push(should(place, value, `be greater than ${exclusiveMinimum ? "" : "or equal to "}${limit ?? minimum}`));
    }
  }
  if (maximum !== undefined) {
    const limit = limitFor(props, value, maximum);
    if (limit === undefined) errors.push(ofWhole(place, `Maximum boundary value must be of type integer (default format) in ${place.name}`));
    if (exclusiveMaximum ? value >= (limit ?? maximum) : value > (limit ?? maximum)) {
      errors.push(should(place, value, `be less than ${exclusiveMaximum ? "" : "or equal to "}${limit ?? maximum}`));
    }
  }
  return errors;
}

/** What the validator finds of the schema itself belongs to no field. */
function ofWhole(place: Place, sentence: string): FieldError {
  return { type: "FieldValueInvalid", field: place.base || "<nil>", message: `Invalid value: "": ${sentence}` };
}

/** Kubernetes compares integers with whole limits. @returns undefined for a limit that no integer can have, where the schema says integer */
function limitFor({ type }: SchemaProps, value: number | bigint, limit: number): number | undefined {
  if (Number.isInteger(limit)) return limit;
  if (type === "integer") return undefined;
  return typeof value === "bigint" || Number.isInteger(value) ? Math.trunc(limit) : limit;
}

function multipleErrors(place: Place, value: number | bigint, multipleOf: number): FieldError[] {
  const factor = typeof value === "bigint" || Number.isInteger(value) ? Math.trunc(multipleOf) : multipleOf;
  if (factor <= 0) {
    const sentence = `factor MultipleOf declared for ${place.name} must be positive: ${factor}`;
    return [{ type: "FieldValueInvalid", field: fieldOf(place), message: `Invalid value: ${factor}: ${sentence}` }];
  }
  return isMultiple(value, factor) ? [] : [should(place, value, `be a multiple of ${multipleOf}`)];
}

/** Only formats of exactly one type narrow a number's range. */
function outOfRange({ type, format, ...props }: SchemaProps, value: number | bigint): boolean {
  if (props["x-kubernetes-int-or-string"]) return false;
  if (type === "integer" && format === "int32") return value >= INT32 || value < -INT32 || (typeof value === "number" && !Number.isInteger(value));
  if (type === "integer") return typeof value === "number" && (!Number.isInteger(value) || Math.abs(value) >= 2 ** 63);
  return type === "number" && format === "float" && Math.abs(Number(value)) > FLOAT32_MAX;
}

function isMultiple(value: number | bigint, factor: number): boolean {
  if (typeof value === "bigint") return value % BigInt(factor) === 0n;
  if (Number.isInteger(value)) return value % factor === 0;
  const quotient = factor < 1 ? (1 / factor) * value : value / factor;
  return Math.abs(quotient - Math.round(quotient)) < EPSILON * Math.max(1, Math.abs(quotient));
}

/** How far from an integer a double may be that counts as one (go-openapi/swag). */
const EPSILON = 1e-9;
