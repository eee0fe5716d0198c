/** Defaults of jobs and of the templates of jobs. [Kubernetes pkg/apis/batch/v1/defaults.go] */

import { podSpecDefaults } from "../core/pod/spec-defaults.ts";
import type { Job, JobSpec } from "../tables/batch-v1.ts";

const INT32_MAX = 2 ** 31 - 1;
const BACKOFF_LIMIT = 6;

export function jobDefaults(job: Job): void {
  const { spec } = job;
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? BACKOFF_LIMIT : INT32_MAX;
  labelAsTemplate(job);
  spec.completionMode ??= "NonIndexed";
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? "Failed" : "TerminatingOrFailed";
  spec.manualSelector ??= false;
  jobTemplateDefaults(spec);
}

/** A job without labels has those of its pods, the ones that are made for it included: it is the same map. */
export function labelAsTemplate({ metadata, spec }: Job): void {
  const { labels } = spec.template.metadata ?? {};
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = labels;
}

/** What is filled in also where a job is only a template. */
export function jobTemplateDefaults(spec: JobSpec): void {
  for (const { onPodConditions } of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of onPodConditions ?? []) pattern.status ||= "True";
  }
  podSpecDefaults(spec.template.spec);
}
