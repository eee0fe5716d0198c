/** Jobs: how they find their pods, what may change, and what may become of them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { JobStatus, Job as JobType } from "../tables/batch-v1.ts";
import { Job } from "./job.ts";

const context = { now: Date.parse("2026-11-24T12:10:00Z") };
const startTime = "2026-11-24T12:00:00Z";

function job(spec: Partial<JobType["spec"]> = {}, status?: JobStatus): JobType {
  const made: JobType = {
    metadata: { name: "j", namespace: "n", uid: "0a" },
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } }, ...spec },
    ...(status && { status }),
  };
  Job.rules.defaults?.(made);
  return made;
}

function created(spec: Partial<JobType["spec"]> = {}): JobType {
  const made = job(spec);
  Job.rules.prepareCreate?.(made);
  return made;
}

const fieldsOf = (errors: readonly { field: string }[] | undefined) => errors?.map(({ field }) => field);

test("a job selects its pods by its own UID", () => {
  const made = created();
  assert.deepEqual(made.spec.selector?.matchLabels, { "batch.kubernetes.io/controller-uid": "0a" });
  assert.equal(made.spec.template.metadata?.labels?.["job-name"], "j");
  assert.deepEqual({ ...made.metadata.labels }, { ...made.spec.template.metadata?.labels });
  assert.deepEqual(Job.rules.validate?.(made, context), []);
});

test("labels that contradict the job are refused", () => {
  const made = created();
  Object.assign(made.spec.template.metadata?.labels ?? {}, { "job-name": "other" });
  assert.deepEqual(fieldsOf(Job.rules.validate?.(made, context)), ["spec.template.metadata.labels[job-name]"]);
});

test("pods that never end, and indexes without a count, are no job", () => {
  const endless = created({ template: { spec: { containers: [{ name: "c", image: "i" }] } } });
  assert.deepEqual(fieldsOf(Job.rules.validate?.(endless, context)), ["spec.template.spec.restartPolicy"]);
  assert.deepEqual(fieldsOf(Job.rules.validate?.(created({ completionMode: "Indexed", parallelism: 2 }), context)), ["spec.completions"]);
});

test("only a suspended job may be told where its pods shall run", () => {
  const moved = (suspend: boolean, status?: JobStatus) => {
    const last = { ...created({ suspend }), ...(status && { status }) };
    const { template } = last.spec;
    const next = { ...last, spec: { ...last.spec, template: { ...template, spec: { ...template.spec, nodeSelector: { a: "b" } } } } };
    return fieldsOf(Job.rules.validateUpdate?.(next, last, context));
  };
  assert.deepEqual(moved(true), []);
  assert.deepEqual(moved(false), ["spec.template"]);
  assert.deepEqual(moved(true, { startTime }), ["spec.template"]);
  assert.deepEqual(moved(true, { startTime, conditions: [{ type: "Suspended", status: "True" }] }), []);
});

test("a job that is complete says since when, has no pods left, and stays so", () => {
  const { status } = Job.rules.subresources ?? {};
  const conditions = ["SuccessCriteriaMet", "Complete"].map((type) => ({ type, status: "True" }));
  const running = job({}, { startTime, active: 1 });
  const complete = job({}, { startTime, completionTime: "2026-11-24T12:05:00Z", conditions });
  assert.deepEqual(fieldsOf(status?.validateUpdate?.(complete, running, context)), []);
  const early = job({}, { startTime, active: 1, conditions });
  assert.deepEqual(fieldsOf(status?.validateUpdate?.(early, running, context)), ["status.completionTime", "status.active"]);
  assert.deepEqual(fieldsOf(status?.validateUpdate?.(running, complete, context)), ["status.conditions", "status.conditions"]);
});

test("a table says how far a job is and how long it has run", () => {
  const cells = (one: JobType) => Job.rules.columns?.slice(1, 4).map(({ value }) => value(one, context.now));
  assert.deepEqual(cells(job({ completions: 3 }, { startTime, succeeded: 1 })), ["Running", "1/3", "10m"]);
  assert.deepEqual(cells(job({ parallelism: 4 })), ["Running", "0/1 of 4", ""]);
});
