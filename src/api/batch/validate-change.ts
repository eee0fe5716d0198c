/** What of a job may change once it is there. [Kubernetes pkg/apis/batch/validation/validation.go ValidateJobSpecUpdate] */

import { type FieldError, invalid } from "../../machinery/status/field-error.ts";
import { IMMUTABLE, immutable } from "../meta/checks.ts";
import { immutableStruct, sameStruct } from "../meta/semantic.ts";
import type { Job, JobSpec } from "../tables/batch-v1.ts";
import type { Affinity, Container, PodSpec, PodTemplateSpec } from "../tables/core-v1.ts";
import { isTrue } from "./status-conditions.ts";

export function specChangeErrors({ spec }: Job, last: Job): FieldError[] {
  const before = last.spec;
  return [
    ...completionsErrors(spec, before),
    ...immutableStruct("spec.selector", "meta.v1.LabelSelector", spec.selector, before.selector),
    ...templateErrors(spec.template, last),
    ...immutable("spec.completionMode", spec.completionMode, before.completionMode),
    ...immutableStruct("spec.podFailurePolicy", "batch.v1.PodFailurePolicy", spec.podFailurePolicy, before.podFailurePolicy),
    ...immutable("spec.backoffLimitPerIndex", spec.backoffLimitPerIndex, before.backoffLimitPerIndex),
    ...immutable("spec.managedBy", spec.managedBy, before.managedBy),
    ...immutableStruct("spec.successPolicy", "batch.v1.SuccessPolicy", spec.successPolicy, before.successPolicy),
  ];
}

/** Indexed jobs may grow and shrink (KEP-3715). */
function completionsErrors({ completionMode, completions, parallelism }: JobSpec, last: JobSpec): FieldError[] {
  const field = "spec.completions";
  if (completionMode !== "Indexed") return immutable(field, completions, last.completions);
  if (completions === undefined || completions === last.completions || completions === parallelism) return [];
  return [invalid(field, completions, "can only be modified in tandem with spec.parallelism")];
}

/** A job that is suspended and has no pods may still be told where they shall run (KEP-2926), and with what (KEP-5440). */
function templateErrors(template: PodTemplateSpec, { spec: last, status }: Job): FieldError[] {
  const started = status?.startTime !== undefined && !isTrue(status, "Suspended");
  const mutable = last.suspend === true && !started && !status?.active;
  if (!mutable) return sameStruct("core.v1.PodTemplateSpec", template, last.template) ? [] : [invalid("spec.template", template, IMMUTABLE)];
  const allowed = withResources(withPlacement(last.template.spec, template.spec), template.spec);
  return sameStruct("core.v1.PodSpec", template.spec, allowed) ? [] : [invalid("spec.template.spec", template.spec, IMMUTABLE)];
}

/** @returns the last spec with what the next one says of where pods run */
function withPlacement(last: PodSpec, { affinity, nodeSelector, tolerations, schedulingGates }: PodSpec): PodSpec {
  const { affinity: lastAffinity, nodeSelector: _, tolerations: __, schedulingGates: ___, ...rest } = last;
  const placed = withNodeAffinity(lastAffinity, affinity);
  return {
    ...rest,
    ...(placed && { affinity: placed }),
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations }),
    ...(schedulingGates && { schedulingGates }),
  };
}

/** Only what it says of nodes; what it says of pods stays. */
function withNodeAffinity(last: Affinity | undefined, next: Affinity | undefined): Affinity | undefined {
  const { nodeAffinity: _, ...ofPods } = last ?? {};
  if (next) return { ...ofPods, ...(next.nodeAffinity && { nodeAffinity: next.nodeAffinity }) };
  return Object.keys(ofPods).length > 0 ? ofPods : undefined;
}

function withResources(last: PodSpec, { containers, initContainers }: PodSpec): PodSpec {
  return {
    ...last,
    ...(last.containers && { containers: eachWithResources(last.containers, containers) }),
    ...(last.initContainers && { initContainers: eachWithResources(last.initContainers, initContainers) }),
  };
}

function eachWithResources(last: Container[], next: readonly Container[] = []): Container[] {
  if (last.length !== next.length) return last;
  return last.map((container, i) => {
    const { name, resources } = next[i] as Container;
    if (name !== container.name) return container;
    const { resources: _, ...rest } = container;
    return { ...rest, ...(resources && { resources }) };
  });
}
