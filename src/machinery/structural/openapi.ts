/** The schema of a custom resource as OpenAPI v3 publishes it: as it was given, with what every object has (k8s.io/apiextensions-apiserver pkg/controller/openapi/builder). */

import { propertiesOf, type SchemaProps } from "./schema-props.ts";

type Json = Record<string, unknown>;

const VERSION_TEXT =
  "APIVersion defines which version of its group's schema this object is written in. Servers convert what they know to their newest form and may refuse what they don't.";
const KIND_TEXT =
  "Kind is the name of the REST resource that this object is one of, in CamelCase. Servers may infer it from the endpoint. It can't be changed.";
const METADATA_TEXT = "Standard object's metadata: the name, the namespace, labels and what the server keeps.";

/** @param metadata a reference to the definition of metadata. @returns the resource's definition, without its group, version and kind */
export function resourceDefinition(props: SchemaProps | undefined, metadata: Json): Json {
  if (!props) return { type: "object" };
  const own = published(props, metadata);
  return { ...own, properties: { ...(own.properties as Json | undefined), ...metaProperties(metadata) } };
}

/** `apiVersion`, `kind` and `metadata` of any object. */
export function metaProperties(metadata: Json, text = METADATA_TEXT): Json {
  return {
    apiVersion: { type: "string", description: VERSION_TEXT },
    kind: { type: "string", description: KIND_TEXT },
    metadata: { description: text, allOf: [metadata] },
  };
}

const JUNCTORS = ["allOf", "anyOf", "oneOf"] as const;
const INT_OR_STRING: readonly SchemaProps[] = [{ type: "integer" }, { type: "string" }];

function published(props: SchemaProps, metadata: Json): Json {
  const { properties: _properties, items, additionalProperties: additional, not, ...rest } = props;
  const out: Json = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => value !== undefined && value !== false && !JUNCTORS.includes(name as "allOf")),
  );
  const properties: Json = Object.fromEntries(propertiesOf(props).map(([name, one]) => [name, published(one, metadata)]));
  if (items && !Array.isArray(items)) out.items = published(items, metadata);
  if (typeof additional === "object") out.additionalProperties = published(additional, metadata);
  else if (additional !== undefined) out.additionalProperties = additional;
  for (const junctor of JUNCTORS) if (props[junctor]) out[junctor] = props[junctor].map((one) => published(one, metadata));
  if (not) out.not = published(not, metadata);
  if (props["x-kubernetes-int-or-string"]) unfold(out, props);
  if (props["x-kubernetes-embedded-resource"]) {
    Object.assign(properties, metaProperties(metadata));
    out.required = [...new Set([...(props.required ?? []), "kind", "apiVersion"])];
  }
  if (Object.keys(properties).length > 0) out.properties = properties;
  return out;
}

/** What an int-or-string is stands there for those who don't know the extension. */
function unfold(out: Json, { anyOf, allOf }: SchemaProps): void {
  const says = (schemas: readonly SchemaProps[] | undefined): boolean =>
    schemas?.length === 2 && schemas[0]?.type === "integer" && schemas[1]?.type === "string";
  if (says(anyOf) || says(allOf?.[0]?.anyOf)) return;
  if (!anyOf) out.anyOf = INT_OR_STRING;
  else out.allOf = [{ anyOf: INT_OR_STRING }, ...((out.allOf as unknown[] | undefined) ?? [])];
}
