/** Types of the Common Expression Language, as the checker reasons about them. [cel-spec, cel-go common/types] */

export type Type =
  | { readonly kind: Scalar }
  | { readonly kind: "list"; readonly item: Type }
  | { readonly kind: "map"; readonly key: Type; readonly value: Type }
  /** A value with fields, or one that only functions can look into (`kubernetes.Quantity`). */
  | { readonly kind: "object"; readonly name: string }
  | { readonly kind: "opaque"; readonly name: string; readonly params: readonly Type[] }
  | { readonly kind: "type"; readonly of: Type | undefined }
  | { readonly kind: "param"; readonly name: string };

export type Scalar = "dyn" | "error" | "null" | "bool" | "int" | "uint" | "double" | "string" | "bytes" | "timestamp" | "duration";

const scalar = (kind: Scalar): Type => Object.freeze({ kind });

export const DYN: Type = scalar("dyn");
export const ERROR: Type = scalar("error");
export const NULL: Type = scalar("null");
export const BOOL: Type = scalar("bool");
export const INT: Type = scalar("int");
export const UINT: Type = scalar("uint");
export const DOUBLE: Type = scalar("double");
export const STRING: Type = scalar("string");
export const BYTES: Type = scalar("bytes");
export const TIMESTAMP: Type = scalar("timestamp");
export const DURATION: Type = scalar("duration");

export const listOf = (item: Type): Type => ({ kind: "list", item });
export const mapOf = (key: Type, value: Type): Type => ({ kind: "map", key, value });
export const objectType = (name: string): Type => ({ kind: "object", name });
export const optionalOf = (value: Type): Type => ({ kind: "opaque", name: "optional_type", params: [value] });
export const typeOf = (of: Type | undefined): Type => ({ kind: "type", of });

export const isDynamic = (type: Type): boolean => type.kind === "dyn";
export const isDynamicOrError = (type: Type): boolean => type.kind === "dyn" || type.kind === "error";

/** @returns the type inside `optional_type(T)`; undefined for all others */
export function insideOptional(type: Type): Type | undefined {
  return type.kind === "opaque" && type.name === "optional_type" ? type.params[0] : undefined;
}

/** The types inside a type, in order. */
export function parametersOf(type: Type): readonly Type[] {
  if (type.kind === "list") return [type.item];
  if (type.kind === "map") return [type.key, type.value];
  if (type.kind === "opaque") return type.params;
  return type.kind === "type" && type.of ? [type.of] : [];
}

export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if ("name" in a && a.name !== (b as { readonly name: string }).name) return false;
  const [left, right] = [parametersOf(a), parametersOf(b)];
  return left.length === right.length && left.every((one, i) => sameType(one, right[i]!));
}

/** The type as messages show it: `map(string, list(int))`. */
export function formatType(type: Type): string {
  switch (type.kind) {
    case "error":
      return "!error!";
    case "object":
    case "param":
      return type.name;
    case "opaque":
      return type.params.length > 0 ? `${type.name}(${type.params.map(formatType).join(", ")})` : type.name;
    case "list":
      return `list(${formatType(type.item)})`;
    case "map":
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case "type":
      return type.of ? `type(${formatType(type.of)})` : "type";
    default:
      return type.kind;
  }
}

/** A type's name as a value, which `type(x)` gives: `google.protobuf.Timestamp`. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case "null":
      return "null_type";
    case "timestamp":
      return "google.protobuf.Timestamp";
    case "duration":
      return "google.protobuf.Duration";
    case "object":
    case "opaque":
    case "param":
      return type.name;
    default:
      return type.kind;
  }
}
