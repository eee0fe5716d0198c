/** ReplicaSets: so many pods of one template. */

import { dropRetired } from "../core/pod/prepare.ts";
import { podSpecDefaults } from "../core/pod/spec-defaults.ts";
import { selectedTemplateErrors } from "../core/pod/validate/template.ts";
import { nameAdvice, templateWarnings } from "../core/pod/warnings.ts";
import { kind } from "../declare.ts";
import { nonNegative } from "../meta/checks.ts";
import { ageColumn, column, containerColumns, nameColumn, wide } from "../meta/columns.ts";
import { replicaErrors } from "../meta/replica-status.ts";
import { immutableStruct } from "../meta/semantic.ts";
import { copyMember } from "../meta/status-update.ts";
import type { ReplicaSet as ReplicaSetType } from "../tables/apps-v1.ts";
import { ownSelector } from "./checks.ts";
import { selectorCell } from "./selector-cell.ts";

export const ReplicaSet = kind<ReplicaSetType>("apps/v1", "replicasets", {
  defaults({ spec }) {
    spec.replicas ??= 1;
    spec.template ??= { spec: {} };
    podSpecDefaults(spec.template.spec);
  },
  prepareCreate(set) {
    delete set.status;
    if (set.spec.template) dropRetired(set.spec.template);
  },
  prepareUpdate(next, last) {
    copyMember(next, last, "status");
    if (next.spec.template) dropRetired(next.spec.template);
  },
  generation: true,
  blank: { spec: { replicas: 0 } },
  validate: ({ spec: { replicas, minReadySeconds, selector, template = { spec: {} } } }) => [
    ...nonNegative("spec.replicas", replicas),
    ...nonNegative("spec.minReadySeconds", minReadySeconds),
    ...ownSelector(selector, "deployment"), // So Kubernetes words it here too.
    ...selectedTemplateErrors(template, selector, "ReplicaSet", "invalid label selector"),
  ],
  validateUpdate: (next, last) => immutableStruct("spec.selector", "meta.v1.LabelSelector", next.spec.selector, last.spec.selector),
  warnings(next, last) {
    return [...(last ? [] : nameAdvice(next)), ...templateWarnings("spec.template", next.spec.template, last?.spec.template)];
  },
  subresources: { status: { validateUpdate: ({ status }) => replicaErrors(status, ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"]) } },
  columns: [
    nameColumn,
    column("Desired", "integer", "How many pods there shall be.", ({ spec }) => spec.replicas ?? 0),
    column("Current", "integer", "How many pods there are.", ({ status }) => status?.replicas ?? 0),
    column("Ready", "integer", "How many of them take traffic.", ({ status }) => status?.readyReplicas ?? 0),
    ageColumn,
    ...containerColumns(({ spec }: ReplicaSetType) => spec.template?.spec.containers),
    wide("Selector", "The labels of its pods.", ({ spec }) => selectorCell(spec.selector)),
  ],
});
