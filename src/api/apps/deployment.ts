/** Deployments: replica sets, one after another. */

import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { dropRetired } from "../core/pod/prepare.ts";
import { podSpecDefaults } from "../core/pod/spec-defaults.ts";
import { selectedTemplateErrors } from "../core/pod/validate/template.ts";
import { nameAdvice, templateWarnings } from "../core/pod/warnings.ts";
import { kind } from "../declare.ts";
import { nonNegative } from "../meta/checks.ts";
import { ageColumn, column, containerColumns, nameColumn, wide } from "../meta/columns.ts";
import { collisionErrors, replicaErrors } from "../meta/replica-status.ts";
import { immutableStruct } from "../meta/semantic.ts";
import { copyMember } from "../meta/status-update.ts";
import type { DeploymentSpec, DeploymentStrategy, Deployment as DeploymentType } from "../tables/apps-v1.ts";
import { atMostAll, countOf, countOrPercent, ownSelector } from "./checks.ts";
import { selectorCell } from "./selector-cell.ts";

export const Deployment = kind<DeploymentType>("apps/v1", "deployments", {
  defaults({ spec }) {
    spec.replicas ??= 1;
    strategyDefaults(spec);
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    podSpecDefaults(spec.template.spec);
  },
  prepareCreate(deployment) {
    delete deployment.status;
    dropRetired(deployment.spec.template);
  },
  prepareUpdate(next, last) {
    copyMember(next, last, "status");
    dropRetired(next.spec.template);
  },
  generation: ["spec", "metadata.annotations"],
  blank: { spec: { replicas: 0 } },
  validate: ({ spec }) => specErrors(spec),
  validateUpdate: (next, last) => immutableStruct("spec.selector", "meta.v1.LabelSelector", next.spec.selector, last.spec.selector),
  warnings(next, last) {
    return [...(last ? [] : nameAdvice(next)), ...templateWarnings("spec.template", next.spec.template, last?.spec.template)];
  },
  subresources: {
    status: {
      resetFields: ["spec", "metadata.labels"],
      prepareUpdate(next, last) {
        next.spec = last.spec;
        copyMember(next.metadata, last.metadata, "labels");
      },
      validateUpdate: (next, last) => [
        ...replicaErrors(next.status, ["updatedReplicas", "readyReplicas", "availableReplicas"]),
        ...collisionErrors(next.status, last.status),
      ],
    },
  },
  columns: [
    nameColumn,
    column("Ready", "string", "How many of the pods take traffic.", ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
    column("Up-to-date", "string", "How many pods are of the newest template.", ({ status }) => status?.updatedReplicas ?? 0),
    column("Available", "string", "How many pods have been ready for long enough.", ({ status }) => status?.availableReplicas ?? 0),
    ageColumn,
    ...containerColumns(({ spec }: DeploymentType) => spec.template.spec.containers),
    wide("Selector", "The labels of its pods.", ({ spec }) => selectorCell(spec.selector)),
  ],
});

function strategyDefaults(spec: DeploymentSpec): void {
  spec.strategy ??= {};
  spec.strategy.type ||= "RollingUpdate";
  if (spec.strategy.type !== "RollingUpdate") return;
  spec.strategy.rollingUpdate ??= {};
  spec.strategy.rollingUpdate.maxUnavailable ??= "25%";
  spec.strategy.rollingUpdate.maxSurge ??= "25%";
}

function specErrors(spec: DeploymentSpec): FieldError[] {
  const { replicas, selector, template, strategy = {}, minReadySeconds = 0, revisionHistoryLimit, progressDeadlineSeconds: deadline } = spec;
  return [
    ...nonNegative("spec.replicas", replicas),
    ...ownSelector(selector, "deployment"),
    ...selectedTemplateErrors(template, selector, "ReplicaSet", "invalid label selector"),
    ...strategyErrors("spec.strategy", strategy),
    ...nonNegative("spec.minReadySeconds", minReadySeconds),
    ...nonNegative("spec.revisionHistoryLimit", revisionHistoryLimit),
    ...nonNegative("spec.progressDeadlineSeconds", deadline),
    ...(deadline !== undefined && deadline <= minReadySeconds
      ? [invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds")]
      : []),
  ];
}

function strategyErrors(at: string, strategy: DeploymentStrategy): FieldError[] {
  const { type, rollingUpdate } = strategy;
  const field = `${at}.rollingUpdate`;
  if (type === "Recreate") return rollingUpdate ? [forbiddenField(field, "may not be specified when strategy `type` is 'Recreate'")] : [];
  if (type !== "RollingUpdate") return [notSupported(at, strategy, ["Recreate", "RollingUpdate"])];
  if (!rollingUpdate) return [required(field, "this should be defaulted and never be nil")];
  const { maxUnavailable, maxSurge } = rollingUpdate;
  const stuck = countOf(maxUnavailable) === 0 && countOf(maxSurge) === 0;
  return [
    ...countOrPercent(`${field}.maxUnavailable`, maxUnavailable),
    ...countOrPercent(`${field}.maxSurge`, maxSurge),
    ...(stuck ? [invalid(`${field}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0")] : []),
    ...atMostAll(`${field}.maxUnavailable`, maxUnavailable),
  ];
}
