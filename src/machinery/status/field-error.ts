/** What validation finds: Kubernetes' field errors, whose type and field clients read in `details.causes`. */

export type FieldErrorType =
  | "FieldValueRequired"
  | "FieldValueInvalid"
  | "FieldValueDuplicate"
  | "FieldValueNotSupported"
  | "FieldValueForbidden"
  | "FieldValueNotFound"
  | "FieldValueTooLong"
  | "FieldValueTooMany"
  | "FieldValueTypeInvalid"
  | "InternalError";

export interface FieldError {
  readonly type: FieldErrorType;
  /** `spec.containers[0].name`; map keys are written `data[key]`. */
  readonly field: string;
  /** The sentence as Kubernetes words it, without the field: `Invalid value: "x": must be …`. */
  readonly message: string;
}

/** How a value stands in a message: strings quoted, objects as JSON. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return "null";
  return typeof value === "bigint" ? String(value) : JSON.stringify(value, (_, v) => (typeof v === "bigint" ? String(v) : v));
}

export const required = (field: string, detail: string): FieldError => ({
  type: "FieldValueRequired",
  field,
  message: detail ? `Required value: ${detail}` : "Required value",
});
export const invalid = (field: string, value: unknown, detail: string): FieldError => ({
  type: "FieldValueInvalid",
  field,
  message: `Invalid value: ${shown(value)}${detail ? `: ${detail}` : ""}`,
});
/** What is wrong is no single value. */
export const invalidState = (field: string, detail: string): FieldError => ({ type: "FieldValueInvalid", field, message: `Invalid value: ${detail}` });
export const duplicate = (field: string, value: unknown): FieldError => ({ type: "FieldValueDuplicate", field, message: `Duplicate value: ${shown(value)}` });
export const forbiddenField = (field: string, detail: string): FieldError => ({
  type: "FieldValueForbidden",
  field,
  message: detail ? `Forbidden: ${detail}` : "Forbidden",
});
export const notFoundField = (field: string, value: unknown): FieldError => ({ type: "FieldValueNotFound", field, message: `Not found: ${shown(value)}` });
export const tooMany = (field: string, actual: number, max: number): FieldError => ({
  type: "FieldValueTooMany",
  field,
  message: `Too many: ${actual}: must have at most ${max} items`,
});
export const tooLong = (field: string, maxBytes: number): FieldError => ({
  type: "FieldValueTooLong",
  field,
  message: `Too long: may not be more than ${maxBytes} ${maxBytes === 1 ? "byte" : "bytes"}`,
});
/** @param supported the allowed values, which the message lists sorted as Kubernetes mostly does, or as they are given */
export function notSupported(field: string, value: unknown, supported: readonly string[], order: "sorted" | "given" = "sorted"): FieldError {
  const list = (order === "sorted" ? supported.toSorted() : supported).map((s) => JSON.stringify(s)).join(", ");
  return { type: "FieldValueNotSupported", field, message: `Unsupported value: ${shown(value)}${list ? `: supported values: ${list}` : ""}` };
}
