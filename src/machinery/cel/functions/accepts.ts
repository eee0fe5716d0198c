/** Whether a value may be given where a type is declared: what decides between overloads when types were dynamic. */

import type { Type } from "../types/type.ts";
import { CelList, CelMap, Duration, Opaque, Optional, Timestamp, TypeValue, Uint, type Value } from "../values/value.ts";

/** Looks no deeper than the value itself: items and entries aren't checked. */
export function accepts(type: Type, value: Value): boolean {
  switch (type.kind) {
    case "bool":
      return typeof value === "boolean";
    case "int":
      return typeof value === "bigint";
    case "uint":
      return value instanceof Uint;
    case "double":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "null":
      return value === null;
    case "bytes":
      return value instanceof Uint8Array;
    case "timestamp":
      return value instanceof Timestamp;
    case "duration":
      return value instanceof Duration;
    case "list":
      return value instanceof CelList;
    case "map":
      return value instanceof CelMap;
    case "type":
      return value instanceof TypeValue;
    case "opaque":
      return type.name === "optional_type" ? value instanceof Optional : value instanceof Opaque && value.type.name === type.name;
    case "object":
      return value instanceof Opaque ? value.type.name === type.name : value instanceof CelMap;
    default:
      return true;
  }
}
