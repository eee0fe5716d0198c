/** The messages of OpenAPI v3 (gnostic-models, openapiv3/OpenAPIv3.proto), as far as documents of Kubernetes go. */

import { type FieldType, type MessageType, mapMessage, orReference } from "./proto.ts";
import { constraintFields, EXTERNAL_DOCS, methodFields, OPERATION_HEAD } from "./proto-parts.ts";

const REFERENCE: MessageType = { fields: { $ref: [1, "string"], summary: [2, "string"], description: [3, "string"] } };

/** Schemas hold schemas: the fields that do are found when they are asked for. */
const SCHEMA: MessageType = {
  get fields() {
    return schemaFields;
  },
  extensions: 36,
};
const OR_REFERENCE = orReference(1, SCHEMA, 2, REFERENCE);

/** Defaults that are no scalars have no message: an empty one stands for them. */
const DEFAULT: MessageType = {
  choose: (value) =>
    typeof value === "number" ? [1, "double"] : typeof value === "boolean" ? [2, "bool"] : typeof value === "string" ? [3, "string"] : undefined,
};

const schemaFields: NonNullable<MessageType["fields"]> = {
  nullable: [1, "bool"],
  readOnly: [3, "bool"],
  writeOnly: [4, "bool"],
  externalDocs: [6, EXTERNAL_DOCS],
  example: [7, "any"],
  deprecated: [8, "bool"],
  title: [9, "string"],
  ...constraintFields(10),
  type: [25, "string"],
  allOf: [26, { list: OR_REFERENCE }],
  oneOf: [27, { list: OR_REFERENCE }],
  anyOf: [28, { list: OR_REFERENCE }],
  not: [29, SCHEMA],
  items: [30, { choose: () => [1, OR_REFERENCE] }],
  properties: [31, mapMessage(OR_REFERENCE)],
  additionalProperties: [32, { choose: (value) => (typeof value === "boolean" ? [2, "bool"] : [1, OR_REFERENCE]) }],
  default: [33, DEFAULT],
  description: [34, "string"],
  format: [35, "string"],
};

const CONTENT = mapMessage({ fields: { schema: [1, OR_REFERENCE] }, extensions: 5 });
const PARAMETER: MessageType = {
  fields: { name: [1, "string"], in: [2, "string"], description: [3, "string"], required: [4, "bool"], schema: [10, OR_REFERENCE] },
  extensions: 14,
};
const PARAMETERS: FieldType = { list: orReference(1, PARAMETER, 2, REFERENCE) };
const RESPONSE: MessageType = { fields: { description: [1, "string"], content: [3, CONTENT] }, extensions: 5 };
const REQUEST_BODY: MessageType = { fields: { description: [1, "string"], content: [2, CONTENT], required: [3, "bool"] }, extensions: 4 };

const OPERATION: MessageType = {
  fields: {
    ...OPERATION_HEAD,
    parameters: [6, PARAMETERS],
    requestBody: [7, orReference(1, REQUEST_BODY, 2, REFERENCE)],
    responses: [8, mapMessage(orReference(1, RESPONSE, 2, REFERENCE), 2)],
    deprecated: [10, "bool"],
  },
  extensions: 13,
};

const PATH_ITEM: MessageType = {
  fields: {
    $ref: [1, "string"],
    summary: [2, "string"],
    description: [3, "string"],
    ...methodFields(4, OPERATION),
    parameters: [13, PARAMETERS],
  },
  extensions: 14,
};

const SECURITY_SCHEME: MessageType = { fields: { type: [1, "string"], description: [2, "string"], name: [3, "string"], in: [4, "string"] }, extensions: 9 };

export const DOCUMENT_V3: MessageType = {
  fields: {
    openapi: [1, "string"],
    info: [2, { fields: { title: [1, "string"], description: [2, "string"], version: [6, "string"] } }],
    paths: [4, mapMessage(PATH_ITEM, 1, /^\//)],
    components: [
      5,
      { fields: { schemas: [1, mapMessage(OR_REFERENCE)], securitySchemes: [7, mapMessage(orReference(1, SECURITY_SCHEME, 2, REFERENCE))] }, extensions: 10 },
    ],
  },
};
