/** Go's zero values in the form of our data: what a null becomes inside a list or a map, where nothing can be absent. */

import type { Scalar, Schema } from "../schema/schema.ts";

const SCALARS: Readonly<Record<Scalar, unknown>> = {
  string: "",
  bool: false,
  int32: 0,
  int64: 0,
  float64: 0,
  bytes: "",
  quantity: "0",
  intOrString: 0,
  time: null,
  microTime: null,
  duration: "0s",
  raw: null,
  fieldsV1: null,
};

/** @returns a fresh zero value */
export function zeroOf(schema: Schema): unknown {
  switch (schema.type) {
    case "scalar":
      return SCALARS[schema.scalar];
    case "struct":
      return {};
    case "list":
      return [];
    case "map":
      return Object.create(null);
  }
}
