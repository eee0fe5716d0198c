/** CronJobs: a job at each time of a schedule. */

import { CronError, isTimeZone, parseCron } from "../../machinery/cron.ts";
import { type FieldError, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { selectorCell } from "../apps/selector-cell.ts";
import { dropRetired } from "../core/pod/prepare.ts";
import { nameAdvice } from "../core/pod/warnings.ts";
import { kind } from "../declare.ts";
import { nonNegative, oneOf } from "../meta/checks.ts";
import { ageColumn, column, containerColumns, NONE, nameColumn, wide } from "../meta/columns.ts";
import { ageOf } from "../meta/human-duration.ts";
import { copyMember } from "../meta/status-update.ts";
import type { CronJobSpec, CronJob as CronJobType } from "../tables/batch-v1.ts";
import { jobTemplateDefaults } from "./job-defaults.ts";
import { jobWarnings } from "./job-warnings.ts";
import { jobSpecErrors } from "./validate-spec.ts";

/** The names of its jobs are its own and a time. */
const NAME_BYTES_MAX = 52;
const TEMPLATE = "spec.jobTemplate.spec";
const ZONE_PART = /^[A-Za-z.\-_0-9+]{1,14}$/;

export const CronJob = kind<CronJobType>("batch/v1", "cronjobs", {
  defaults({ spec }) {
    spec.concurrencyPolicy ||= "Allow";
    spec.suspend ??= false;
    spec.successfulJobsHistoryLimit ??= 3;
    spec.failedJobsHistoryLimit ??= 1;
    jobTemplateDefaults(spec.jobTemplate.spec);
  },
  prepareCreate(cronJob) {
    delete cronJob.status;
    dropRetired(cronJob.spec.jobTemplate.spec.template);
  },
  prepareUpdate(next, last) {
    copyMember(next, last, "status");
    dropRetired(next.spec.jobTemplate.spec.template);
  },
  generation: true,
  validate: ({ spec }) => specErrors(spec),
  validateCreate: ({ metadata: { name = "" }, spec }) => [
    ...scheduleErrors(spec, false),
    ...zoneErrors(spec.timeZone),
    ...(Buffer.byteLength(name) > NAME_BYTES_MAX ? [invalid("metadata.name", name, "must be no more than 52 characters")] : []),
  ],
  validateUpdate: ({ spec }, { spec: last }) => [
    ...scheduleErrors(spec, (last.schedule ?? "").includes("TZ")),
    ...(spec.timeZone === last.timeZone ? [] : zoneErrors(spec.timeZone)),
  ],
  warnings(next, last) {
    const zone =
      "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details";
    return [
      ...(last ? [] : nameAdvice(next)),
      ...jobWarnings(TEMPLATE, next.spec.jobTemplate.spec, last?.spec.jobTemplate.spec),
      ...(last && next.spec.schedule.includes("TZ") ? [zone] : []),
    ];
  },
  columns: [
    nameColumn,
    column("Schedule", "string", "When.", ({ spec }) => spec.schedule),
    column("Timezone", "string", "Where that time is.", ({ spec }) => spec.timeZone ?? NONE),
    column("Suspend", "boolean", "Whether it waits.", ({ spec }) => (spec.suspend === undefined ? "<unset>" : spec.suspend ? "True" : "False")),
    column("Active", "integer", "How many of its jobs run.", ({ status }) => status?.active?.length ?? 0),
    column("Last Schedule", "string", "How long ago the last time was.", ({ status }, now) =>
      status?.lastScheduleTime ? ageOf(status.lastScheduleTime, now) : NONE,
    ),
    ageColumn,
    ...containerColumns(({ spec }: CronJobType) => spec.jobTemplate.spec.template.spec.containers),
    wide("Selector", "The labels of its jobs' pods.", ({ spec }) => selectorCell(spec.jobTemplate.spec.selector)),
  ],
});

function specErrors({
  startingDeadlineSeconds,
  concurrencyPolicy,
  jobTemplate,
  successfulJobsHistoryLimit,
  failedJobsHistoryLimit,
}: CronJobSpec): FieldError[] {
  const { selector, manualSelector } = jobTemplate.spec;
  return [
    ...nonNegative("spec.startingDeadlineSeconds", startingDeadlineSeconds),
    ...oneOf("spec.concurrencyPolicy", concurrencyPolicy, ["Allow", "Forbid", "Replace"]),
    ...jobSpecErrors(TEMPLATE, jobTemplate.spec),
    ...(selector ? [invalid(`${TEMPLATE}.selector`, selector, "`selector` will be auto-generated")] : []),
    ...(manualSelector ? [notSupported(`${TEMPLATE}.manualSelector`, manualSelector, ["nil", "false"], "given")] : []),
    ...nonNegative("spec.successfulJobsHistoryLimit", successfulJobsHistoryLimit),
    ...nonNegative("spec.failedJobsHistoryLimit", failedJobsHistoryLimit),
  ];
}

/** @param zoned whether the schedule had a zone in it before, which it may then keep */
function scheduleErrors({ schedule = "", timeZone }: CronJobSpec, zoned: boolean): FieldError[] {
  const field = "spec.schedule";
  if (schedule === "") return [required(field, "")];
  const errors: FieldError[] = [];
  try {
    parseCron(schedule);
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    errors.push(invalid(field, schedule, error.message));
  }
  if (!schedule.includes("TZ")) return errors;
  if (!zoned) return [...errors, invalid(field, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")];
  return timeZone === undefined ? errors : [...errors, invalid(field, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule")];
}

function zoneErrors(zone: string | undefined): FieldError[] {
  const field = "spec.timeZone";
  if (zone === undefined) return [];
  if (zone === "") return [invalid(field, zone, "timeZone must be nil or non-empty string")];
  const parts = zone.split("/");
  if (parts.some((part) => part === "." || part === ".." || part.startsWith("-") || !ZONE_PART.test(part))) {
    return [invalid(field, zone, `unknown time zone ${zone}`)];
  }
  const errors: FieldError[] = [];
  if (zone.toLowerCase() === "local") {
    errors.push(invalid(field, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"));
  }
  return zone === "Local" || isTimeZone(zone) ? errors : [...errors, invalid(field, zone, `unknown time zone ${zone}`)];
}
