/** Templates of pods, in workloads of every kind. [Kubernetes pkg/apis/core/validation/validation.go ValidatePodTemplateSpec] */

import { labelSelector as selectorOf } from "../../../../machinery/selectors/labels.ts";
import { type FieldError, forbiddenField, invalid, notSupported } from "../../../../machinery/status/field-error.ts";
import { annotations, labels } from "../../../meta/checks.ts";
import type { PodTemplateSpec } from "../../../tables/core-v1.ts";
import type { LabelSelector } from "../../../tables/meta-v1.ts";
import { podAnnotationErrors, profilesAgree } from "./annotations.ts";
import { podSpecErrors } from "./spec.ts";

/** @param at the template's field, such as `spec.template` */
export function templateErrors(at: string, { metadata = {}, spec }: PodTemplateSpec): FieldError[] {
  return [
    ...labels(`${at}.labels`, metadata.labels),
    ...annotations(`${at}.annotations`, metadata.annotations),
    ...podAnnotationErrors(`${at}.annotations`, metadata.annotations, spec),
    ...podSpecErrors(spec, { at: `${at}.spec`, isPod: false }),
    ...profilesAgree(`${at}.spec`, metadata.annotations, spec),
    ...(spec.ephemeralContainers?.length ? [forbiddenField(`${at}.spec.ephemeralContainers`, "ephemeral containers not allowed in pod template")] : []),
  ];
}

/** A template of pods that run for ever, which a controller finds by its selector. @param owner the controller's kind */
export function runningTemplateErrors(at: string, template: PodTemplateSpec, owner: string): FieldError[] {
  const { restartPolicy, activeDeadlineSeconds } = template.spec;
  return [
    ...templateErrors(at, template),
    ...(restartPolicy === "Always" ? [] : [notSupported(`${at}.spec.restartPolicy`, restartPolicy ?? "", ["Always"])]),
    ...(activeDeadlineSeconds === undefined ? [] : [forbiddenField(`${at}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${owner} is not Supported`)]),
  ];
}

/**
 * A workload's template with its selector, which must find what the template makes. An absent selector finds nothing, an empty one
 * everything. @param owner the controller's kind, @param word what Kubernetes says of a selector that can't be read
 */
export function selectedTemplateErrors(template: PodTemplateSpec, selector: LabelSelector | undefined, owner: string, word: string): FieldError[] {
  const at = "spec.template";
  const matches = selects(selector, template);
  if (matches === undefined) return [invalid("spec.selector", selector, word)];
  const { metadata } = template;
  const errors = matches ? [] : [invalid(`${at}.metadata.labels`, metadata?.labels, "`selector` does not match template `labels`")];
  return [...errors, ...runningTemplateErrors(at, template, owner)];
}

/** @returns undefined for a selector with an operator that there isn't */
export function selects(selector: LabelSelector | undefined, { metadata }: PodTemplateSpec): boolean | undefined {
  try {
    return selectorOf(selector).matches(metadata?.labels);
  } catch {
    return undefined;
  }
}
