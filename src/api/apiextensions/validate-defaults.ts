/** Defaults of a schema must be what the schema says: known fields of the right types (pkg/apiserver/schema/defaulting/validation.go). */

import { validateRules } from "../../machinery/cel/rules/validate.ts";
import { DecodeError } from "../../machinery/json/decode-error.ts";
import { isObject } from "../../machinery/plain.ts";
import { type FieldError, invalid } from "../../machinery/status/field-error.ts";
import { copyJson } from "../../machinery/structural/defaults.ts";
import { coerceEmbedded, embeddedErrors } from "../../machinery/structural/embedded.ts";
import { child, key } from "../../machinery/structural/paths.ts";
import { pruneValue } from "../../machinery/structural/prune.ts";
import { META_FIELDS, type Structural } from "../../machinery/structural/structural.ts";
import { schemaErrors } from "../../machinery/structural/validate.ts";
import { schema as struct } from "../schemas.ts";

/** @param at where the schema stands. @returns what is wrong with its defaults and those below it; below `additionalProperties` nothing is looked at, as there */
export function defaultErrors(at: string, schema: Structural, inMeta = false, root = true): FieldError[] {
  const errors = schema.default === undefined ? [] : ownErrors(child(at, "default"), schema, inMeta);
  if (schema.items) errors.push(...defaultErrors(child(at, "items"), schema.items, inMeta, false));
  for (const [name, property] of schema.properties) {
    const isMeta = (root || schema.embedded) && META_FIELDS.has(name);
    errors.push(...defaultErrors(key(child(at, "properties"), name), property, inMeta || isMeta, false));
  }
  return errors;
}

function ownErrors(at: string, schema: Structural, inMeta: boolean): FieldError[] {
  const value = copyJson(schema.default);
  const errors = !inMeta && pruneValue(copyJson(value), schema) ? [invalid(at, schema.default, "must not have unknown fields")] : [];
  try {
    coerceEmbedded(isObject(value) ? value : copyJson(value), schema, struct("meta.v1.ObjectMeta"), at, false);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return [...errors, invalid(at, schema.default, error.message)];
  }
  const embedded = embeddedErrors(value, schema, () => [], at);
  const found = embedded.length > 0 ? embedded : schemaErrors(schema.props, schema.default, { base: at });
  return [...errors, ...(found.length > 0 ? found : ruleErrors(at, schema))];
}

/** A default holds its rules, as something new and as something that was there. */
function ruleErrors(at: string, { props, default: value }: Structural): FieldError[] {
  const errors = validateRules(props, value, value, { at });
  return errors.length > 0 ? errors : validateRules(props, value, undefined, { at });
}
