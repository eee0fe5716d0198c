/** Patch documents of each form for an object as it stands. */

import { isObject, type Plain } from "../../../src/machinery/plain.ts";
import type { Schema, StructSchema } from "../../../src/machinery/schema/schema.ts";
import { memberSchema } from "../../../src/machinery/schema/walk.ts";
import type { Choices } from "../random-writes.ts";
import { anyPlace, type Place, valueAt, withValue } from "./changes.ts";
import { anything, plausible } from "./values.ts";

const pointer = (path: readonly (string | number)[]): string => path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

function valueFor(choices: Choices, place: Place): unknown {
  return choices.below(2) === 0 ? plausible(choices, place.schema, place.field?.table) : anything(choices, place.schema, place.field?.table);
}

/** RFC 6902. */
export function jsonPatchOf(choices: Choices, object: Plain, schema: StructSchema): unknown {
  if (choices.below(25) === 0)
    return choices.pick([{}, [], null, "x", [{}], [{ op: "add" }], [{ op: "frob", path: "/a" }], [{ op: "add", path: "a", value: 1 }], [1]]);
  return Array.from({ length: 1 + choices.below(3) }, () => operation(choices, object, schema));
}

function operation(choices: Choices, object: Plain, schema: StructSchema): unknown {
  const place = anyPlace(choices, object, schema, choices.below(6) === 0);
  const path = place ? pointer(place.path) : "";
  const value = place ? valueFor(choices, place) : 1;
  const other = anyPlace(choices, object, schema);
  const from = other ? pointer(other.path) : "/nothing";
  switch (choices.below(12)) {
    case 0:
      return { op: "remove", path };
    case 1:
      return { op: "test", path, value: choices.below(2) === 0 ? valueAt(object, place?.path ?? []) : value };
    case 2:
      return { op: choices.pick(["copy", "move"]), from, path };
    case 3:
      return { op: "add", path: `${path}/-`, value };
    case 4:
      return {
        op: choices.pick(["add", "remove", "replace", "test"]),
        path: choices.pick(["", "/", "/nothing/x", `${path}/0`, `${path}/99`, `${path}/-1`, "/metadata/labels/a~1b", "/metadata/~2"]),
        value,
      };
    case 5:
      return { op: "replace", path };
    case 6:
    case 7:
      return { op: "replace", path, value };
    default:
      return { op: "add", path, value };
  }
}

/** RFC 7386: one place set, whole lists on the way. */
export function mergePatchOf(choices: Choices, object: Plain, schema: StructSchema): unknown {
  if (choices.below(25) === 0)
    return choices.pick([
      [],
      null,
      "x",
      1,
      {},
      { metadata: null },
      { spec: null },
      { kind: "Other" },
      { apiVersion: "x/v1" },
      { metadata: { name: "other" } },
      { metadata: { uid: "x" } },
      { metadata: { resourceVersion: "1" } },
    ]);
  const place = anyPlace(choices, object, schema, choices.below(8) === 0);
  if (!place) return {};
  return nested(object, place.path, choices.below(5) === 0 ? null : valueFor(choices, place));
}

function nested(base: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === "number") return withValue(base, path, value);
  return { [step]: nested((base as Plain | undefined)?.[step], rest, value) };
}

/** A strategic merge patch: items of lists by their merge keys, and now and then a directive. */
export function strategicPatchOf(choices: Choices, object: Plain, schema: StructSchema): unknown {
  const place = anyPlace(choices, object, schema, choices.below(10) === 0);
  if (!place) return {};
  const value = choices.below(6) === 0 ? null : valueFor(choices, place);
  return strategic(choices, object, place.path, value, schema, undefined);
}

function strategic(
  choices: Choices,
  base: unknown,
  path: readonly (string | number)[],
  value: unknown,
  schema: Schema | undefined,
  mergeKey: string | undefined,
): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === "number") {
    const item = (base as unknown[])[step];
    if (!mergeKey || !isObject(item)) return withValue(base, path, value);
    const inner = strategic(choices, item, rest, value, schema?.type === "list" ? schema.items : undefined, undefined);
    const patch = { [mergeKey]: item[mergeKey], ...(isObject(inner) ? inner : {}) };
    return choices.below(10) === 0 ? [{ ...patch, $patch: choices.pick(["delete", "replace", "merge", "other"]) }] : [patch];
  }
  const table = schema?.type === "struct" ? schema.byName.get(step)?.table : undefined;
  const below = schema && memberSchema(schema, step);
  const inner = strategic(choices, (base as Plain | undefined)?.[step], rest, value, below, table?.patchMergeKey);
  const patch: Plain = { [step]: inner };
  const list = (base as Plain | undefined)?.[step];
  if (choices.below(25) === 0) patch.$patch = choices.pick(["replace", "delete", "merge", "other"]);
  if (choices.below(25) === 0) patch.$retainKeys = choices.pick([[step], [], ["x"], "x"]);
  if (Array.isArray(list) && choices.below(6) === 0) {
    const key = table?.patchMergeKey;
    const order = list.map((item) => (key && isObject(item) ? { [key]: item[key] } : item)).reverse();
    if (choices.below(2) === 0) patch[`$setElementOrder/${step}`] = order;
    else patch[`$deleteFromPrimitiveList/${step}`] = list.slice(0, 1);
  }
  return patch;
}
