/** ReplicationControllers: the ancestors of ReplicaSets. */

import { type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { nonNegative } from "../meta/checks.ts";
import { labelsCell, wide } from "../meta/columns.ts";
import type { ReplicationControllerSpec, ReplicationController as ReplicationControllerType } from "../tables/core-v1.ts";
import { replicatedColumns, replicatedRules } from "./pod/replicated.ts";
import { podSpecDefaults } from "./pod/spec-defaults.ts";
import { runningTemplateErrors } from "./pod/validate/template.ts";
import { nameAdvice, templateWarnings } from "./pod/warnings.ts";

export const ReplicationController = kind<ReplicationControllerType>("v1", "replicationcontrollers", {
  defaults({ metadata, spec }) {
    const own = spec.template?.metadata?.labels;
    if (own) {
      if (isEmpty(spec.selector)) spec.selector = own;
      if (isEmpty(metadata.labels)) metadata.labels = own;
    }
    spec.replicas ??= 1;
    if (spec.template) podSpecDefaults(spec.template.spec);
  },
  ...replicatedRules,
  validate: ({ spec }) => specErrors(spec),
  warnings(next, last) {
    // Of an update Kubernetes tells what is odd in the template that was there.
    return last
      ? templateWarnings("spec.template", last.spec.template, next.spec.template)
      : [...nameAdvice(next), ...templateWarnings("spec.template", next.spec.template, undefined)];
  },
  columns: [...replicatedColumns, wide("Selector", "The labels of its pods.", ({ spec }) => labelsCell(spec.selector))],
  selectableFields: { "status.replicas": ({ status }) => String(status?.replicas ?? 0) },
});

function isEmpty(map: Readonly<Record<string, string>> | undefined): boolean {
  return Object.keys(map ?? {}).length === 0;
}

function specErrors({ replicas, selector, template, minReadySeconds }: ReplicationControllerSpec): FieldError[] {
  const errors = nonNegative("spec.minReadySeconds", minReadySeconds);
  if (isEmpty(selector)) errors.push(required("spec.selector", ""));
  errors.push(...nonNegative("spec.replicas", replicas));
  if (!template) return [...errors, required("spec.template", "")];
  const labels = template.metadata?.labels ?? {};
  if (Object.entries(selector ?? {}).some(([key, value]) => labels[key] !== value)) {
    errors.push(invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"));
  }
  return [...errors, ...runningTemplateErrors("spec.template", template, "ReplicationController")];
}
