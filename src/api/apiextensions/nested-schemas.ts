/**
 * Schemas that stand where JSON has a schema or something else (`items`, `additionalProperties` …): read as schemas, so that nobody who walks a definition
 * meets a value of the wrong type (k8s.io/apiextensions-apiserver pkg/apis/apiextensions/v1/marshal.go).
 */

import { decode } from "../../machinery/json/decode.ts";
import { DecodeError } from "../../machinery/json/decode-error.ts";
import { encode } from "../../machinery/json/encode.ts";
import { stringifyExactly } from "../../machinery/json/stringify.ts";
import { isObject } from "../../machinery/plain.ts";
import { badRequest } from "../../machinery/status/status-error.ts";
import { schema } from "../schemas.ts";
import type { JSONSchemaProps } from "../tables/apiextensions-v1.ts";

/** A part of a body that was within the budget. */
const BUDGET = { maxBytes: 64 << 20, maxDepth: 10_000, maxMembers: 10_000_000 };

/** Changes the schema, whose own members have been read. @returns it; @throws StatusError 400 for a value of the wrong type */
export function readNestedSchemas(props: JSONSchemaProps): JSONSchemaProps {
  const { items, additionalProperties, additionalItems, dependencies } = props;
  if (Array.isArray(items)) props.items = items.map(readSchema);
  else if (isObject(items)) props.items = readSchema(items);
  else delete props.items;
  if (additionalProperties !== undefined && typeof additionalProperties !== "boolean") props.additionalProperties = readSchema(additionalProperties);
  if (additionalItems !== undefined && typeof additionalItems !== "boolean") props.additionalItems = readSchema(additionalItems);
  for (const [name, one] of Object.entries(dependencies ?? {})) if (!Array.isArray(one)) (dependencies as Record<string, unknown>)[name] = readSchema(one);
  for (const list of [props.allOf, props.anyOf, props.oneOf]) for (const one of list ?? []) readNestedSchemas(one);
  if (props.not) readNestedSchemas(props.not);
  for (const map of [props.properties, props.patternProperties, props.definitions]) for (const one of Object.values(map ?? {})) readNestedSchemas(one);
  return props;
}

const known = new WeakSet<object>();

function readSchema(value: unknown): JSONSchemaProps {
  if (isObject(value) && known.has(value)) return readNestedSchemas(value as JSONSchemaProps);
  const struct = schema("apiextensions.v1.JSONSchemaProps");
  try {
    if (!isObject(value))
      throw new DecodeError(`json: cannot unmarshal ${Array.isArray(value) ? "array" : typeof value} into Go value of type v1.JSONSchemaProps`);
    const { value: read } = decode<JSONSchemaProps>(stringifyExactly(value), struct, BUDGET);
    const nested = readNestedSchemas(read);
    // Written as every schema is: members in their order, without what says nothing.
    const written = JSON.parse(encode(nested, struct)) as JSONSchemaProps;
    known.add(written);
    return written;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(`CustomResourceDefinition in version "v1" cannot be handled as a CustomResourceDefinition: ${error.message}`);
  }
}
