/** What a schema says of values, as expressions see it: what isn't described can't be named. [Kubernetes' apiserver pkg/cel/common/schemas.go] */

import type { CelType } from "../declaration.ts";
import { escapeField } from "../escape.ts";
import { REQUEST_BYTES_MAX } from "../limits.ts";
import { additionalOf, itemsOf, type RuleSchema, withResourceMembers } from "./schema.ts";

const DURATION_MAX = 32;
const DATE_MAX = 12;
const DATE_TIME_MAX = 32;
/** A character takes up to four bytes. */
const CHARACTER_MAX = 4;

/** @param name of the type, which messages show. @returns undefined where expressions can't see such values */
export function declare(schema: RuleSchema, name: string, isResource = schema["x-kubernetes-embedded-resource"] === true): CelType | undefined {
  const declared = declarePlain(isResource ? withResourceMembers(schema) : schema, name);
  return declared && schema.nullable ? { ...declared, nullable: true } : declared;
}

function declarePlain(schema: RuleSchema, name: string): CelType | undefined {
  if (schema["x-kubernetes-int-or-string"]) return { kind: "intOrString", sizeMax: textMax(schema), bytesMin: 1 };
  switch (schema.type) {
    case "array":
      return declareList(schema, name);
    case "object":
      return declareObject(schema, name);
    case "string":
      return declareText(schema);
    case "boolean":
      return { kind: "bool", sizeMax: 0, bytesMin: 4 };
    case "number":
      return { kind: "double", sizeMax: 0, bytesMin: 1 };
    case "integer":
      return { kind: "int", sizeMax: 0, bytesMin: 1 };
    default:
      return undefined;
  }
}

const notNegative = (value: number | bigint): number => Math.max(0, Number(value));

function textMax({ maxLength, enum: values = [] }: RuleSchema): number {
  if (maxLength !== undefined) return notNegative(maxLength) * CHARACTER_MAX;
  if (values.length > 0) return Math.max(0, ...values.map((value) => (typeof value === "string" ? Buffer.byteLength(value) : 0)));
  return REQUEST_BYTES_MAX - 2;
}

function declareText(schema: RuleSchema): CelType {
  const { format, maxLength } = schema;
  if (format === "byte") return { kind: "bytes", sizeMax: maxLength === undefined ? REQUEST_BYTES_MAX - 2 : notNegative(maxLength), bytesMin: 2 };
  if (format === "duration") return { kind: "duration", sizeMax: DURATION_MAX, bytesMin: 3 };
  if (format === "date") return { kind: "date", sizeMax: DATE_MAX, bytesMin: 12 };
  if (format === "date-time") return { kind: "timestamp", sizeMax: DATE_TIME_MAX, bytesMin: 21 };
  return { kind: "string", sizeMax: textMax(schema), bytesMin: 2 };
}

function declareList(schema: RuleSchema, name: string): CelType | undefined {
  const itemSchema = itemsOf(schema);
  const items = itemSchema && declare(itemSchema, `${name}.@idx`);
  if (!items) return undefined;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  return {
    kind: "list",
    items,
    sizeMax: schema.maxItems === undefined ? Math.floor((REQUEST_BYTES_MAX - 2) / (items.bytesMin + 1)) : notNegative(schema.maxItems),
    bytesMin: 2,
    listType: schema["x-kubernetes-list-type"],
    listKeys: keys.map((key) => escapeField(key) ?? key),
  };
}

function declareObject(schema: RuleSchema, name: string): CelType | undefined {
  const additional = additionalOf(schema);
  if (additional) {
    const items = declare(additional, `${name}.@elem`);
    const sizeMax = schema.maxProperties === undefined ? Math.floor((REQUEST_BYTES_MAX - 2) / ((items?.bytesMin ?? 0) + 6)) : notNegative(schema.maxProperties);
    return items && { kind: "map", items, sizeMax, bytesMin: 2 };
  }
  const fields = new Map<string, { jsonName: string; type: CelType }>();
  let bytesMin = 2;
  for (const [jsonName, property] of Object.entries(schema.properties ?? {})) {
    const escaped = escapeField(jsonName);
    const type = declare(property, `${name}.${escaped ?? jsonName}`);
    if (!type) continue;
    if (escaped !== undefined) fields.set(escaped, { jsonName, type });
    if (schema.required?.includes(jsonName) && property.default === undefined) bytesMin += Buffer.byteLength(jsonName) + type.bytesMin + 4;
  }
  return { kind: "object", name, fields, sizeMax: 0, bytesMin };
}
