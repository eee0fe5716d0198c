/** When Go's encoder leaves a field out: `omitempty` never omits a struct, and several scalars are structs in Go. */

import type { Scalar, Schema } from "../schema/schema.ts";
import type { FieldTable } from "../schema/table.ts";

export interface Omission {
  /** What is written for an absent value: nothing, `null`, or the zero value. */
  readonly whenAbsent: "omit" | "null" | "zero";
  /** Whether a value that is there is left out all the same. */
  readonly omits: ((value: unknown) => boolean) | undefined;
}

type Shape = "plain" | "nilable" | "struct";

const SHAPES: Readonly<Record<Scalar, Shape>> = {
  string: "plain",
  bool: "plain",
  int32: "plain",
  int64: "plain",
  float64: "plain",
  bytes: "nilable",
  quantity: "struct",
  intOrString: "struct",
  time: "struct",
  microTime: "struct",
  duration: "struct",
  raw: "struct",
  fieldsV1: "struct",
};

const ZERO_JSON: Readonly<Record<Scalar, string>> = {
  string: '""',
  bool: "false",
  int32: "0",
  int64: "0",
  float64: "0",
  bytes: "null",
  quantity: '"0"',
  intOrString: "0",
  time: "null",
  microTime: "null",
  duration: '"0s"',
  raw: "null",
  fieldsV1: "null",
};

export function omission(schema: Schema, table: Pick<FieldTable, "omit" | "pointer">): Omission {
  const shape = shapeOf(schema);
  if (table.pointer) return { whenAbsent: table.omit ? "omit" : "null", omits: undefined };
  if (shape === "struct") return table.omit === "zero" ? { whenAbsent: "omit", omits: isZeroStruct(schema) } : { whenAbsent: "zero", omits: undefined };
  if (shape === "nilable") return { whenAbsent: table.omit ? "omit" : "null", omits: table.omit === "empty" ? isEmpty : undefined };
  return { whenAbsent: table.omit ? "omit" : "zero", omits: table.omit ? isZeroScalar : undefined };
}

/** The JSON of Go's zero value. @param encoderOf gives the encoder of a struct, whose zero is its empty object */
export function zeroJson(schema: Schema, encoderOf: (schema: Schema) => (value: unknown) => string): string {
  if (schema.type === "scalar") return ZERO_JSON[schema.scalar];
  return schema.type === "struct" ? encoderOf(schema)({}) : "null";
}

function shapeOf(schema: Schema): Shape {
  if (schema.type === "scalar") return SHAPES[schema.scalar];
  return schema.type === "struct" ? "struct" : "nilable";
}

function isZeroScalar(value: unknown): boolean {
  return value === "" || value === 0 || value === false || value === 0n;
}

/** An empty string, list or map. */
function isEmpty(value: unknown): boolean {
  if (typeof value === "string" || Array.isArray(value)) return value.length === 0;
  for (const _ in value as object) return false;
  return true;
}

/** Whether a value equals Go's zero of its struct. */
function isZeroStruct(schema: Schema): (value: unknown) => boolean {
  if (schema.type === "scalar") return (value) => JSON.stringify(value) === ZERO_JSON[schema.scalar];
  return (value) => isZeroMember(value);
}

function isZeroMember(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === undefined || value === null || isZeroScalar(value);
  return !Array.isArray(value) && Object.values(value).every(isZeroMember);
}
