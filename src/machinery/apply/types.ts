/**
 * A schema as apply sees it: what is one value, what is a list of items told apart by keys, what Go's JSON writes although it is empty.
 * Made from the schema once and field by field, as objects need it.
 */

import { compareUtf8 } from "../json/key-order.ts";
import { omission } from "../json/omission.ts";
import { zeroOf } from "../json/zero.ts";
import { isObject, type Plain } from "../plain.ts";
import type { Field, Schema, StructSchema } from "../schema/schema.ts";
import type { FieldTable } from "../schema/table.ts";
import { type Element, type KeyField, keyElement, valueElement } from "./element.ts";

/** `leaf`: a scalar. `atomic`: an object or list that is one value. `any`: what no schema declares; objects in it are maps. */
export type Type = LeafType | AtomicType | StructType | MapType | SetType | KeyedType | AnyType;

export interface LeafType {
  readonly kind: "leaf";
  readonly scalar: "string" | "number" | "boolean" | "untyped";
}
export interface AtomicType {
  readonly kind: "atomic";
  readonly shape: "object" | "list" | "untyped";
  /** For validation of what is inside. */
  readonly inside: Type | undefined;
}
export interface StructType {
  readonly kind: "struct";
  field(name: string): FieldType | undefined;
  /** All fields, by name. */
  readonly sorted: readonly FieldType[];
  /** It may have members that no field declares. */
  readonly open?: true;
}
export interface MapType {
  readonly kind: "map";
  readonly values: Type;
}
export interface SetType {
  readonly kind: "set";
}
export interface KeyedType {
  readonly kind: "keyed";
  readonly items: Type;
  readonly keys: readonly KeyField[];
}
export interface AnyType {
  readonly kind: "any";
}

export interface FieldType {
  readonly name: string;
  readonly element: Element;
  readonly type: Type;
  /** The value that an absent field has all the same: `{}`, null, zero; undefined where absent is absent. */
  readonly implied: unknown;
  /** Whether a value counts as absent: zero, where the field is `omitempty` and no pointer. */
  readonly omits: ((value: unknown) => boolean) | undefined;
  /** No schema has it: it is owned as the entry of a map is. */
  readonly undeclared?: true;
}

export const ANY: AnyType = { kind: "any" };
const SET: SetType = { kind: "set" };
const EMPTY: Plain = Object.freeze(Object.create(null));
const UNTYPED: AtomicType = { kind: "atomic", shape: "untyped", inside: undefined };

/** Structs as they are, and as the metadata of an object and the object itself are: field ownership doesn't own itself. */
type Place = "nested" | "metadata" | "object";
const structs: Readonly<Record<Place, WeakMap<StructSchema, StructType>>> = { nested: new WeakMap(), metadata: new WeakMap(), object: new WeakMap() };

/** @returns the type of a kind's objects */
export function typeOf(schema: Schema): Type {
  return schema.type === "struct" && schema.byName.get("metadata")?.schema.type === "struct"
    ? structOf(schema, "object")
    : compile(schema, undefined, undefined);
}

function compile(schema: Schema, table: FieldTable | undefined, parent: StructSchema | undefined): Type {
  switch (schema.type) {
    case "scalar":
      // A RawExtension is one value; the JSON of CRDs (defaults, examples) is as its content is.
      if (schema.scalar === "raw") return schema.open || parent?.id.startsWith("apiextensions.") ? ANY : UNTYPED;
      if (schema.scalar === "fieldsV1") return UNTYPED;
      return { kind: "leaf", scalar: scalarOf(schema.scalar) };
    case "struct": {
      const struct = structOf(schema);
      const atomic = table?.structType ?? table?.mapType ?? (schema.atomic ? "atomic" : "granular");
      return atomic === "atomic" ? { kind: "atomic", shape: "object", inside: struct } : struct;
    }
    case "map": {
      const map: MapType = { kind: "map", values: compile(schema.values, undefined, parent) };
      return table?.mapType === "atomic" ? { kind: "atomic", shape: "object", inside: map } : map;
    }
    case "list": {
      const items = compile(schema.items, undefined, parent);
      const keys = listKeys(table);
      if (keys === undefined) return { kind: "atomic", shape: "list", inside: items };
      if (keys.length === 0) return SET;
      return {
        kind: "keyed",
        items,
        keys: keys.toSorted().map((name) => ({ name, prefix: `${JSON.stringify(name)}:`, fallback: fallbackOf(schema.items, name) })),
      };
    }
  }
}

function scalarOf(scalar: string): LeafType["scalar"] {
  if (scalar === "string" || scalar === "bytes") return "string";
  if (scalar === "bool") return "boolean";
  return scalar === "int32" || scalar === "int64" || scalar === "float64" ? "number" : "untyped";
}

/** @returns the keys of a list's items, none for a set, undefined for an atomic list. Without a list type the merge strategy decides (kube-openapi schemaconv). */
function listKeys(table: FieldTable | undefined): readonly string[] | undefined {
  if (table?.listType === "map") return table.listMapKeys ?? [];
  if (table?.listType === "set") return [];
  if (table?.listType === undefined && table?.patchStrategy?.split(",").includes("merge")) return table.patchMergeKey ? [table.patchMergeKey] : [];
  return undefined;
}

function fallbackOf(items: Schema, name: string): unknown {
  const field = items.type === "struct" ? items.byName.get(name) : undefined;
  if (field === undefined) return undefined;
  return field.table.default ?? (field.table.omit || field.table.pointer ? undefined : (impliedValue(field) ?? undefined));
}

function structOf(schema: StructSchema, place: Place = "nested"): StructType {
  const known = structs[place].get(schema);
  if (known) return known;
  const fields = new Map<string, FieldType>();
  const find = (name: string): FieldType | undefined => {
    let type = fields.get(name);
    if (type !== undefined) return type;
    const field = schema.byName.get(name);
    if (field === undefined && schema.open) return undeclared(name);
    if (field === undefined || (name === "managedFields" && place === "metadata")) return undefined;
    type = {
      name,
      element: `f:${name}`,
      type:
        place === "object" && name === "metadata" && field.schema.type === "struct"
          ? structOf(field.schema, "metadata")
          : compile(field.schema, field.table, schema),
      implied: impliedValue(field),
      omits: omission(field.schema, field.table).omits,
    };
    fields.set(name, type);
    return type;
  };
  let sorted: FieldType[] | undefined;
  const type: StructType = {
    kind: "struct",
    field: find,
    ...(schema.open && { open: schema.open }),
    get sorted() {
      sorted ??= schema.fields.flatMap((field) => find(field.name) ?? []).sort((a, b) => compareUtf8(a.name, b.name));
      return sorted;
    },
  };
  structs[place].set(schema, type);
  return type;
}

function undeclared(name: string): FieldType {
  return { name, element: `f:${name}`, type: ANY, implied: undefined, omits: undefined, undeclared: true };
}

/** @returns the type's fields by name, those among them that only these objects have */
export function fieldsOf(type: StructType, ...objects: readonly unknown[]): readonly FieldType[] {
  if (!type.open) return type.sorted;
  const names = new Set(objects.flatMap((object) => (isObject(object) ? Object.keys(object) : [])));
  for (const { name } of type.sorted) names.delete(name);
  if (names.size === 0) return type.sorted;
  return [...type.sorted, ...[...names].map(undeclared)].sort((a, b) => compareUtf8(a.name, b.name));
}

/** @returns what JSON writes for an absent field, as a value; undefined where it writes nothing */
function impliedValue(field: Field): unknown {
  const { whenAbsent } = omission(field.schema, field.table);
  if (whenAbsent === "omit") return undefined;
  if (whenAbsent === "null") return null;
  return field.schema.type === "struct" ? EMPTY : zeroOf(field.schema);
}

/** @returns the object's field as Go's JSON would show it; undefined where it wouldn't. @param applied whether nulls, zeros and empty containers are values, as in what somebody applies */
export function fieldValue(object: Plain, field: FieldType, applied = false): unknown {
  const value = Object.hasOwn(object, field.name) ? object[field.name] : undefined;
  if (value === undefined) return field.implied;
  return !applied && field.omits?.(value) ? undefined : value;
}

/** A list item that can't be told apart from others; the message is structured-merge-diff's. */
export class ItemError extends Error {
  override name = "ItemError";
}

/** @throws ItemError */
export function itemElement(type: SetType | KeyedType, item: unknown): Element {
  if (type.kind === "set") {
    if (isObject(item)) throw new ItemError("associative list without keys has an element that's a map type");
    if (Array.isArray(item)) throw new ItemError("not supported: associative list with lists as elements");
    if (item === null || item === undefined) throw new ItemError("associative list without keys has an element that's an explicit null");
    return valueElement(item);
  }
  if (item === null || item === undefined) throw new ItemError("associative list with keys may not have a null element");
  if (!isObject(item)) throw new ItemError("associative list with keys may not have non-map elements");
  const element = keyElement(item, type.keys);
  if (element === undefined) {
    const names = type.keys.map((key) => JSON.stringify(key.name)).join(" ");
    throw new ItemError(`associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`);
  }
  return element;
}
