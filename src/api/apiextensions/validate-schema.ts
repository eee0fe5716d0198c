/** What a definition's schema may say, schema by schema (ValidateCustomResourceDefinitionOpenAPISchema). */

import { ruleFormErrors } from "../../machinery/cel/rules/check-schema.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { child, index, key } from "../../machinery/structural/paths.ts";
import { propertiesOf, type SchemaProps } from "../../machinery/structural/schema-props.ts";
import { META_FIELDS } from "../../machinery/structural/structural.ts";
import type { Leniency } from "./leniency.ts";

export const OPENAPI_TYPES: readonly string[] = ["array", "boolean", "integer", "number", "object", "string"];

/** Where in the whole a schema stands. */
export interface SchemaPlace {
  readonly root: boolean;
  /** Why there may be no defaults here; undefined where there may. */
  readonly noDefaults: string | undefined;
  /** It is of kind, version or metadata of a resource. */
  readonly inMeta: boolean;
}

export const ROOT: SchemaPlace = { root: true, noDefaults: undefined, inMeta: false };

/** @returns what is wrong with the schema and all below it */
export function schemaErrors(at: string, props: SchemaProps, place: SchemaPlace, lenient: Leniency): FieldError[] {
  const errors = [...standardErrors(at, props, place, lenient)];
  if (props.uniqueItems)
    errors.push(forbiddenField(child(at, "uniqueItems"), "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
  const inside: SchemaPlace = { ...place, root: false };
  const { additionalProperties: additional, items } = props;
  const properties = propertiesOf(props);
  if (additional !== undefined) {
    const field = child(at, "additionalProperties");
    if (properties.length > 0 && additional !== true) errors.push(forbiddenField(field, "additionalProperties and properties are mutual exclusive"));
    const noDefaults = place.inMeta ? "inside additionalProperties applying to object metadata" : place.noDefaults;
    if (typeof additional === "object") errors.push(...schemaErrors(field, additional, { ...inside, noDefaults }, lenient));
  }
  for (const [name, one] of properties) {
    const isMeta = (place.root || props["x-kubernetes-embedded-resource"] === true) && META_FIELDS.has(name);
    const noDefaults = isMeta && place.root ? `in top-level ${name}` : place.noDefaults;
    errors.push(...schemaErrors(key(child(at, "properties"), name), one, { root: false, noDefaults, inMeta: place.inMeta || isMeta }, lenient));
  }
  if (props.not) errors.push(...schemaErrors(child(at, "not"), props.not, inside, lenient));
  for (const junctor of ["allOf", "oneOf", "anyOf"] as const) {
    for (const [i, one] of (props[junctor] ?? []).entries()) errors.push(...schemaErrors(index(child(at, junctor), i), one, inside, lenient));
  }
  for (const [name, one] of Object.entries(props.definitions ?? {})) errors.push(...schemaErrors(key(child(at, "definitions"), name), one, inside, lenient));
  if (Array.isArray(items)) for (const [i, one] of items.entries()) errors.push(...schemaErrors(index(child(at, "items"), i), one, inside, lenient));
  else if (items) errors.push(...schemaErrors(child(at, "items"), items, inside, lenient));
  for (const [name, one] of Object.entries(props.dependencies ?? {})) {
    if (!Array.isArray(one)) errors.push(...schemaErrors(key(child(at, "dependencies"), name), one, inside, lenient));
  }
  errors.push(...extensionErrors(at, props, lenient));
  return [...errors, ...ruleFormErrors(props, at)];
}

function standardErrors(at: string, props: SchemaProps, { noDefaults, inMeta }: SchemaPlace, lenient: Leniency): FieldError[] {
  const errors: FieldError[] = [];
  const forbid = (name: string, why: string): number => errors.push(forbiddenField(child(at, name), why));
  if (!lenient.anyType && props.type && !OPENAPI_TYPES.includes(props.type)) errors.push(notSupported(child(at, "type"), props.type, OPENAPI_TYPES));
  if (props.default !== undefined && props.default !== null && noDefaults !== undefined) forbid("default", `must not be set ${noDefaults}`);
  if (props.id) forbid("id", "id is not supported");
  if (props.additionalItems !== undefined) forbid("additionalItems", "additionalItems is not supported");
  if (Object.keys(props.patternProperties ?? {}).length > 0) forbid("patternProperties", "patternProperties is not supported");
  if (Object.keys(props.definitions ?? {}).length > 0) forbid("definitions", "definitions is not supported");
  if (props.dependencies !== undefined) forbid("dependencies", "dependencies is not supported");
  if (props.$ref !== undefined) forbid("$ref", "$ref is not supported");
  if (props.type === "null") forbid("type", "type cannot be set to null, use nullable as an alternative");
  if (Array.isArray(props.items) && props.items.length > 0) forbid("items", "items must be a schema object and not an array");
  if (inMeta && props["x-kubernetes-embedded-resource"]) forbid("x-kubernetes-embedded-resource", "must not be used inside of resource meta");
  return errors;
}

function extensionErrors(at: string, props: SchemaProps, lenient: Leniency): FieldError[] {
  const errors: FieldError[] = [];
  const { type = "" } = props;
  const mapType = props["x-kubernetes-map-type"];
  if (props["x-kubernetes-preserve-unknown-fields"] === false) {
    errors.push(invalid(child(at, "x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined"));
  }
  if (mapType !== undefined) {
    if (type !== "object") errors.push(mustBe(at, type, "must be object if x-kubernetes-map-type is specified"));
    if (mapType !== "atomic" && mapType !== "granular") errors.push(notSupported(child(at, "x-kubernetes-map-type"), mapType, ["atomic", "granular"], "given"));
  }
  return [...errors, ...listErrors(at, props, lenient)];
}

function mustBe(at: string, type: string, why: string): FieldError {
  return type === "" ? required(child(at, "type"), why) : invalid(child(at, "type"), type, why);
}

function listErrors(at: string, props: SchemaProps, lenient: Leniency): FieldError[] {
  const errors: FieldError[] = [];
  const listType = props["x-kubernetes-list-type"];
  const keys = props["x-kubernetes-list-map-keys"] ?? [];
  const items = props.items && !Array.isArray(props.items) ? props.items : undefined;
  const typeAt = child(at, "x-kubernetes-list-type");
  if (listType !== undefined && props.type !== "array") errors.push(mustBe(at, props.type ?? "", "must be array if x-kubernetes-list-type is specified"));
  else if (listType === "set" && items && !lenient.anySetItems) errors.push(...setErrors(child(at, "items"), items));
  if (listType !== undefined && !["atomic", "set", "map"].includes(listType)) errors.push(notSupported(typeAt, listType, ["atomic", "set", "map"], "given"));
  if (keys.length > 0) {
    const why = "must be map if x-kubernetes-list-map-keys is non-empty";
    if (listType === undefined) errors.push(required(typeAt, why));
    else if (listType !== "map") errors.push(invalid(typeAt, listType, why));
  }
  if (listType === "map") errors.push(...mapErrors(at, props, items, keys));
  return lenient.anyListKeys ? errors : [...errors, ...listKeyErrors(at, props)];
}

function setErrors(at: string, item: SchemaProps): FieldError[] {
  const why = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const listType = item["x-kubernetes-list-type"];
  if (item.type === "array" && listType !== undefined && listType !== "atomic") return [invalid(child(at, "x-kubernetes-list-type"), listType, why)];
  if (item.type === "object" && item["x-kubernetes-map-type"] !== "atomic") return [invalid(child(at, "x-kubernetes-map-type"), listType ?? null, why)];
  return [];
}

function mapErrors(at: string, props: SchemaProps, items: SchemaProps | undefined, keys: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const itemsAt = child(at, "items");
  const keysAt = child(at, "x-kubernetes-list-map-keys");
  if (keys.length === 0) errors.push(required(keysAt, "must not be empty if x-kubernetes-list-type is map"));
  if (props.items === undefined) errors.push(required(itemsAt, "must have a schema if x-kubernetes-list-type is map"));
  else if (!items) errors.push(invalid(itemsAt, props.items, "must only have a single schema if x-kubernetes-list-type is map"));
  else if (items.type !== "object")
    errors.push(invalid(child(itemsAt, "type"), items.type ?? "", "must be object if parent array's x-kubernetes-list-type is map"));
  else {
    const seen = new Set<string>();
    for (const name of keys) {
      const property = Object.hasOwn(items.properties ?? {}, name) ? items.properties![name] : undefined;
      if (!property) errors.push(invalid(keysAt, keys, "entries must all be names of item properties"));
      else if (property.type === "array" || property.type === "object") {
        const field = child(key(child(itemsAt, "properties"), name), "type");
        errors.push(invalid(field, items.type, "must be a scalar type if parent array's x-kubernetes-list-type is map"));
      }
      if (seen.has(name)) errors.push(invalid(keysAt, keys, "must not contain duplicate entries"));
      seen.add(name);
    }
  }
  return errors;
}

/** Items that are told apart can't be null, and their keys must be there. */
export function listKeyErrors(at: string, props: SchemaProps): FieldError[] {
  const listType = props["x-kubernetes-list-type"];
  const { items } = props;
  if (!items || Array.isArray(items) || (listType !== "set" && listType !== "map")) return [];
  const itemsAt = child(at, "items");
  const errors = items.nullable ? [forbiddenField(child(itemsAt, "nullable"), `cannot be nullable when x-kubernetes-list-type is ${listType}`)] : [];
  if (listType !== "map") return errors;
  for (const name of props["x-kubernetes-list-map-keys"] ?? []) {
    const property = Object.hasOwn(items.properties ?? {}, name) ? items.properties![name] : undefined;
    if (!property) continue;
    const field = key(child(itemsAt, "properties"), name);
    if (!items.required?.includes(name) && (property.default === undefined || property.default === null)) {
      errors.push(required(child(field, "default"), "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"));
    }
    if (property.nullable) errors.push(forbiddenField(child(field, "nullable"), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
  }
  return errors;
}
