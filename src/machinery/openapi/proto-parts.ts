/** Fields that OpenAPI v2 and v3 have in the same order, each from a number of its own on. */

import type { FieldType, MessageType } from "./proto.ts";

type Fields = NonNullable<MessageType["fields"]>;

export const strings = { list: "string" } as const;
export const anys = { list: "any" } as const;
export const EXTERNAL_DOCS: MessageType = { fields: { description: [1, "string"], url: [2, "string"] } };

/** @returns the fields with consecutive numbers */
function numbered(first: number, fields: readonly (readonly [name: string, type: FieldType])[]): Fields {
  return Object.fromEntries(fields.map(([name, type], i) => [name, [first + i, type]]));
}

/** What a schema asks of values. @param first the number of `multipleOf` */
export function constraintFields(first: number): Fields {
  return numbered(first, [
    ["multipleOf", "double"],
    ["maximum", "double"],
    ["exclusiveMaximum", "bool"],
    ["minimum", "double"],
    ["exclusiveMinimum", "bool"],
    ["maxLength", "int"],
    ["minLength", "int"],
    ["pattern", "string"],
    ["maxItems", "int"],
    ["minItems", "int"],
    ["uniqueItems", "bool"],
    ["maxProperties", "int"],
    ["minProperties", "int"],
    ["required", strings],
    ["enum", anys],
  ]);
}

/** What may be done at a path. @param first the number of `get` */
export function methodFields(first: number, operation: MessageType): Fields {
  return numbered(
    first,
    ["get", "put", "post", "delete", "options", "head", "patch"].map((method) => [method, operation] as const),
  );
}

/** How an operation begins. */
export const OPERATION_HEAD: Fields = {
  ...numbered(1, [
    ["tags", strings],
    ["summary", "string"],
    ["description", "string"],
  ]),
  operationId: [5, "string"],
};
