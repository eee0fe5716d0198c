/**
 * Whether a schema is structural: every value has a known type, logical junctors only restrict values, and what they speak of is declared outside of
 * them too (k8s.io/apiextensions-apiserver pkg/apiserver/schema/{validation,complete}.go).
 */

import { compareUtf8 } from "../json/key-order.ts";
import { equal } from "../plain.ts";
import { type FieldError, forbiddenField, invalid, required } from "../status/field-error.ts";
import { child, index, key } from "./paths.ts";
import { compilePattern } from "./pattern.ts";
import { propertiesOf, type SchemaProps } from "./schema-props.ts";
import type { Structural } from "./structural.ts";

type Level = "root" | "item" | "field";

/** @param at where the schema stands; @returns what is wrong, sorted by field and sentence */
export function structuralErrors(at: string, schema: Structural): FieldError[] {
  const errors = [...invariants(schema, "root", at), ...completeness(schema.props, schema, at, at)];
  return errors.sort((a, b) => compareUtf8(`${a.field}: ${a.message}`, `${b.field}: ${b.message}`));
}

const INT_OR_STRING = [{ type: "integer" }, { type: "string" }];

function isIntOrString(anyOf: readonly SchemaProps[] | undefined): boolean {
  return equal(anyOf, INT_OR_STRING);
}

function invariants(schema: Structural, level: Level, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const { type, properties, additional, items, embedded } = schema;
  if (type === "array" && !items) errors.push(required(child(at, "items"), "must be specified"));
  if (items) errors.push(...invariants(items, "item", child(at, "items")));
  for (const [name, property] of properties) errors.push(...invariants(property, "field", key(child(at, "properties"), name)));
  if (additional !== undefined) {
    if (level === "root") errors.push(forbiddenField(child(at, "additionalProperties"), "must not be used at the root"));
    if (typeof additional === "object") errors.push(...invariants(additional, "field", child(at, "additionalProperties")));
  }
  errors.push(
    ...extensionErrors(schema, at),
    ...valueErrors(schema.props, at, isIntOrString(schema.props.anyOf), isIntOrString(schema.props.allOf?.[0]?.anyOf)),
  );
  errors.push(...typeErrors(schema, level, at));
  if (embedded && additional !== undefined) {
    errors.push(forbiddenField(child(at, "additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set"));
  }
  if (level === "root" && type !== "" && type !== "object") errors.push(invalid(child(at, "type"), type, "must be object at the root"));
  errors.push(...metaErrors(schema, level, at));
  if (embedded && !schema.preserve && properties.size === 0) {
    const why = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
    errors.push(required(child(at, "properties"), why));
  }
  return errors;
}

const TYPELESS: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};

function typeErrors({ type, embedded, intOrString, preserve }: Structural, level: Level, at: string): FieldError[] {
  if (embedded && type !== "object") {
    const why = "must be object if x-kubernetes-embedded-resource is true";
    return [type === "" ? required(child(at, "type"), why) : invalid(child(at, "type"), type, why)];
  }
  return type === "" && !intOrString && !preserve ? [required(child(at, "type"), TYPELESS[level])] : [];
}

function extensionErrors({ intOrString, preserve, embedded }: Structural, at: string): FieldError[] {
  if (!intOrString) return [];
  const why = "must be false if x-kubernetes-int-or-string is true";
  return [
    ...(preserve ? [invalid(child(at, "x-kubernetes-preserve-unknown-fields"), true, why)] : []),
    ...(embedded ? [invalid(child(at, "x-kubernetes-embedded-resource"), true, why)] : []),
  ];
}

/** Kind, version and metadata of a resource are as everywhere; only a resource's name can be restricted. */
function metaErrors({ properties, embedded }: Structural, level: Level, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const isResource = level === "root" || embedded;
  const of = (name: string): string => key(child(at, "properties"), name);
  for (const name of ["kind", "apiVersion"]) {
    const property = properties.get(name);
    if (isResource && property && property.type !== "string") errors.push(invalid(child(of(name), "type"), property.type, "must be string"));
  }
  const metadata = properties.get("metadata");
  if (!metadata) return errors;
  if (isResource && metadata.type !== "object") errors.push(invalid(child(of("metadata"), "type"), metadata.type, "must be object"));
  if (level === "root" && !saysOnlyNames(metadata)) {
    errors.push(forbiddenField(of("metadata"), "must not specify anything other than name and generateName, but metadata is implicitly specified"));
  }
  return errors;
}

function saysOnlyNames({ props }: Structural): boolean {
  const { type: _type, default: _default, properties, ...rest } = props;
  const names = Object.keys(properties ?? {});
  return Object.keys(rest).every((name) => isUnset(rest[name as keyof typeof rest])) && names.every((name) => name === "name" || name === "generateName");
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === false || value === "" || (Array.isArray(value) && value.length === 0);
}

/** @param skipAnyOf the pattern by which int-or-string is written may name types */
function valueErrors(props: SchemaProps, at: string, skipAnyOf: boolean, skipFirstAllOfAnyOf: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (!skipAnyOf) for (const [i, one] of (props.anyOf ?? []).entries()) errors.push(...nestedErrors(one, index(child(at, "anyOf"), i), false));
  for (const [i, one] of (props.allOf ?? []).entries()) errors.push(...nestedErrors(one, index(child(at, "allOf"), i), skipFirstAllOfAnyOf && i === 0));
  for (const [i, one] of (props.oneOf ?? []).entries()) errors.push(...nestedErrors(one, index(child(at, "oneOf"), i), false));
  if (props.not) errors.push(...nestedErrors(props.not, child(at, "not"), false));
  if (props.pattern) {
    const complaint = compilePattern(props.pattern);
    if (typeof complaint === "string") {
      errors.push(invalid(child(at, "pattern"), props.pattern, `must be a valid regular expression, but isn't: ${complaint}`));
    }
  }
  return errors;
}

const EMPTY = "must be empty to be structural";
const UNDEFINED = "must be undefined to be structural";
const FALSE = "must be false to be structural";

/** What a junctor's schema may not say, since it would declare instead of restrict. */
const FORBIDDEN: readonly [name: keyof SchemaProps, why: string, said: (props: SchemaProps) => boolean][] = [
  ["type", EMPTY, (props) => Boolean(props.type)],
  ["additionalProperties", UNDEFINED, (props) => props.additionalProperties !== undefined && props.additionalProperties !== false],
  ["default", UNDEFINED, (props) => props.default !== undefined && props.default !== null],
  ["title", EMPTY, (props) => Boolean(props.title)],
  ["description", EMPTY, (props) => Boolean(props.description)],
  ["nullable", FALSE, (props) => props.nullable === true],
  ["x-kubernetes-preserve-unknown-fields", FALSE, (props) => props["x-kubernetes-preserve-unknown-fields"] === true],
  ["x-kubernetes-embedded-resource", FALSE, (props) => props["x-kubernetes-embedded-resource"] === true],
  ["x-kubernetes-int-or-string", FALSE, (props) => props["x-kubernetes-int-or-string"] === true],
  ["x-kubernetes-list-map-keys", EMPTY, (props) => (props["x-kubernetes-list-map-keys"] ?? []).length > 0],
  ["x-kubernetes-list-type", UNDEFINED, (props) => props["x-kubernetes-list-type"] !== undefined],
  ["x-kubernetes-map-type", UNDEFINED, (props) => props["x-kubernetes-map-type"] !== undefined],
  ["x-kubernetes-validations", EMPTY, (props) => (props["x-kubernetes-validations"] ?? []).length > 0],
];

function nestedErrors(props: SchemaProps, at: string, skipAnyOf: boolean): FieldError[] {
  const errors = valueErrors(props, at, skipAnyOf, false);
  if (props.items && !Array.isArray(props.items)) errors.push(...nestedErrors(props.items, child(at, "items"), false));
  for (const [name, one] of propertiesOf(props)) errors.push(...nestedErrors(one, key(child(at, "properties"), name), false));
  for (const [name, why, said] of FORBIDDEN) if (said(props)) errors.push(forbiddenField(child(at, name), why));
  if (Object.hasOwn(props.properties ?? {}, "metadata")) {
    errors.push(forbiddenField(key(child(at, "properties"), "metadata"), "must not be specified in a nested context"));
  }
  return errors;
}

/** What junctors speak of must be declared outside of them. @param from where they speak of it */
function completeness(props: SchemaProps, schema: Structural | undefined, at: string, from: string): FieldError[] {
  if (!schema) return [required(at, `because it is defined in ${from}`)];
  const errors: FieldError[] = [];
  if (props.not) errors.push(...nestedCompleteness(props.not, schema, at, child(from, "not")));
  for (const junctor of ["allOf", "anyOf", "oneOf"] as const) {
    for (const [i, one] of (props[junctor] ?? []).entries()) errors.push(...nestedCompleteness(one, schema, at, index(child(from, junctor), i)));
  }
  return errors;
}

function nestedCompleteness(props: SchemaProps, schema: Structural | undefined, at: string, from: string): FieldError[] {
  if (!schema) return [required(at, `because it is defined in ${from}`)];
  const errors = completeness(props, schema, at, from);
  if (props.items && !Array.isArray(props.items)) {
    errors.push(...nestedCompleteness(props.items, schema.items, child(at, "items"), child(from, "items")));
  }
  for (const [name, one] of propertiesOf(props)) {
    const place = key(child(at, "properties"), name);
    const said = key(child(from, "properties"), name);
    errors.push(...nestedCompleteness(one, schema.properties.get(name), place, said));
  }
  return errors;
}
