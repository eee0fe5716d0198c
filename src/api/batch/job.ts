/** Jobs: pods that run to an end, so many times. */

import { isDNS1123Label } from "../../machinery/names.ts";
import { type FieldError, invalid } from "../../machinery/status/field-error.ts";
import { selectorCell } from "../apps/selector-cell.ts";
import { dropRetired } from "../core/pod/prepare.ts";
import { nameAdvice } from "../core/pod/warnings.ts";
import { kind } from "../declare.ts";
import { ageColumn, column, containerColumns, nameColumn, wide } from "../meta/columns.ts";
import { humanDuration } from "../meta/human-duration.ts";
import { copyMember } from "../meta/status-update.ts";
import type { JobStatus, Job as JobType } from "../tables/batch-v1.ts";
import { jobDefaults, labelAsTemplate } from "./job-defaults.ts";
import { jobWarnings } from "./job-warnings.ts";
import { generateSelector, selectorErrors } from "./selector.ts";
import { isTrue } from "./status-conditions.ts";
import { specChangeErrors } from "./validate-change.ts";
import { jobSpecErrors } from "./validate-spec.ts";
import { statusErrors } from "./validate-status.ts";

export const Job = kind<JobType>("batch/v1", "jobs", {
  defaults: jobDefaults,
  prepareCreate(job) {
    generateSelector(job);
    labelAsTemplate(job);
    delete job.status;
    dropRetired(job.spec.template);
  },
  prepareUpdate(next, last) {
    copyMember(next, last, "status");
    labelAsTemplate(next);
    dropRetired(next.spec.template);
  },
  generation: true,
  validate: (job) => [...jobSpecErrors("spec", job.spec), ...selectorErrors(job), ...indexedNameErrors(job)],
  validateUpdate: specChangeErrors,
  warnings: (next, last) => [...(last ? [] : nameAdvice(next)), ...jobWarnings("spec", next.spec, last?.spec)],
  subresources: {
    status: {
      prepareUpdate(next, last) {
        next.spec = last.spec;
        labelAsTemplate(next);
      },
      validateUpdate: statusErrors,
    },
  },
  columns: [
    nameColumn,
    column("Status", "string", "What has become of it.", statusCell),
    column("Completions", "string", "How many pods have succeeded, of how many.", completionsCell),
    column("Duration", "string", "How long it took, or takes so far.", ({ status = {} }, now) => durationCell(status, now)),
    ageColumn,
    ...containerColumns(({ spec }: JobType) => spec.template.spec.containers),
    wide("Selector", "The labels of its pods.", ({ spec }) => selectorCell(spec.selector)),
  ],
  selectableFields: { "status.successful": ({ status }) => String(status?.succeeded ?? 0) },
});

/** The names of its pods are its own and their index, and must be names of hosts. */
function indexedNameErrors({ metadata: { name = "" }, spec: { completionMode, completions = 0 } }: JobType): FieldError[] {
  if (completionMode !== "Indexed" || completions <= 0) return [];
  const last = `${name}-${completions - 1}`;
  return isDNS1123Label(last).length > 0 ? [invalid("metadata.name", name, `will not able to create pod with invalid DNS label: ${last}`)] : [];
}

function statusCell({ metadata, status }: JobType): string {
  if (isTrue(status, "Complete")) return "Complete";
  if (isTrue(status, "Failed")) return "Failed";
  if (metadata.deletionTimestamp) return "Terminating";
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find((type) => isTrue(status, type)) ?? "Running";
}

function completionsCell({ spec: { completions, parallelism = 0 }, status }: JobType): string {
  const succeeded = status?.succeeded ?? 0;
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationCell({ startTime, completionTime }: JobStatus, now: number): string {
  if (!startTime) return "";
  return humanDuration((completionTime ? Date.parse(completionTime) : now) - Date.parse(startTime));
}
