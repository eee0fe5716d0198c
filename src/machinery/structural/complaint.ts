/** What a schema's validator finds, in the words of the library that kube-apiserver validates with (k8s.io/kube-openapi pkg/validation). */

import { type FieldError, invalid, notSupported, required, tooLong, tooMany } from "../status/field-error.ts";

/** A path as the validator writes it, and the field of the object that it stands in. */
export interface Place {
  /** `spec.foo`, `.foo` for a member of what has no name itself, empty for the whole. */
  readonly name: string;
  /** What stands before the name in fields, not in sentences: `status` where only the status is validated. */
  readonly base: string;
}

export interface Complaint {
  readonly place: Place;
  readonly error: FieldError;
}

export function fieldOf({ name, base }: Place): string {
  const bare = name.startsWith(".") ? name.slice(1) : name;
  return base && bare ? `${base}.${bare}` : base || bare;
}

export function at(place: Place, name: string): Place {
  return { ...place, name };
}

/** @param found the type that the value has, or the value of a string that has not the form it should */
export function wrongType(place: Place, wanted: string, found: string): FieldError {
  const error = invalid(fieldOf(place), found, `${place.name} in body must be of type ${wanted}: ${JSON.stringify(found)}`);
  return { ...error, type: "FieldValueTypeInvalid" };
}

export function isMissing(place: Place): FieldError {
  return required(fieldOf(place), "");
}

export function isTooLong(place: Place, max: number): FieldError {
  return tooLong(fieldOf(place), max);
}

export function hasTooMany(place: Place, count: number, max: number): FieldError {
  return tooMany(fieldOf(place), count, max);
}

export function notInEnum(place: Place, value: unknown, values: readonly unknown[]): FieldError {
  const shown = values.map((one) => (typeof one === "string" ? one : JSON.stringify(one, (_, v) => (typeof v === "bigint" ? String(v) : v))));
  return notSupported(fieldOf(place), value, shown, "given");
}

/** `spec.foo in body should …` */
export function should(place: Place, value: unknown, sentence: string): FieldError {
  return invalid(fieldOf(place), value, `${place.name} in body should ${sentence}`);
}

/** What is said of a junctor names the value in quotes and belongs to the whole. */
export function ofJunctor(place: Place, sentence: string): FieldError {
  return invalid(place.base || "<nil>", "", `${JSON.stringify(place.name)} must ${sentence}`);
}
