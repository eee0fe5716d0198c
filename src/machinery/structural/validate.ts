/**
 * Validates a custom resource against its schema, with the sentences, paths and choices of k8s.io/kube-openapi's validator: of `anyOf` and `oneOf` it shows
 * what the branch says that came closest. What an update leaves as it was isn't complained of.
 */

import type { Patience } from "../patience.ts";
import { equal, isObject, type Plain } from "../plain.ts";
import type { FieldError } from "../status/field-error.ts";
import { at, fieldOf, hasTooMany, isMissing, notInEnum, ofJunctor, type Place, should, wrongType } from "./complaint.ts";
import type { Correlated } from "./correlated.ts";
import { effectiveFormat } from "./formats.ts";
import { numberErrors, stringErrors, typeOfValue } from "./scalars.ts";
import type { SchemaProps } from "./schema-props.ts";

/** Schemas applied to values in one validation: a schema that asks for more of one object is refused, so that nobody holds the server up. */
const STEPS_MAX = 2_000_000;
/** Characters of a pattern and its text that a single match may take a while to go through. */
const PATTERN_LARGE = 10_000;

export interface Validation {
  /** What stands before the fields: `status`, or `spec.versions[0].schema.openAPIV3Schema.default`. */
  readonly base?: string;
  /** The value with what it was before an update. */
  readonly correlated?: Correlated | undefined;
  /** Where it ends, an ImpatientError is thrown. */
  readonly patience?: Patience | undefined;
}

/** @returns what is wrong with the value */
export function schemaErrors(props: SchemaProps, value: unknown, { base = "", correlated, patience }: Validation = {}): FieldError[] {
  const validator = new Validator(patience);
  const { errors } = validator.ratcheted({ name: "", base }, props, value, correlated);
  return validator.exhausted ? [ofJunctor({ name: "", base }, `not take more than ${STEPS_MAX} steps to validate`)] : errors;
}

interface Result {
  errors: FieldError[];
  /** How many checks were passed: by which the closest of several schemas is chosen. */
  matches: number;
}

class Validator {
  #steps = 0;
  readonly #patience: Patience | undefined;

  constructor(patience: Patience | undefined) {
    this.#patience = patience;
  }

  get exhausted(): boolean {
    return this.#steps > STEPS_MAX;
  }

  ratcheted(place: Place, props: SchemaProps, value: unknown, correlated: Correlated | undefined): Result {
    const result = this.#value(place, props, value, correlated);
    if (result.errors.length > 0 && correlated?.unchanged) return { errors: [], matches: result.matches };
    return result;
  }

  #value(place: Place, props: SchemaProps, value: unknown, correlated: Correlated | undefined): Result {
    const result: Result = { errors: [], matches: 0 };
    if (++this.#steps > STEPS_MAX) return result;
    this.#patience?.look();
    if (typeof value === "string" && props.pattern && value.length + props.pattern.length > PATTERN_LARGE) this.#patience?.giveUp();
    const type = typeErrors(place, props, value);
    if (value === null || value === undefined) {
      add(result, type, type.length === 0 ? 1 : 0);
      add(result, enumErrors(place, props, value ?? null), 0);
      return result;
    }
    const types = typesOf(props);
    if (types.length > 0 || effectiveFormat(props) !== "") add(result, type, (type.length === 0 ? 1 : 0) + 1);
    merge(result, this.#junctors(place, props, value), 1);
    if (typeof value === "string") add(result, stringErrors(place, props, value), effectiveFormat(props) !== "" ? 2 : 1);
    else if (typeof value === "number" || typeof value === "bigint") add(result, numberErrors(place, props, value), 2);
    else if (Array.isArray(value)) merge(result, this.#list(place, props, value, correlated), 2);
    add(result, enumErrors(place, props, value), 1);
    if (isObject(value)) merge(result, this.#object(place, props, value, correlated), 1);
    result.matches++;
    return result;
  }

  #list(place: Place, props: SchemaProps, list: readonly unknown[], correlated: Correlated | undefined): Result {
    const result: Result = { errors: [], matches: 0 };
    const { items, minItems, maxItems } = props;
    if (items && !Array.isArray(items)) {
      for (const [i, item] of list.entries()) {
        if (this.exhausted) return result;
        merge(result, this.ratcheted(at(place, `${place.name}[${i}]`), items, item, correlated?.item(i)), 0);
      }
    }
    if (minItems !== undefined && list.length < Number(minItems)) result.errors.push(should(place, list.length, `have at least ${minItems} items`));
    if (maxItems !== undefined && list.length > Number(maxItems)) result.errors.push(hasTooMany(place, list.length, Number(maxItems)));
    return result;
  }

  #object(place: Place, props: SchemaProps, object: Plain, correlated: Correlated | undefined): Result {
    const result: Result = { errors: [], matches: 0 };
    const { minProperties, maxProperties, additionalProperties: additional, required = [] } = props;
    const properties: Record<string, SchemaProps> = props.properties ?? {};
    const count = Object.keys(object).length;
    if (minProperties !== undefined && count < Number(minProperties)) result.errors.push(should(place, count, `have at least ${minProperties} properties`));
    if (maxProperties !== undefined && count > Number(maxProperties)) result.errors.push(hasTooMany(place, count, Number(maxProperties)));
    for (const name in object) {
      if (this.exhausted) return result;
      if (Object.hasOwn(properties, name)) {
        const path = at(place, place.name === "" ? name : `${place.name}.${name}`);
        const isType = place.name === "" && (name === "kind" || name === "apiVersion");
        merge(result, this.ratcheted(path, properties[name]!, object[name], isType ? undefined : correlated?.member(name)), 0);
      } else if (typeof additional === "object") {
        merge(result, this.ratcheted(at(place, `${place.name}.${name}`), additional, object[name], correlated?.member(name)), 0);
      } else if (additional === false) {
        result.errors.push(forbiddenMember(place, name));
      }
    }
    for (const name of required) if (!Object.hasOwn(object, name)) result.errors.push(isMissing(at(place, `${place.name}.${name}`)));
    return result;
  }

  #junctors(place: Place, props: SchemaProps, value: unknown): Result {
    const result: Result = { errors: [], matches: 1 };
    const { anyOf = [], oneOf = [], allOf = [], not } = props;
    if (anyOf.length > 0) this.#anyOf(place, anyOf, value, result);
    if (oneOf.length > 0) this.#oneOf(place, oneOf, value, result);
    if (allOf.length > 0) {
      const all = allOf.map((one) => this.#value(place, one, value, undefined));
      for (const one of all) merge(result, one, 0);
      const valid = all.filter(isValid).length;
      if (valid < all.length) result.errors.push(ofJunctor(place, `validate all the schemas (allOf)${valid === 0 ? ". None validated" : ""}`));
    }
    if (not && isValid(this.#value(place, not, value, undefined))) result.errors.push(ofJunctor(place, "not validate the schema (not)"));
    return result;
  }

  #anyOf(place: Place, anyOf: readonly SchemaProps[], value: unknown, result: Result): void {
    let best: Result | undefined;
    for (const one of anyOf) {
      const found = this.#value(place, one, value, undefined);
      if (isValid(found)) {
        merge(result, found, 0);
        return;
      }
      if (!best || found.matches > best.matches) best = found;
    }
    result.errors.push(ofJunctor(place, "validate at least one schema (anyOf)"));
    if (best) merge(result, best, 0);
  }

  #oneOf(place: Place, oneOf: readonly SchemaProps[], value: unknown, result: Result): void {
    let best: Result | undefined;
    let first: Result | undefined;
    let valid = 0;
    for (const one of oneOf) {
      const found = this.#value(place, one, value, undefined);
      if (isValid(found)) {
        valid++;
        best = undefined;
        first ??= found;
      } else if (valid === 0 && (!best || found.matches > best.matches)) best = found;
    }
    if (valid === 1 && first) {
      merge(result, first, 0);
      return;
    }
    const why = valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`;
    result.errors.push(ofJunctor(place, `validate one and only one schema (oneOf). ${why}`));
    if (best) merge(result, best, 0);
  }
}

function isValid({ errors }: Result): boolean {
  return errors.length === 0;
}

function merge(result: Result, other: Result, passed: number): void {
  add(result, other.errors, other.matches + passed);
}

function add(result: Result, errors: readonly FieldError[], matches: number): void {
  for (const error of errors) result.errors.push(error);
  result.matches += matches;
}

/** The types that a value may have; none where any will do. */
function typesOf(props: SchemaProps): readonly string[] {
  if (props["x-kubernetes-int-or-string"]) return INT_OR_STRING;
  return props.type ? [props.type] : NO_TYPES;
}

const INT_OR_STRING: readonly string[] = ["integer", "string"];
const NO_TYPES: readonly string[] = [];

function typeErrors(place: Place, props: SchemaProps, value: unknown): FieldError[] {
  const types = typesOf(props);
  if (types.length === 0) return [];
  if (value === null || value === undefined) return props.nullable ? [] : [wrongType(place, types.join(","), "null")];
  const type = typeOfValue(value);
  if (types.includes(type) || (type === "integer" && types.includes("number"))) return [];
  const isNumeric = types.includes("number") || types.includes("integer");
  const format = effectiveFormat(props);
  // A format stands for the type of a string or list, which it then checks itself.
  if (!isNumeric && format !== "" && (type === "string" || type === "array")) return [];
  const isWordless = type !== "string" && type !== "array" && format !== "";
  return [isWordless ? wrongType(place, format, FORMATS_OF_VALUES[type] ?? "") : wrongType(place, types.join(","), type)];
}

/** The format that the validator infers from a value whose type is wrong for the schema's own format. */
const FORMATS_OF_VALUES: Readonly<Record<string, string>> = { integer: "int64", number: "float64" };

function enumErrors(place: Place, { enum: values = [] }: SchemaProps, value: unknown): FieldError[] {
  if (values.length === 0 || (value !== null && values.some((one) => equal(one, value)))) return [];
  return [notInEnum(place, value, values)];
}

function forbiddenMember(place: Place, name: string): FieldError {
  return {
    type: "FieldValueInvalid",
    field: fieldOf(place),
    message: `Invalid value: ${JSON.stringify(name)}: ${place.name}.${name} in body is a forbidden property`,
  };
}
