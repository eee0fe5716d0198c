/** Resources within a custom resource: their metadata are as those of any other (k8s.io/apiextensions-apiserver pkg/apiserver/schema/objectmeta). */

import { decode } from "../json/decode.ts";
import { DecodeError } from "../json/decode-error.ts";
import { parseJson } from "../json/document.ts";
import { encode } from "../json/encode.ts";
import { stringifyExactly } from "../json/stringify.ts";
import { isDNS1035Label } from "../names.ts";
import { isObject, type Plain } from "../plain.ts";
import type { StructSchema } from "../schema/schema.ts";
import { type FieldError, invalid, required } from "../status/field-error.ts";
import { child, index, key as keyPath } from "./paths.ts";
import { memberOf, type Structural } from "./structural.ts";

/** What stood there was accepted before, or is a part of a body that was. */
const BUDGET = { maxBytes: 64 << 20, maxDepth: 10_000, maxMembers: 10_000_000 };

export interface CoercedMetadata {
  /** In the form of built-in kinds. */
  readonly metadata: Plain;
  /** Fields that no metadata have. */
  readonly unknown: readonly string[];
}

/** @throws DecodeError for values of the wrong type */
export function readMetadata(metadata: unknown, schema: StructSchema): CoercedMetadata {
  const { value, strictErrors } = decode<Plain>(stringifyExactly(metadata), schema, BUDGET);
  const unknown = strictErrors.flatMap((error) => /^unknown field "(.*)"$/s.exec(error)?.[1] ?? []);
  return { metadata: value ?? {}, unknown };
}

/**
 * Brings the metadata of embedded resources into the form that metadata have. Changes the value.
 * @param root whether the value is a resource whose own metadata have been read already
 * @returns the paths of fields that no metadata have
 * @throws DecodeError for metadata, kinds and versions of the wrong type
 */
export function coerceEmbedded(value: unknown, schema: Structural | undefined, metadataSchema: StructSchema, at = "", root = true): string[] {
  if (!schema || !mayEmbed(schema)) return [];
  const unknown: string[] = [];
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) unknown.push(...coerceEmbedded(item, schema.items, metadataSchema, index(at, i), false));
  } else if (isObject(value)) {
    if (schema.embedded && !root) unknown.push(...coerceOne(value, metadataSchema, at));
    for (const name in value) {
      const inside = memberOf(schema, name);
      if (inside) unknown.push(...coerceEmbedded(value[name], inside, metadataSchema, memberPath(schema, at, name), false));
    }
  }
  return unknown.sort();
}

function memberPath(schema: Structural, at: string, name: string): string {
  return schema.properties.has(name) ? child(at, name) : keyPath(at, name);
}

function coerceOne(object: Plain, metadataSchema: StructSchema, at: string): string[] {
  for (const name of ["apiVersion", "kind"]) {
    if (Object.hasOwn(object, name) && typeof object[name] !== "string") throw wrong(child(at, name), object[name], "must be a string");
  }
  if (!Object.hasOwn(object, "metadata")) return [];
  try {
    const { metadata, unknown } = readMetadata(object.metadata, metadataSchema);
    object.metadata = parseJson(encode(metadata, metadataSchema), BUDGET);
    return unknown.map((name) => `${child(at, "metadata")}.${name}`);
  } catch (error) {
    throw error instanceof DecodeError ? wrong(child(at, "metadata"), object.metadata, error.message) : error;
  }
}

function wrong(field: string, value: unknown, why: string): DecodeError {
  return new DecodeError(`${field}: ${invalid(field, value, why).message}`);
}

const embeds = new WeakMap<Structural, boolean>();

/** Whether the schema or one below it is of an embedded resource: most aren't. */
function mayEmbed(schema: Structural): boolean {
  let may = embeds.get(schema);
  if (may === undefined) {
    const inside = [
      ...schema.properties.values(),
      ...(typeof schema.additional === "object" ? [schema.additional] : []),
      ...(schema.items ? [schema.items] : []),
    ];
    may = schema.embedded || inside.some(mayEmbed);
    embeds.set(schema, may);
  }
  return may;
}

/** @param metadataErrors says what is wrong with metadata, at `metadata` */
export function embeddedErrors(
  value: unknown,
  schema: Structural | undefined,
  metadataErrors: (metadata: Plain) => readonly FieldError[],
  at = "",
): FieldError[] {
  if (!schema || !mayEmbed(schema)) return [];
  if (Array.isArray(value)) return value.flatMap((item, i) => embeddedErrors(item, schema.items, metadataErrors, index(at, i)));
  if (!isObject(value)) return [];
  const errors = schema.embedded ? resourceErrors(value, metadataErrors, at) : [];
  for (const name in value) {
    const inside = memberOf(schema, name);
    if (inside) errors.push(...embeddedErrors(value[name], inside, metadataErrors, memberPath(schema, at, name)));
  }
  return errors;
}

function resourceErrors(object: Plain, metadataErrors: (metadata: Plain) => readonly FieldError[], at: string): FieldError[] {
  const errors = [...versionErrors(object, child(at, "apiVersion")), ...kindErrors(object, child(at, "kind"))];
  if (!isObject(object.metadata)) return errors;
  const metadata = object.metadata.name ? object.metadata : { ...object.metadata, name: "fakename" };
  return [...errors, ...metadataErrors(metadata).map((error) => ({ ...error, field: child(at, error.field) }))];
}

function versionErrors({ apiVersion }: Plain, at: string): FieldError[] {
  if (apiVersion === undefined) return [required(at, "")];
  if (typeof apiVersion !== "string") return [invalid(at, apiVersion, "must be a string")];
  if (apiVersion === "") return [invalid(at, apiVersion, "must not be empty")];
  return apiVersion.split("/").length > 2 ? [invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)] : [];
}

function kindErrors({ kind }: Plain, at: string): FieldError[] {
  if (kind === undefined) return [required(at, "")];
  if (typeof kind !== "string") return [invalid(at, kind, "must be a string")];
  if (kind === "") return [invalid(at, kind, "must not be empty")];
  const complaints = isDNS1035Label(kind.toLowerCase());
  return complaints.length > 0 ? [invalid(at, kind, `may have mixed case, but should otherwise match: ${complaints.join(",")}`)] : [];
}
