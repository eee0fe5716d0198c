/**
 * What the values of a variable look like: made from a built-in kind's fields or from a custom resource's schema, and read by the checker (types),
 * by costs (greatest sizes) and by evaluation (how JSON becomes values). [Kubernetes' apiserver pkg/cel/types.go]
 */

import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, mapOf, objectType, STRING, TIMESTAMP, type Type } from "./types/type.ts";

export interface CelType {
  readonly kind:
    | "dyn"
    | "intOrString"
    | "bool"
    | "int"
    | "double"
    | "string"
    | "bytes"
    | "date"
    | "timestamp"
    | "duration"
    | "list"
    | "map"
    | "object"
    | "unknown";
  /** The most characters, items or entries. */
  readonly sizeMax: number;
  /** The fewest bytes that it takes in JSON. */
  readonly bytesMin: number;
  readonly nullable?: boolean;
  /** Of lists and maps. */
  readonly items?: CelType;
  /** Of lists that are compared as sets, or by the keys of their items. */
  readonly listType?: string;
  readonly listKeys?: readonly string[];
  /** Of objects: a name that no other type has, and the fields by the names that expressions call them. */
  readonly name?: string;
  readonly fields?: ReadonlyMap<string, { readonly jsonName: string; readonly type: CelType }>;
}

export const DYNAMIC: CelType = { kind: "dyn", sizeMax: 0, bytesMin: 1 };

/** The type that the checker sees. */
export function typeOfDeclaration(declaration: CelType): Type {
  switch (declaration.kind) {
    case "bool":
      return BOOL;
    case "int":
      return INT;
    case "double":
      return DOUBLE;
    case "string":
      return STRING;
    case "bytes":
      return BYTES;
    case "date":
    case "timestamp":
      return TIMESTAMP;
    case "duration":
      return DURATION;
    case "list":
      return listOf(typeOfDeclaration(declaration.items ?? DYNAMIC));
    case "map":
      return mapOf(STRING, typeOfDeclaration(declaration.items ?? DYNAMIC));
    case "object":
      return objectType(declaration.name ?? "object");
    default:
      return DYN;
  }
}

/** The field that an expression calls so; a reserved word may stand behind a dot as it is. */
export function fieldNamed({ fields }: CelType, name: string): { readonly jsonName: string; readonly type: CelType } | undefined {
  return fields?.get(name) ?? fields?.get(`__${name}__`);
}

/** Every object type in a declaration, by name. */
export function objectsIn(declaration: CelType, found: Map<string, CelType> = new Map()): Map<string, CelType> {
  if (declaration.items) objectsIn(declaration.items, found);
  if (declaration.kind === "object" && !found.has(declaration.name ?? "object")) {
    found.set(declaration.name ?? "object", declaration);
    for (const { type } of declaration.fields?.values() ?? []) objectsIn(type, found);
  }
  return found;
}
