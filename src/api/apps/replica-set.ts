/** ReplicaSets: so many pods of one template. */

import { replicatedColumns, replicatedRules } from "../core/pod/replicated.ts";
import { podSpecDefaults } from "../core/pod/spec-defaults.ts";
import { selectedTemplateErrors } from "../core/pod/validate/template.ts";
import { nameAdvice, templateWarnings } from "../core/pod/warnings.ts";
import { kind } from "../declare.ts";
import { nonNegative } from "../meta/checks.ts";
import { wide } from "../meta/columns.ts";
import { immutableStruct } from "../meta/semantic.ts";
import type { ReplicaSet as ReplicaSetType } from "../tables/apps-v1.ts";
import { ownSelector } from "./checks.ts";
import { selectorCell } from "./selector-cell.ts";

export const ReplicaSet = kind<ReplicaSetType>("apps/v1", "replicasets", {
  defaults({ spec }) {
    spec.replicas ??= 1;
    spec.template ??= { spec: {} };
    podSpecDefaults(spec.template.spec);
  },
  ...replicatedRules,
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
  columns: [...replicatedColumns, wide("Selector", "The labels of its pods.", ({ spec }) => selectorCell(spec.selector))],
});
