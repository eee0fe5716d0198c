/**
 * The structural schema of a custom resource: what is known of each of its values without looking at any value. Pruning, defaults and
 * ownership follow it, so it must say of every field what it is (k8s.io/apiextensions-apiserver pkg/apiserver/schema).
 */

import { propertiesOf, type SchemaProps } from "./schema-props.ts";

export interface Structural {
  /** What the schema was made from: value validations are read there. */
  readonly props: SchemaProps;
  /** Empty where any type may come. */
  readonly type: string;
  readonly nullable: boolean;
  /** Undefined for none; shared, so never changed. */
  readonly default: unknown;
  readonly properties: ReadonlyMap<string, Structural>;
  /** The schema of members that aren't among the properties; `true` for anything, undefined where there may be none. */
  readonly additional: Structural | boolean | undefined;
  readonly items: Structural | undefined;
  readonly preserve: boolean;
  readonly embedded: boolean;
  readonly intOrString: boolean;
  readonly listType: string | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: string | undefined;
}

/** A schema that has what no structural schema may have. */
export class NotStructuralError extends Error {
  override name = "NotStructuralError";
}

const NONE: ReadonlyMap<string, Structural> = new Map();

/** @throws NotStructuralError for `$ref`, `definitions` and the like, anywhere in the schema */
export function structuralOf(props: SchemaProps): Structural {
  refuseUnsupported(props);
  for (const nested of [...(props.allOf ?? []), ...(props.anyOf ?? []), ...(props.oneOf ?? []), ...(props.not ? [props.not] : [])]) checkNested(nested);
  const { items, additionalProperties: additional } = props;
  if (Array.isArray(items) && items.length > 0) throw new NotStructuralError("OpenAPIV3Schema 'items' must be a schema, but is an array");
  const properties = propertiesOf(props);
  return {
    props,
    type: props.type ?? "",
    nullable: props.nullable === true,
    default: props.default === null ? undefined : props.default,
    properties: properties.length === 0 ? NONE : new Map(properties.map(([name, one]) => [name, structuralOf(one)])),
    additional: typeof additional === "object" ? structuralOf(additional) : additional,
    items: items && !Array.isArray(items) ? structuralOf(items) : undefined,
    preserve: props["x-kubernetes-preserve-unknown-fields"] === true,
    embedded: props["x-kubernetes-embedded-resource"] === true,
    intOrString: props["x-kubernetes-int-or-string"] === true,
    listType: props["x-kubernetes-list-type"],
    listMapKeys: props["x-kubernetes-list-map-keys"] ?? [],
    mapType: props["x-kubernetes-map-type"],
  };
}

/** Value validations hold schemas too, which may have as little of what isn't supported. */
function checkNested(props: SchemaProps): void {
  refuseUnsupported(props);
  const { items, additionalProperties: additional, not } = props;
  if (Array.isArray(items) && items.length > 0) throw new NotStructuralError("OpenAPIV3Schema 'items' must be a schema, but is an array");
  const nested = [...(props.allOf ?? []), ...(props.anyOf ?? []), ...(props.oneOf ?? []), ...Object.values(props.properties ?? {})];
  for (const one of [...nested, not, items, additional]) if (typeof one === "object" && !Array.isArray(one)) checkNested(one);
}

const UNSUPPORTED: readonly [name: string, has: (props: SchemaProps) => boolean][] = [
  ["id", (props) => Boolean(props.id)],
  ["schema", (props) => Boolean(props.$schema)],
  ["$ref", (props) => Boolean(props.$ref)],
  ["patternProperties", (props) => Object.keys(props.patternProperties ?? {}).length > 0],
  ["dependencies", (props) => Object.keys(props.dependencies ?? {}).length > 0],
  ["additionalItems", (props) => props.additionalItems !== undefined],
  ["definitions", (props) => Object.keys(props.definitions ?? {}).length > 0],
];

function refuseUnsupported(props: SchemaProps): void {
  for (const [name, has] of UNSUPPORTED) if (has(props)) throw new NotStructuralError(`OpenAPIV3Schema '${name}' is not supported`);
  if (props["x-kubernetes-preserve-unknown-fields"] === false) {
    throw new NotStructuralError("internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined");
  }
}

/** @returns the schema of an object's member; undefined where nothing is known of it */
export function memberOf(schema: Structural | undefined, name: string): Structural | undefined {
  const property = schema?.properties.get(name);
  if (property) return property;
  return typeof schema?.additional === "object" ? schema.additional : undefined;
}

/** @returns the same schema as one of a resource, whose metadata, kind and version are looked after by others */
export function asResource(schema: Structural): Structural {
  return schema.embedded ? schema : { ...schema, embedded: true };
}

/** Members that a resource has whatever its schema says. */
export const META_FIELDS: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);
