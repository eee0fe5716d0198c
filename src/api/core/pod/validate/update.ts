/** What an update of a pod may change. [Kubernetes pkg/apis/core/validation/validation.go ValidatePodUpdate] */

import { type FieldError, forbiddenField, invalid, required } from "../../../../machinery/status/field-error.ts";
import type { ValidationContext } from "../../../kind.ts";
import { changedFields } from "../../../meta/changed-fields.ts";
import { same } from "../../../meta/checks.ts";
import { sameList, sameStruct } from "../../../meta/semantic.ts";
import { schema } from "../../../schemas.ts";
import type { Container, NodeAffinity, NodeSelectorTerm, Pod, PodSpec } from "../../../tables/core-v1.ts";
import { annotationChangeErrors } from "./annotations.ts";

const DEADLINE_MAX = 2 ** 31 - 1;
const UPDATABLE = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
].join(",");
const NEEDED = "requiredDuringSchedulingIgnoredDuringExecution";

export function podChangeErrors(next: Pod, last: Pod, { sameSpec = false }: Partial<ValidationContext> = {}): FieldError[] {
  const errors = annotationChangeErrors("metadata.annotations", next.metadata.annotations, last.metadata.annotations);
  if (sameSpec) return errors;
  for (const list of ["containers", "initContainers"] as const) {
    const { errors: own, stop } = containerChanges(`spec.${list}`, next.spec[list] ?? [], last.spec[list] ?? []);
    errors.push(...own);
    if (stop) return errors;
  }
  const deadline = deadlineErrors(next.spec, last.spec);
  errors.push(...deadline.errors);
  if (deadline.stop) return errors;
  errors.push(...tolerationChanges(next.spec, last.spec), ...gateChanges(next.spec, last.spec));
  if (sameStruct("core.v1.PodSpec", next.spec, last.spec)) return errors;
  const rest = withAllowedUndone(next.spec, last.spec);
  if (last.spec.schedulingGates?.length) errors.push(...undoPlacement(rest, last.spec));
  if (sameStruct("core.v1.PodSpec", rest, last.spec)) return errors;
  const what = changedFields(schema("core.v1.PodSpec"), last.spec, rest);
  return [...errors, forbiddenField("spec", `pod updates may not change fields other than ${UPDATABLE}\n${what}`)];
}

function containerChanges(at: string, next: readonly Container[], last: readonly Container[]): { errors: FieldError[]; stop: boolean } {
  if (next.length !== last.length) return { errors: [forbiddenField(at, "pod updates may not add or remove containers")], stop: true };
  const errors = next.flatMap(({ image = "" }, i) => [
    ...(image ? [] : [required(`${at}[${i}].image`, "")]),
    ...(image === image.trim() ? [] : [invalid(`${at}[${i}].image`, image, "must not have leading or trailing whitespace")]),
  ]);
  return { errors, stop: false };
}

/** A deadline may be set, and brought forward. */
function deadlineErrors({ activeDeadlineSeconds: next }: PodSpec, { activeDeadlineSeconds: last }: PodSpec): { errors: FieldError[]; stop: boolean } {
  const field = "spec.activeDeadlineSeconds";
  if (next === undefined) {
    return { errors: last === undefined ? [] : [invalid(field, undefined, "must not update from a positive integer to nil value")], stop: false };
  }
  if (next < 0 || next > DEADLINE_MAX) return { errors: [invalid(field, next, `must be between 0 and ${DEADLINE_MAX}, inclusive`)], stop: true };
  if (last !== undefined && last < next) return { errors: [invalid(field, next, "must be less than or equal to previous value")], stop: true };
  return { errors: [], stop: false };
}

function tolerationChanges({ tolerations: next = [] }: PodSpec, { tolerations: last = [] }: PodSpec): FieldError[] {
  const kept = last.every((old) => next.some((now) => sameStruct("core.v1.Toleration", { ...now, tolerationSeconds: 0 }, { ...old, tolerationSeconds: 0 })));
  return kept ? [] : [forbiddenField("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")];
}

function gateChanges({ schedulingGates: next = [] }: PodSpec, { schedulingGates: last = [] }: PodSpec): FieldError[] {
  return next.flatMap(({ name }, i) => {
    if (last.some((gate) => gate.name === name)) return [];
    return [forbiddenField(`spec.schedulingGates[${i}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`)];
  });
}

/** @returns the new spec with everything as it was that an update may change */
function withAllowedUndone(next: PodSpec, last: PodSpec): PodSpec {
  const rest: PodSpec = { ...next };
  for (const list of ["containers", "initContainers"] as const) {
    const images = (next[list] ?? []).map((container, i) => ({ ...container, image: last[list]?.[i]?.image ?? "" }));
    if (next[list]) rest[list] = images;
  }
  for (const name of ["activeDeadlineSeconds", "schedulingGates", "tolerations"] as const) Object.assign(rest, { [name]: last[name] });
  if (Number(last.terminationGracePeriodSeconds ?? 0) < 0 && next.terminationGracePeriodSeconds === 1) {
    rest.terminationGracePeriodSeconds = last.terminationGracePeriodSeconds ?? 0;
  }
  return rest;
}

/** As long as a pod's scheduling is gated, where it may go can be narrowed (KEP-3838). Puts that back in `rest`. */
function undoPlacement(rest: PodSpec, last: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (!same(rest.nodeSelector, last.nodeSelector)) {
    const kept = Object.entries(last.nodeSelector ?? {}).every(([key, value]) => rest.nodeSelector?.[key] === value);
    if (!kept) errors.push(invalid("spec.nodeSelector", rest.nodeSelector, "only additions to spec.nodeSelector are allowed (no mutations or deletions)"));
    Object.assign(rest, { nodeSelector: last.nodeSelector });
  }
  const next = rest.affinity?.nodeAffinity;
  const before = last.affinity?.nodeAffinity;
  if (sameStruct("core.v1.NodeAffinity", next, before)) return errors;
  errors.push(...affinityChanges(next, before));
  const { nodeAffinity, ...others } = rest.affinity ?? {};
  if (before) rest.affinity = { ...others, nodeAffinity: before };
  else if (Object.keys(others).length > 0 || last.affinity) rest.affinity = others;
  else delete rest.affinity;
  return errors;
}

function affinityChanges(next: NodeAffinity | undefined, last: NodeAffinity | undefined): FieldError[] {
  const field = `spec.affinity.nodeAffinity.${NEEDED}.nodeSelectorTerms`;
  const before = last?.[NEEDED]?.nodeSelectorTerms ?? [];
  const now = next?.[NEEDED]?.nodeSelectorTerms ?? [];
  if (before.length === 0) return [];
  if (before.length !== now.length) return [invalid(field, now, "no additions/deletions to non-empty NodeSelectorTerms list are allowed")];
  return now.flatMap((term, i) =>
    onlyAdds(term, before[i] ?? {}) ? [] : [invalid(`${field}[${i}]`, term, "only additions are allowed (no mutations or deletions)")],
  );
}

function onlyAdds(next: NodeSelectorTerm, last: NodeSelectorTerm): boolean {
  const lists = ["matchExpressions", "matchFields"] as const;
  if (lists.every((name) => !last[name]?.length) && lists.some((name) => next[name]?.length)) return false; // An empty term selects nothing.
  return lists.every((name) => {
    const before = last[name] ?? [];
    return sameList("core.v1.NodeSelectorRequirement", (next[name] ?? []).slice(0, before.length), before);
  });
}
