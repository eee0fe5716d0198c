/** The messages of OpenAPI v2 (gnostic-models, openapiv2/OpenAPIv2.proto), as far as documents of Kubernetes go. */

import { isObject } from "../plain.ts";
import { type FieldType, type MessageType, mapMessage, orReference } from "./proto.ts";
import { anys, constraintFields, EXTERNAL_DOCS, methodFields, OPERATION_HEAD, strings } from "./proto-parts.ts";

const REFERENCE: MessageType = { fields: { $ref: [1, "string"], description: [2, "string"] } };

/** Schemas hold schemas: the fields that do are found when they are asked for. */
const SCHEMA: MessageType = {
  get fields() {
    return schemaFields;
  },
  extensions: 31,
};
const schemaFields: NonNullable<MessageType["fields"]> = {
  $ref: [1, "string"],
  format: [2, "string"],
  title: [3, "string"],
  description: [4, "string"],
  default: [5, "any"],
  ...constraintFields(6),
  additionalProperties: [21, { choose: (value) => (typeof value === "boolean" ? [2, "bool"] : [1, SCHEMA]) }],
  type: [22, { choose: () => [1, "string"] }],
  items: [23, { choose: () => [1, SCHEMA] }],
  allOf: [24, { list: SCHEMA }],
  properties: [25, mapMessage(SCHEMA)],
  externalDocs: [29, EXTERNAL_DOCS],
  example: [30, "any"],
};

const BODY: MessageType = {
  fields: { description: [1, "string"], name: [2, "string"], in: [3, "string"], required: [4, "bool"], schema: [5, SCHEMA] },
  extensions: 6,
};

/** Query parameters may be empty, those in paths not: from there on their fields differ by one. */
function simpleParameter(inQuery: boolean): MessageType {
  const after = inQuery ? 1 : 0;
  return {
    fields: {
      required: [1, "bool"],
      in: [2, "string"],
      description: [3, "string"],
      name: [4, "string"],
      ...(inQuery && { allowEmptyValue: [5, "bool"] as const }),
      type: [5 + after, "string"],
      format: [6 + after, "string"],
      default: [9 + after, "any"],
      uniqueItems: [19 + after, "bool"],
      enum: [20 + after, anys],
    },
    extensions: 22 + after,
  };
}

const QUERY = simpleParameter(true);
const PATH = simpleParameter(false);
const NOT_BODY: MessageType = { choose: (value) => (isObject(value) && value.in === "query" ? [3, QUERY] : [4, PATH]) };
const PARAMETER: MessageType = { choose: (value) => (isObject(value) && value.in === "body" ? [1, BODY] : [2, NOT_BODY]) };
const PARAMETERS: FieldType = { list: orReference(1, PARAMETER, 2, REFERENCE) };
const RESPONSE: MessageType = { fields: { description: [1, "string"], schema: [2, { choose: () => [1, SCHEMA] }] }, extensions: 5 };
const SECURITY: FieldType = { list: mapMessage({ choose: () => [1, strings] }) };

const OPERATION: MessageType = {
  fields: {
    ...OPERATION_HEAD,
    produces: [6, strings],
    consumes: [7, strings],
    parameters: [8, PARAMETERS],
    responses: [9, mapMessage(orReference(1, RESPONSE, 2, REFERENCE))],
    schemes: [10, strings],
    deprecated: [11, "bool"],
    security: [12, SECURITY],
  },
  extensions: 13,
};

const PATH_ITEM: MessageType = {
  fields: {
    $ref: [1, "string"],
    ...methodFields(2, OPERATION),
    parameters: [9, PARAMETERS],
  },
  extensions: 10,
};

const API_KEY: MessageType = { fields: { type: [1, "string"], name: [2, "string"], in: [3, "string"], description: [4, "string"] }, extensions: 5 };

export const DOCUMENT_V2: MessageType = {
  fields: {
    swagger: [1, "string"],
    info: [2, { fields: { title: [1, "string"], version: [2, "string"], description: [3, "string"] } }],
    paths: [8, mapMessage(PATH_ITEM, 2, /^\//)],
    definitions: [9, mapMessage(SCHEMA)],
    parameters: [10, mapMessage(PARAMETER)],
    security: [12, SECURITY],
    securityDefinitions: [13, mapMessage({ choose: () => [2, API_KEY] })],
  },
};
