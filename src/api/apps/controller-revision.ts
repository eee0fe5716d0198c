/** ControllerRevisions: what a workload looked like once. */

import { isObject } from "../../machinery/plain.ts";
import { type FieldError, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { immutable, nonNegative } from "../meta/checks.ts";
import { ageColumn, column, NONE, nameColumn } from "../meta/columns.ts";
import type { ControllerRevision as ControllerRevisionType } from "../tables/apps-v1.ts";

export const ControllerRevision = kind<ControllerRevisionType>("apps/v1", "controllerrevisions", {
  validate: ({ revision }) => nonNegative("revision", revision),
  validateCreate: ({ data }) => dataErrors(data),
  validateUpdate: (next, last) => immutable("data", next.data, last.data),
  columns: [
    nameColumn,
    column("Controller", "string", "Whose revision it is.", controllerCell),
    column("Revision", "string", "Its number.", ({ revision }) => Number(revision ?? 0)),
    ageColumn,
  ],
});

function dataErrors(data: unknown): FieldError[] {
  if (data === undefined || data === null) return [required("data", "data is mandatory")];
  return isObject(data) ? [] : [required("data", "data must be a valid JSON object")];
}

function controllerCell({ metadata }: ControllerRevisionType): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  if (!owner) return NONE;
  const slash = owner.apiVersion.indexOf("/");
  const group = slash < 0 ? "" : `.${owner.apiVersion.slice(0, slash)}`;
  return `${owner.kind}${group}`.toLowerCase().concat(`/${owner.name}`);
}
