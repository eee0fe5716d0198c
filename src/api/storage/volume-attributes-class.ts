/** VolumeAttributesClasses: what may be changed of a volume while it is in use. */

import { type FieldError, forbiddenField, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { same } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import type { VolumeAttributesClass as VolumeAttributesClassType } from "../tables/storage-v1.ts";
import { parameterErrors, providerErrors } from "./parameters.ts";

export const VolumeAttributesClass = kind<VolumeAttributesClassType>("storage.k8s.io/v1", "volumeattributesclasses", {
  validate: ({ driverName, parameters }) => [
    ...providerErrors("driverName", driverName),
    ...parameterErrors("parameters", parameters),
    ...(Object.keys(parameters ?? {}).length > 0 ? [] : [required("parameters", "must contain at least one key/value pair")]),
  ],
  validateUpdate: (next, last) => [...fixed("driverName", next.driverName, last.driverName), ...fixed("parameters", next.parameters, last.parameters)],
  columns: [nameColumn, column("DriverName", "string", "Whose volumes they are.", ({ driverName }) => driverName ?? ""), ageColumn],
});

function fixed(field: string, next: unknown, last: unknown): FieldError[] {
  return same(next, last) ? [] : [forbiddenField(field, `updates to ${field} are forbidden.`)];
}
