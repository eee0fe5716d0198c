/** ConfigMaps: settings for pods. */

import { isConfigMapKey } from "../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, tooLong } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { complain, same } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import type { ConfigMap as ConfigMapType } from "../tables/core-v1.ts";
import { DATA_BYTES_MAX, decodedBytes } from "./data-size.ts";

export const ConfigMap = kind<ConfigMapType>("v1", "configmaps", {
  validate({ data = {}, binaryData = {} }) {
    const errors: FieldError[] = [];
    let bytes = 0;
    for (const [key, value] of Object.entries(data)) {
      errors.push(...complain(`data[${key}]`, key, isConfigMapKey(key)));
      if (Object.hasOwn(binaryData, key)) errors.push(invalid(`data[${key}]`, key, "duplicate of key present in binaryData"));
      bytes += Buffer.byteLength(value);
    }
    for (const [key, value] of Object.entries(binaryData)) {
      errors.push(...complain(`binaryData[${key}]`, key, isConfigMapKey(key)));
      bytes += decodedBytes(value);
    }
    return bytes > DATA_BYTES_MAX ? [...errors, tooLong("", DATA_BYTES_MAX)] : errors;
  },
  validateUpdate: (next, last) => frozen(next, last, ["data", "binaryData"]),
  columns: [
    nameColumn,
    column(
      "Data",
      "string",
      "How many entries the config map has.",
      ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    ),
    ageColumn,
  ],
});

/** What was once marked immutable stays so, and so does its content. Shared with secrets. */
export function frozen<T extends { immutable?: boolean }>(next: T, last: T, members: readonly (keyof T & string)[]): FieldError[] {
  if (!last.immutable) return [];
  const changed: string[] = members.filter((name) => !same(next[name], last[name]));
  return [...(next.immutable ? [] : ["immutable"]), ...changed].map((field) => forbiddenField(field, "field is immutable when `immutable` is set"));
}
