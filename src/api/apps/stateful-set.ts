/** StatefulSets: pods with names and storage of their own, one after another. */

import { isDNS1123Label } from "../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { dropRetired } from "../core/pod/prepare.ts";
import { podSpecDefaults } from "../core/pod/spec-defaults.ts";
import { podAnnotationErrors } from "../core/pod/validate/annotations.ts";
import { selects, templateErrors } from "../core/pod/validate/template.ts";
import { templateWarnings } from "../core/pod/warnings.ts";
import { claimSpecErrors } from "../core/volume/claim-spec.ts";
import { claimSpecDefaults } from "../core/volume/defaults.ts";
import { claimSpecWarnings } from "../core/volume/warnings.ts";
import { kind } from "../declare.ts";
import { annotations, dnsLabel, IMMUTABLE, immutable, labels, nonNegative } from "../meta/checks.ts";
import { ageColumn, column, containerColumns, nameColumn } from "../meta/columns.ts";
import { collisionErrors, replicaErrors } from "../meta/replica-status.ts";
import { immutableStruct, sameList } from "../meta/semantic.ts";
import { copyMember } from "../meta/status-update.ts";
import type { StatefulSetSpec, StatefulSet as StatefulSetType, StatefulSetUpdateStrategy } from "../tables/apps-v1.ts";
import type { PodTemplateSpec } from "../tables/core-v1.ts";
import { atMostAll, countOf, countOrPercent, ownSelector } from "./checks.ts";

export const StatefulSet = kind<StatefulSetType>("apps/v1", "statefulsets", {
  defaults({ spec }) {
    spec.podManagementPolicy ||= "OrderedReady";
    strategyDefaults(spec);
    spec.persistentVolumeClaimRetentionPolicy ??= {};
    spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= "Retain";
    spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= "Retain";
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    podSpecDefaults(spec.template.spec);
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion ||= "v1";
      claim.kind ||= "PersistentVolumeClaim";
      claimSpecDefaults(claim.spec);
      claim.status ??= {};
      claim.status.phase ||= "Pending";
    }
  },
  prepareCreate(set) {
    delete set.status;
    dropRetired(set.spec.template);
  },
  prepareUpdate(next, last) {
    copyMember(next, last, "status");
    dropRetired(next.spec.template);
  },
  generation: true,
  validateName: isDNS1123Label,
  blank: { spec: { replicas: 0 } },
  validate: ({ spec }) => specErrors(spec),
  validateCreate: ({ spec }) => [
    ...(spec.serviceName ? dnsLabel("spec.serviceName", spec.serviceName) : []),
    ...(spec.volumeClaimTemplates ?? []).flatMap((claim, i) => claimSpecErrors(`spec.volumeClaimTemplates[${i}].spec`, claim.spec)),
  ],
  validateUpdate: ({ spec: next }, { spec: last }) => [
    ...immutableStruct("spec.selector", "meta.v1.LabelSelector", next.selector, last.selector),
    ...(sameList("core.v1.PersistentVolumeClaim", next.volumeClaimTemplates, last.volumeClaimTemplates)
      ? []
      : [invalid("spec.volumeClaimTemplates", next.volumeClaimTemplates, IMMUTABLE)]),
    ...immutable("spec.serviceName", next.serviceName || undefined, last.serviceName || undefined),
    ...immutable("spec.podManagementPolicy", next.podManagementPolicy, last.podManagementPolicy),
  ],
  warnings(next, last) {
    const { template, volumeClaimTemplates, revisionHistoryLimit } = next.spec;
    const own = last ? ".Spec" : ""; // Kubernetes names the field so, on updates only.
    return [
      ...templateWarnings("spec.template", template, last?.spec.template),
      ...(volumeClaimTemplates ?? []).flatMap((claim, i) => claimSpecWarnings(`spec.volumeClaimTemplates[${i}]${own}`, claim.spec)),
      ...((revisionHistoryLimit ?? 0) < 0 ? ["spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"] : []),
    ];
  },
  subresources: {
    status: {
      validateUpdate: (next, last) => [
        ...replicaErrors(next.status, ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"], "status.readyReplicas"),
        ...collisionErrors(next.status, last.status),
      ],
    },
  },
  columns: [
    nameColumn,
    column("Ready", "string", "How many of the pods take traffic.", ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
    ageColumn,
    ...containerColumns(({ spec }: StatefulSetType) => spec.template.spec.containers),
  ],
});

/** A strategy that names its type says everything itself; only where it is absent are its parts filled in too. */
function strategyDefaults(spec: StatefulSetSpec): void {
  spec.updateStrategy ??= {};
  const strategy = spec.updateStrategy;
  if (!strategy.type) {
    strategy.type = "RollingUpdate";
    strategy.rollingUpdate ??= {};
  }
  if (strategy.type !== "RollingUpdate" || !strategy.rollingUpdate) return;
  strategy.rollingUpdate.partition ??= 0;
  strategy.rollingUpdate.maxUnavailable ??= 1;
}

function specErrors(spec: StatefulSetSpec): FieldError[] {
  const { podManagementPolicy: management, updateStrategy = {}, persistentVolumeClaimRetentionPolicy: retention, selector, template, ordinals } = spec;
  const errors: FieldError[] = [];
  if (!management) errors.push(required("spec.podManagementPolicy", ""));
  else if (management !== "OrderedReady" && management !== "Parallel") {
    errors.push(invalid("spec.podManagementPolicy", management, "must be 'OrderedReady' or 'Parallel'"));
  }
  errors.push(...strategyErrors("spec.updateStrategy", updateStrategy));
  for (const name of ["whenDeleted", "whenScaled"] as const) {
    const policy = retention?.[name] ?? "Retain";
    if (policy !== "Retain" && policy !== "Delete")
      errors.push(notSupported(`spec.persistentVolumeClaimRetentionPolicy.${name}`, policy, ["Retain", "Delete"], "given"));
  }
  errors.push(...nonNegative("spec.replicas", spec.replicas), ...nonNegative("spec.minReadySeconds", spec.minReadySeconds));
  errors.push(...nonNegative("spec.ordinals.start", ordinals?.start), ...ownSelector(selector, "statefulset"));
  const matches = selects(selector, template);
  if (matches === undefined) return [...errors, invalid("spec.selector", selector, "")];
  if (!matches) errors.push(invalid("spec.template.metadata.labels", template.metadata?.labels, "`selector` does not match template `labels`"));
  return [...errors, ...ownTemplateErrors(asMade(spec))];
}

/** The template as its pods will be: with the claims' volumes, and without the names that the set gives them. */
function asMade({ template, volumeClaimTemplates }: StatefulSetSpec): PodTemplateSpec {
  const { hostname: _hostname, subdomain: _subdomain, ...spec } = template.spec;
  const names = new Set((volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? ""));
  if (names.size === 0) return { ...template, spec };
  const claims = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  return { ...template, spec: { ...spec, volumes: [...claims, ...(spec.volumes ?? []).filter(({ name }) => !names.has(name))] } };
}

/** Labels and annotations are looked at twice, as Kubernetes does. */
function ownTemplateErrors(template: PodTemplateSpec): FieldError[] {
  const at = "spec.template";
  const { metadata = {}, spec } = template;
  return [
    ...templateErrors(at, template),
    ...labels(`${at}.labels`, metadata.labels),
    ...annotations(`${at}.annotations`, metadata.annotations),
    ...podAnnotationErrors(`${at}.annotations`, metadata.annotations, spec),
    ...(spec.restartPolicy === "Always" ? [] : [notSupported(`${at}.spec.restartPolicy`, spec.restartPolicy ?? "", ["Always"])]),
    ...(spec.activeDeadlineSeconds === undefined
      ? []
      : [forbiddenField(`${at}.spec.activeDeadlineSeconds`, "activeDeadlineSeconds in StatefulSet is not Supported")]),
  ];
}

function strategyErrors(at: string, strategy: StatefulSetUpdateStrategy): FieldError[] {
  const { type, rollingUpdate } = strategy;
  const field = `${at}.rollingUpdate`;
  if (!type) return [required(at, "")];
  if (type === "OnDelete") return rollingUpdate ? [invalid(field, rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'")] : [];
  if (type !== "RollingUpdate") return [invalid(at, strategy, "must be 'RollingUpdate' or 'OnDelete'")];
  if (!rollingUpdate) return [];
  const { partition, maxUnavailable } = rollingUpdate;
  const errors = nonNegative(`${field}.partition`, partition);
  if (maxUnavailable === undefined) return errors;
  errors.push(...countOrPercent(`${field}.maxUnavailable`, maxUnavailable));
  if (countOf(maxUnavailable) === 0) errors.push(invalid(`${field}.maxUnavailable`, maxUnavailable, "cannot be 0"));
  return [...errors, ...atMostAll(`${field}.maxUnavailable`, maxUnavailable)];
}
