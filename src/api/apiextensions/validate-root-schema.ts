/** The schema of a version as a whole: what its root may say, that it is structural, that its defaults are good. */

import { ruleErrors } from "../../machinery/cel/rules/check-schema.ts";
import { type FieldError, forbiddenField, invalid } from "../../machinery/status/field-error.ts";
import { child } from "../../machinery/structural/paths.ts";
import type { SchemaProps } from "../../machinery/structural/schema-props.ts";
import { NotStructuralError, type Structural, structuralOf } from "../../machinery/structural/structural.ts";
import { structuralErrors } from "../../machinery/structural/structural-errors.ts";
import type { Leniency } from "./leniency.ts";
import { defaultErrors } from "./validate-defaults.ts";
import { ROOT, schemaErrors } from "./validate-schema.ts";

export interface RootFacts {
  /** The status is validated by itself, apart from the root. */
  readonly hasStatus: boolean;
  /** The schema is as it was: its rules were let through before. */
  readonly unchanged: boolean;
}

/** @param at where the version's `schema` stands */
export function rootSchemaErrors(at: string, props: SchemaProps, { hasStatus, unchanged }: RootFacts, lenient: Leniency): FieldError[] {
  const field = child(at, "openAPIV3Schema");
  const errors = hasStatus ? rootErrors(field, props) : [];
  if (props.nullable) errors.push(forbiddenField(child(field, "nullable"), "nullable cannot be true at the root"));
  const { schema, unsupported } = structural(props);
  if (schema && !lenient.notStructural) {
    const found = structuralErrors(field, schema);
    errors.push(...(found.length > 0 ? found : defaultErrors(field, schema)));
  }
  errors.push(...schemaErrors(field, props, ROOT, lenient));
  if (errors.length > 0) return errors;
  if (unsupported !== undefined) return lenient.notStructural ? [] : [invalid(field, "", unsupported)];
  return unchanged ? [] : ruleErrors(props, field);
}

function structural(props: SchemaProps): { schema?: Structural; unsupported?: string } {
  try {
    return { schema: structuralOf(props) };
  } catch (error) {
    if (error instanceof NotStructuralError) return { unsupported: error.message };
    throw error;
  }
}

/** In the order in which Go has the members; those without a name here may stand at the root. */
const ROOT_MEMBERS: readonly [name: keyof SchemaProps, allowed: boolean][] = [
  ["id", false],
  ["$schema", false],
  ["$ref", false],
  ["type", true],
  ["nullable", false],
  ["default", false],
  ["enum", false],
  ["maxProperties", false],
  ["minProperties", false],
  ["allOf", false],
  ["oneOf", false],
  ["anyOf", false],
  ["not", false],
  ["additionalProperties", false],
  ["patternProperties", false],
  ["dependencies", false],
  ["additionalItems", false],
  ["definitions", false],
  ["x-kubernetes-embedded-resource", false],
  ["x-kubernetes-int-or-string", false],
  ["x-kubernetes-list-map-keys", false],
  ["x-kubernetes-list-type", false],
  ["x-kubernetes-map-type", false],
];
const ALLOWED =
  "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]";

/** Where the status is validated by itself, what the root says beyond its members would be lost. */
function rootErrors(field: string, props: SchemaProps): FieldError[] {
  for (const [name, allowed] of ROOT_MEMBERS) {
    const value = props[name];
    if (value === undefined || value === "" || value === false || (Array.isArray(value) && value.length === 0)) continue;
    if (name === "type") {
      if (value === "object") continue;
      return [invalid(`${field}.type`, value, 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled')];
    }
    if (!allowed) return [invalid(field, props, `only ${ALLOWED} fields are allowed at the root of the schema if the status subresource is enabled`)];
  }
  return [];
}
