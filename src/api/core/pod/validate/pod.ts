/** A whole pod by itself, and a new one. [Kubernetes pkg/apis/core/validation/validation.go ValidatePodCreate] */

import { type FieldError, forbiddenField } from "../../../../machinery/status/field-error.ts";
import type { ValidationContext } from "../../../kind.ts";
import { nonNegative } from "../../../meta/checks.ts";
import type { Pod } from "../../../tables/core-v1.ts";
import { podAnnotationErrors, profilesAgree } from "./annotations.ts";
import { imageSpaceErrors } from "./containers.ts";
import { podOnlyErrors, podSpecErrors } from "./spec.ts";

export function podErrors({ metadata, spec }: Pod, { sameSpec = false }: Partial<ValidationContext> = {}): FieldError[] {
  const annotations = podAnnotationErrors("metadata.annotations", metadata.annotations, spec);
  if (sameSpec) return annotations;
  return [
    ...annotations,
    ...podSpecErrors(spec, { at: "spec", isPod: true, ...(metadata.name && { podName: metadata.name }) }),
    ...podOnlyErrors("spec", spec),
    ...nonNegative("spec.terminationGracePeriodSeconds", spec.terminationGracePeriodSeconds),
    ...(["containers", "initContainers"] as const).flatMap((list) =>
      (spec[list] ?? []).flatMap((container, i) => imageSpaceErrors(`spec.${list}[${i}]`, container)),
    ),
  ];
}

/** What only a new pod may not have. */
export function newPodErrors({ metadata, spec }: Pod): FieldError[] {
  return [
    ...(spec.ephemeralContainers?.length ? [forbiddenField("spec.ephemeralContainers", "cannot be set on create")] : []),
    ...(spec.nodeName && spec.schedulingGates?.length ? [forbiddenField("spec.nodeName", "cannot be set until all schedulingGates have been cleared")] : []),
    ...profilesAgree("spec", metadata.annotations, spec),
  ];
}
