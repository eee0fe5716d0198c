/** What the status of a job may say, and what may become of it. Only what changed is judged. [Kubernetes pkg/apis/batch/validation, pkg/registry/batch/job/strategy.go] */

import { duplicate, type FieldError, invalid, invalidState, required } from "../../machinery/status/field-error.ts";
import { nonNegative } from "../meta/checks.ts";
import { sameStruct } from "../meta/semantic.ts";
import type { Job, JobStatus, UncountedTerminatedPods } from "../tables/batch-v1.ts";
import { overlap, parseIndexes } from "./indexes.ts";
import { isFalse, isFinished, isTrue } from "./status-conditions.ts";

const CONDITIONS = "status.conditions";

export function statusErrors(job: Job, last: Job): FieldError[] {
  const status = job.status ?? {};
  const before = last.status ?? {};
  return [
    ...countErrors(status),
    ...uncountedErrors(status.uncountedTerminatedPods),
    ...conditionErrors(job, status, before),
    ...timeErrors(job, status, before),
    ...finishedErrors(status, before),
    ...indexErrors(job, status, before),
    ...decreaseErrors(job, status, before),
  ];
}

function countErrors(status: JobStatus): FieldError[] {
  const counts = ["active", "succeeded", "failed", "ready", "terminating"] as const satisfies readonly (keyof JobStatus)[];
  return counts.flatMap((name) => nonNegative(`status.${name}`, status[name]));
}

function uncountedErrors(uncounted: UncountedTerminatedPods | undefined): FieldError[] {
  const seen = new Set<string>();
  return (["succeeded", "failed"] as const).flatMap((list) =>
    (uncounted?.[list] ?? []).flatMap((uid, i) => {
      const field = `status.uncountedTerminatedPods.${list}[${i}]`;
      if (uid === "") return [invalid(field, uid, "must not be empty")];
      if (seen.has(uid)) return [duplicate(field, uid)];
      seen.add(uid);
      return [];
    }),
  );
}

function conditionErrors({ spec }: Job, status: JobStatus, before: JobStatus): FieldError[] {
  const errors: FieldError[] = [];
  const is = (type: string) => isTrue(status, type);
  const changed = (...types: string[]) => types.some((type) => is(type) !== isTrue(before, type));
  const refuse = (when: boolean, detail: string) => {
    if (when) errors.push(invalidState(CONDITIONS, detail));
  };
  refuse(changed("Complete", "Failed") && is("Complete") && is("Failed"), "cannot set Complete=True and Failed=true conditions");
  refuse(changed("Complete", "FailureTarget") && is("Complete") && is("FailureTarget"), "cannot set Complete=True and FailureTarget=true conditions");
  refuse(
    (changed("Failed") || status.failedIndexes !== before.failedIndexes) && is("Failed") && !is("FailureTarget"),
    "cannot set Failed=True condition without the FailureTarget=true condition",
  );
  refuse(
    changed("Complete", "SuccessCriteriaMet") && is("Complete") && !is("SuccessCriteriaMet"),
    "cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
  );
  refuse(is("SuccessCriteriaMet") && is("Failed"), "cannot set SuccessCriteriaMet=True and Failed=true conditions");
  refuse(is("SuccessCriteriaMet") && is("FailureTarget"), "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
  refuse(
    spec.successPolicy !== undefined && !is("SuccessCriteriaMet") && is("Complete"),
    "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True",
  );
  for (const type of ["Failed", "Complete", "FailureTarget"]) {
    refuse(isTrue(before, type) && !is(type), `cannot disable the terminal ${type}=True condition`);
  }
  refuse(isTrue(before, "SuccessCriteriaMet") && !is("SuccessCriteriaMet"), "cannot disable the SuccessCriteriaMet=True condition");
  refuse(
    isTrue(before, "Complete") && !isTrue(before, "SuccessCriteriaMet") && is("SuccessCriteriaMet"),
    "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions",
  );
  return errors;
}

function timeErrors({ spec }: Job, status: JobStatus, before: JobStatus): FieldError[] {
  const field = "status.completionTime";
  const { startTime: start, completionTime: end } = status;
  const errors: FieldError[] = [];
  const [startChanged, endChanged] = [start !== before.startTime, end !== before.completionTime];
  const complete = isTrue(status, "Complete");
  if (endChanged || complete !== isTrue(before, "Complete")) {
    if (end && !complete) errors.push(invalid(field, end, "cannot set completionTime when there is no Complete=True condition"));
    if (!end && complete) errors.push(required(field, "completionTime is required for Complete jobs"));
  }
  if ((startChanged || endChanged) && start && end && Date.parse(end) < Date.parse(start)) {
    errors.push(invalid(field, end, "must be equal to or after `startTime`"));
  }
  const empty = spec.suspend === true && spec.completions === 0;
  if ((startChanged || isFinished(status) !== isFinished(before)) && !empty && !start && isFinished(status)) {
    errors.push(required("status.startTime", "startTime is required for finished job"));
  }
  if (end && before.completionTime && endChanged) errors.push(invalid(field, end, "field is immutable"));
  const resuming = isTrue(before, "Suspended") && isFalse(status, "Suspended");
  if (startChanged && !resuming && before.startTime && !spec.suspend) {
    errors.push(invalid("status.startTime", start, "field is immutable for unsuspended job once set"));
  }
  return errors;
}

function finishedErrors(status: JobStatus, before: JobStatus): FieldError[] {
  const { active = 0, ready, terminating, uncountedTerminatedPods: uncounted } = status;
  const errors: FieldError[] = [];
  const finished = isFinished(status);
  const turned = finished !== isFinished(before);
  const activeChanged = active !== (before.active ?? 0);
  if (finished && (turned || activeChanged) && active > 0) errors.push(invalid("status.active", active, "active>0 is invalid for finished job"));
  const uncountedChanged = !sameStruct("batch.v1.UncountedTerminatedPods", uncounted, before.uncountedTerminatedPods);
  if (finished && (turned || uncountedChanged) && uncounted && (uncounted.failed?.length || uncounted.succeeded?.length)) {
    errors.push(invalid("status.uncountedTerminatedPods", uncounted, "must be empty for finished job"));
  }
  if (finished && (turned || terminating !== before.terminating) && (terminating ?? 0) > 0) {
    errors.push(invalid("status.terminating", terminating, "terminating>0 is invalid for finished job"));
  }
  if ((ready !== before.ready || activeChanged) && ready !== undefined && ready > active) {
    errors.push(invalid("status.ready", ready, "cannot set more ready pods than active"));
  }
  return errors;
}

function indexErrors({ spec }: Job, status: JobStatus, before: JobStatus): FieldError[] {
  const { completedIndexes: completed = "", failedIndexes: failed } = status;
  const { completions, backoffLimitPerIndex, completionMode } = spec;
  const [completedAt, failedAt] = ["status.completedIndexes", "status.failedIndexes"];
  const [completedChanged, failedChanged] = [completed !== (before.completedIndexes ?? ""), failed !== before.failedIndexes];
  const errors: FieldError[] = [];
  const ofCompleted = parseIndexes(completed, completions ?? 0);
  const ofFailed = parseIndexes(failed ?? "", completions ?? 0);
  if (completedChanged && completions !== undefined && ofCompleted.problem) {
    errors.push(invalid(completedAt, completed, `error parsing completedIndexes: ${ofCompleted.problem}`));
  }
  if (failedChanged && completions !== undefined && backoffLimitPerIndex !== undefined && ofFailed.problem) {
    errors.push(invalid(failedAt, failed, `error parsing failedIndexes: ${ofFailed.problem}`));
  }
  if (completedChanged && completed && completionMode !== "Indexed") {
    errors.push(invalid(completedAt, completed, "cannot set non-empty completedIndexes when non-indexed completion mode"));
  }
  if (failedChanged && backoffLimitPerIndex === undefined && failed !== undefined) {
    errors.push(invalid(failedAt, failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null"));
  }
  const both = completions === undefined ? undefined : overlap(ofCompleted.intervals, ofFailed.intervals);
  if ((completedChanged || failedChanged) && both !== undefined) {
    errors.push(invalid(failedAt, failed, `failedIndexes and completedIndexes overlap at index: ${both}`));
  }
  return errors;
}

/** Counters only rise; but a job that is scaled down forgets successes. */
function decreaseErrors({ spec }: Job, { failed = 0, succeeded = 0 }: JobStatus, before: JobStatus): FieldError[] {
  const scales = spec.completionMode === "Indexed" && spec.completions === spec.parallelism;
  return [
    ...(failed < (before.failed ?? 0) ? [invalid("status.failed", failed, "cannot decrease the failed counter")] : []),
    ...(!scales && succeeded < (before.succeeded ?? 0) ? [invalid("status.succeeded", succeeded, "cannot decrease the succeeded counter")] : []),
  ];
}
