/** A job finds its pods by its own UID, unless someone wants it otherwise. [Kubernetes pkg/registry/batch/job/strategy.go, pkg/apis/batch/validation] */

import { labelSelector as selectorOf } from "../../machinery/selectors/labels.ts";
import { type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { selects } from "../core/pod/validate/template.ts";
import { labelSelector } from "../meta/checks.ts";
import type { Job } from "../tables/batch-v1.ts";

/** Each under its name of now and that of before, which has no domain. */
const UID_LABEL = "batch.kubernetes.io/controller-uid";
const NAME_LABEL = "batch.kubernetes.io/job-name";
const OLD_UID_LABEL = "controller-uid";
const OLD_NAME_LABEL = "job-name";
const TEMPLATE = "spec.template.metadata";

/** Adds labels to the template, and selects by the UID. What a user has set stays, and is refused where it contradicts. */
export function generateSelector({ metadata: { name = "", uid = "" }, spec }: Job): void {
  if (spec.manualSelector) return;
  spec.template.metadata ??= {};
  const { metadata } = spec.template;
  metadata.labels ??= {};
  Object.assign(metadata.labels, { ...identity(name, uid), ...metadata.labels });
  spec.selector ??= {};
  spec.selector.matchLabels = { [UID_LABEL]: uid, ...spec.selector.matchLabels };
}

function identity(name: string, uid: string): Record<string, string> {
  return { [UID_LABEL]: uid, [NAME_LABEL]: name, [OLD_UID_LABEL]: uid, [OLD_NAME_LABEL]: name };
}

export function selectorErrors(job: Job): FieldError[] {
  const { selector, template } = job.spec;
  const errors = selector ? [...generatedErrors(job), ...labelSelector("spec.selector", selector)] : [required("spec.selector", "")];
  return selects(selector, template) === false
    ? [...errors, invalid(`${TEMPLATE}.labels`, template.metadata?.labels, "`selector` does not match template `labels`")]
    : errors;
}

function generatedErrors({ metadata: { name = "", uid = "" }, spec: { manualSelector, selector, template } }: Job): FieldError[] {
  if (manualSelector) return [];
  const { labels = {} } = template.metadata ?? {};
  const expected = identity(name, uid);
  const isNew = NAME_LABEL in labels || UID_LABEL in labels; // Jobs of before the labels had a domain may stay as they are.
  const names = isNew ? Object.keys(expected) : [OLD_NAME_LABEL, OLD_UID_LABEL];
  const errors = names.flatMap((label) => labelErrors(labels, label, expected[label] as string));
  if (!matches(selector, expected)) errors.push(invalid("spec.selector", selector, "`selector` not auto-generated"));
  return errors;
}

function labelErrors(labels: Readonly<Record<string, string>>, label: string, expected: string): FieldError[] {
  const field = `${TEMPLATE}.labels[${label}]`;
  if (!Object.hasOwn(labels, label)) return [required(field, `must be '${expected}'`)];
  return labels[label] === expected ? [] : [invalid(field, labels, `must be '${expected}'`)];
}

/** A selector that can't be read is complained of elsewhere. */
function matches(selector: Job["spec"]["selector"], labels: Readonly<Record<string, string>>): boolean {
  try {
    return selectorOf(selector).matches(labels);
  } catch {
    return true;
  }
}
