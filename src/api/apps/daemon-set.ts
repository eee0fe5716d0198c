/** DaemonSets: one pod on every node. */

import { type FieldError, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { dropRetired } from "../core/pod/prepare.ts";
import { podSpecDefaults } from "../core/pod/spec-defaults.ts";
import { runningTemplateErrors, selects } from "../core/pod/validate/template.ts";
import { templateWarnings } from "../core/pod/warnings.ts";
import { kind } from "../declare.ts";
import { labelSelector, nonNegative, selectsAll } from "../meta/checks.ts";
import { ageColumn, column, containerColumns, labelsCell, nameColumn, wide } from "../meta/columns.ts";
import { collisionErrors, countErrors } from "../meta/replica-status.ts";
import { immutableStruct, sameStruct } from "../meta/semantic.ts";
import { copyMember } from "../meta/status-update.ts";
import type { DaemonSetSpec, DaemonSet as DaemonSetType, DaemonSetUpdateStrategy } from "../tables/apps-v1.ts";
import { atMostAll, countOf, countOrPercent } from "./checks.ts";
import { selectorCell } from "./selector-cell.ts";

/** Counts the templates that the set has had. A field once, an annotation since apps/v1, so that it outlives the field. */
const TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

export const DaemonSet = kind<DaemonSetType>("apps/v1", "daemonsets", {
  defaults({ metadata, spec }) {
    metadata.annotations = { [TEMPLATE_GENERATION]: "0", ...metadata.annotations };
    spec.updateStrategy ??= {};
    const strategy = spec.updateStrategy;
    strategy.type ||= "RollingUpdate";
    if (strategy.type === "RollingUpdate") {
      strategy.rollingUpdate ??= {};
      strategy.rollingUpdate.maxUnavailable ??= 1;
      strategy.rollingUpdate.maxSurge ??= 0;
    }
    spec.revisionHistoryLimit ??= 10;
    podSpecDefaults(spec.template.spec);
  },
  prepareCreate(set) {
    delete set.status;
    dropRetired(set.spec.template);
    setGeneration(set, Math.max(1, generationOf(set)));
  },
  prepareUpdate(next, last) {
    copyMember(next, last, "status");
    dropRetired(next.spec.template);
    setGeneration(next, generationOf(last) + (sameStruct("core.v1.PodTemplateSpec", next.spec.template, last.spec.template) ? 0 : 1));
  },
  generation: true,
  blank: { annotations: { [TEMPLATE_GENERATION]: "0" } },
  hiddenAnnotation: TEMPLATE_GENERATION,
  validate: ({ spec }) => specErrors(spec),
  validateUpdate: (next, last) => immutableStruct("spec.selector", "meta.v1.LabelSelector", next.spec.selector, last.spec.selector),
  warnings: (next, last) => templateWarnings("spec.template", next.spec.template, last?.spec.template),
  subresources: {
    status: {
      prepareUpdate(next, last) {
        next.spec = last.spec;
        setGeneration(next, generationOf(last));
      },
      validateUpdate: (next, last) => [...countErrors(next.status), ...collisionErrors(next.status, last.status)],
    },
  },
  columns: [
    nameColumn,
    column("Desired", "integer", "On how many nodes a pod shall be.", ({ status }) => status?.desiredNumberScheduled ?? 0),
    column("Current", "integer", "On how many of them one is.", ({ status }) => status?.currentNumberScheduled ?? 0),
    column("Ready", "integer", "How many pods take traffic.", ({ status }) => status?.numberReady ?? 0),
    column("Up-to-date", "integer", "How many pods are of the newest template.", ({ status }) => status?.updatedNumberScheduled ?? 0),
    column("Available", "integer", "How many pods have been ready for long enough.", ({ status }) => status?.numberAvailable ?? 0),
    column("Node Selector", "string", "The labels of its nodes.", ({ spec }) => labelsCell(spec.template.spec.nodeSelector)),
    ageColumn,
    ...containerColumns(({ spec }: DaemonSetType) => spec.template.spec.containers),
    wide("Selector", "The labels of its pods.", ({ spec }) => selectorCell(spec.selector)),
  ],
});

function generationOf({ metadata }: DaemonSetType): number {
  const text = metadata.annotations?.[TEMPLATE_GENERATION] ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

function setGeneration({ metadata }: DaemonSetType, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}

function specErrors({ selector, template, minReadySeconds, updateStrategy = {}, revisionHistoryLimit }: DaemonSetSpec): FieldError[] {
  return [
    ...(selector ? labelSelector("spec.selector", selector) : []),
    ...(selects(selector, template) === false
      ? [invalid("spec.template.metadata.labels", template.metadata?.labels, "`selector` does not match template `labels`")]
      : []),
    ...(selector && selectsAll(selector) ? [invalid("spec.selector", selector, "empty selector is invalid for daemonset")] : []),
    ...runningTemplateErrors("spec.template", template, "DaemonSet"),
    ...nonNegative("spec.minReadySeconds", minReadySeconds),
    ...strategyErrors("spec.updateStrategy", updateStrategy),
    ...nonNegative("spec.revisionHistoryLimit", revisionHistoryLimit),
  ];
}

/** Either the old pod goes first or the new one comes first. */
function strategyErrors(at: string, strategy: DaemonSetUpdateStrategy): FieldError[] {
  if (strategy.type === "OnDelete") return [];
  if (strategy.type !== "RollingUpdate") return [notSupported(at, strategy, ["RollingUpdate", "OnDelete"], "given")];
  const field = `${at}.rollingUpdate`;
  if (!strategy.rollingUpdate) return [required(field, "")];
  const { maxUnavailable, maxSurge } = strategy.rollingUpdate;
  const errors = [
    ...countOrPercent(`${field}.maxUnavailable`, maxUnavailable),
    ...countOrPercent(`${field}.maxSurge`, maxSurge),
    ...atMostAll(`${field}.maxUnavailable`, maxUnavailable),
    ...atMostAll(`${field}.maxSurge`, maxSurge),
  ];
  const unavailable = countOf(maxUnavailable) !== 0;
  const surge = countOf(maxSurge) !== 0;
  if (unavailable && surge) return [...errors, invalid(`${field}.maxSurge`, maxSurge, "may not be set when maxUnavailable is non-zero")];
  return unavailable || surge ? errors : [...errors, required(`${field}.maxUnavailable`, "cannot be 0 when maxSurge is 0")];
}
