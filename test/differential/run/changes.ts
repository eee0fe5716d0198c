/** A random change of a document: a place in it that the schema knows, and what is to stand there. */

import { isObject, type Plain } from "../../../src/machinery/plain.ts";
import type { Field, Schema } from "../../../src/machinery/schema/schema.ts";
import type { Choices } from "../random-writes.ts";
import { AGAIN } from "./text.ts";
import { anyKey, anything, plausible } from "./values.ts";

/** Where a value stands, or may. */
export interface Place {
  readonly path: readonly (string | number)[];
  readonly schema: Schema;
  readonly field: Field | undefined;
  readonly present: boolean;
}

const SKIPPED: ReadonlySet<string> = new Set([
  "managedFields",
  "status",
  "apiVersion",
  "kind",
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "selfLink",
  "deletionTimestamp",
]);

/** All places in the document, and those that would be one step further. @param all with those of the system and the status */
export function places(document: unknown, schema: Schema, all = false): Place[] {
  const found: Place[] = [];
  function walk(value: unknown, at: Schema, path: readonly (string | number)[]): void {
    if (at.type === "list" && Array.isArray(value)) {
      for (const [i, item] of value.entries()) {
        found.push({ path: [...path, i], schema: at.items, field: undefined, present: true });
        walk(item, at.items, [...path, i]);
      }
    }
    if (!isObject(value)) return;
    if (at.type === "map") {
      for (const name of Object.keys(value)) {
        found.push({ path: [...path, name], schema: at.values, field: undefined, present: true });
        walk(value[name], at.values, [...path, name]);
      }
    }
    if (at.type !== "struct") return;
    for (const field of at.fields) {
      if (!all && SKIPPED.has(field.name) && path.length < 2) continue;
      const present = value[field.name] !== undefined;
      found.push({ path: [...path, field.name], schema: field.schema, field, present });
      if (present) walk(value[field.name], field.schema, [...path, field.name]);
    }
  }
  walk(document, schema, []);
  return found;
}

/** A place, rather one that is in the document's own part than in its metadata, and as often a present one as an absent one. */
export function anyPlace(choices: Choices, document: unknown, schema: Schema, all = false): Place | undefined {
  const found = places(document, schema, all);
  const wanted = choices.below(2) === 0;
  const metadata = choices.below(6) === 0;
  const good = found.filter(({ path, present }) => present === wanted && (path[0] === "metadata") === metadata);
  const list = good.length > 0 ? good : found;
  return list.length > 0 ? choices.pick(list) : undefined;
}

/** @returns the document with the value there; undefined takes it away */
export function withValue(document: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(document)) {
    if (rest.length === 0 && value === undefined) return document.toSpliced(Number(step), 1);
    return document.with(Number(step), withValue(document[Number(step)], rest, value));
  }
  const object = (isObject(document) ? document : {}) as Plain;
  return { ...object, [step]: withValue(object[step], rest, value) };
}

export function valueAt(document: unknown, path: readonly (string | number)[]): unknown {
  let at = document;
  for (const step of path) at = (at as Record<string | number, unknown> | undefined)?.[step];
  return at;
}

/** Some change of the document. @param mild only such as are likely to be taken */
export function changed(choices: Choices, document: Plain, schema: Schema, mild: boolean): Plain {
  const place = anyPlace(choices, document, schema);
  if (!place) return document;
  const { path } = place;
  const put = (value: unknown): Plain => withValue(document, path, value) as Plain;
  if (mild) return put(plausible(choices, place.schema, place.field?.table));
  switch (choices.below(16)) {
    case 0:
      return put(undefined);
    case 1:
      return withValue(
        document,
        [...path.slice(0, -1), choices.pick(["unknownField", "Name", "$patch", "ſpec", `${path.at(-1)}`.toUpperCase()])],
        anything(choices, place.schema, undefined),
      ) as Plain;
    case 2:
      return typeof path.at(-1) === "string"
        ? (withValue(document, [...path.slice(0, -1), `${path.at(-1)}${AGAIN}`], anything(choices, place.schema, undefined)) as Plain)
        : put(null);
    case 3: {
      const list = valueAt(document, path);
      return Array.isArray(list) && list.length > 0 ? put([...list, structuredClone(list[0])]) : put(anything(choices, place.schema, place.field?.table));
    }
    case 4:
      return place.schema.type === "map"
        ? put({ ...(valueAt(document, path) as Plain | undefined), [anyKey(choices)]: anything(choices, place.schema.values, undefined) })
        : put(anything(choices, place.schema, place.field?.table));
    default:
      return put(anything(choices, place.schema, place.field?.table));
  }
}
