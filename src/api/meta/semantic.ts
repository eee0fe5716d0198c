/** Equality of parts of built-in objects as Kubernetes means it, by the structs that they are. */

import { equalBySchema } from "../../machinery/schema/equal.ts";
import { type FieldError, invalid } from "../../machinery/status/field-error.ts";
import { schema } from "../schemas.ts";
import { IMMUTABLE } from "./checks.ts";

/** @param id of the struct that both are, such as `core.v1.PodSpec` */
export function sameStruct(id: string, a: object | undefined, b: object | undefined): boolean {
  if ((a === undefined) !== (b === undefined)) return false;
  return equalBySchema(schema(id), a, b);
}

/** @param id of the struct that the items are */
export function sameList(id: string, a: readonly object[] | undefined, b: readonly object[] | undefined): boolean {
  return equalBySchema({ type: "list", items: schema(id) }, a, b);
}

/** @param id of the struct that the field is */
export function immutableStruct(field: string, id: string, next: object | undefined, last: object | undefined): FieldError[] {
  return sameStruct(id, next, last) ? [] : [invalid(field, next, IMMUTABLE)];
}
