/** Changing a running pod's resources, and adding ephemeral containers to it. [KEP-1287, KEP-277] */

import { type FieldError, forbiddenField, invalid } from "../../../../machinery/status/field-error.ts";
import { changedFields } from "../../../meta/changed-fields.ts";
import { isEmptyList, resourceList } from "../../../meta/resource-list.ts";
import { sameStruct } from "../../../meta/semantic.ts";
import { schema } from "../../../schemas.ts";
import type { Container, Pod, PodSpec, ResourceRequirements } from "../../../tables/core-v1.ts";
import { isRestartable } from "../aggregate.ts";
import { qosClass } from "../qos.ts";
import { annotationChangeErrors, MIRROR } from "./annotations.ts";
import { podErrors } from "./pod.ts";

export function ephemeralContainerErrors(next: Pod, last: Pod): FieldError[] {
  if (isMirror(last)) return [forbiddenField("", "static pods do not support ephemeral containers")];
  const at = "spec.ephemeralContainers";
  const now = new Map((next.spec.ephemeralContainers ?? []).map((container) => [container.name, container]));
  const changes = (last.spec.ephemeralContainers ?? []).flatMap((old) => {
    const container = now.get(old.name);
    const shown = JSON.stringify(old.name);
    if (!container) return [forbiddenField(at, `existing ephemeral containers ${shown} may not be removed\n`)];
    if (sameStruct("core.v1.EphemeralContainer", container, old)) return [];
    const what = changedFields(schema("core.v1.EphemeralContainer"), old, container);
    return [forbiddenField(at, `existing ephemeral containers ${shown} may not be changed\n${what}`)];
  });
  return [...podErrors(next), ...annotationChangeErrors("metadata.annotations", next.metadata.annotations, last.metadata.annotations), ...changes];
}

export function resizeErrors(next: Pod, last: Pod): FieldError[] {
  if (isMirror(last)) return [forbiddenField("", "static pods cannot be resized")];
  if (last.spec.os?.name === "windows") return [forbiddenField("", "windows pods cannot be resized")];
  const errors = podErrors(next);
  if ((last.status?.qosClass || qosClass(last.spec)) !== qosClass(next.spec)) {
    errors.push(invalid("spec", next.status?.qosClass ?? "", "Pod QOS Class may not change as a result of resizing"));
  }
  if (!canResize(last)) errors.push(forbiddenField("spec", "Pod running on node without support for resize"));
  errors.push(...podLevelErrors(next.spec, last.spec));
  const order = (["containers", "initContainers"] as const).flatMap((list) => orderErrors(list, next.spec[list] ?? [], last.spec[list] ?? []));
  if (order.length > 0) return [...errors, ...order];
  errors.push(...containerResizes("initContainers", next.spec, last.spec), ...containerResizes("containers", next.spec, last.spec));
  const rest = withResourcesUndone(next.spec, last.spec);
  errors.push(...onlyResources(rest, next.spec, last.spec));
  if (errors.length > 0 || sameStruct("core.v1.PodSpec", rest, last.spec)) return errors;
  return [forbiddenField("spec", "only cpu and memory resources are mutable")];
}

function isMirror({ metadata }: Pod): boolean {
  return metadata.annotations !== undefined && Object.hasOwn(metadata.annotations, MIRROR);
}

/** A kubelet that can resize says what resources a running container has. */
function canResize({ status }: Pod): boolean {
  const running = status?.containerStatuses?.find(({ state }) => state?.running);
  return !running || running.resources !== undefined;
}

function orderErrors(list: "containers" | "initContainers", next: readonly Container[], last: readonly Container[]): FieldError[] {
  if (next.length !== last.length) return [forbiddenField(`spec.${list}`, `${list} may not be added or removed on resize`)];
  return last.flatMap(({ name }, i) => {
    return next[i]?.name === name ? [] : [forbiddenField(`spec.${list}[${i}].name`, `${list} may not be renamed or reordered on resize`)];
  });
}

function containerResizes(list: "containers" | "initContainers", next: PodSpec, last: PodSpec): FieldError[] {
  return (last[list] ?? []).flatMap(({ resources: before }, i) => {
    const now = next[list]?.[i]?.resources;
    const at = `spec.${list}[${i}].resources`;
    return [
      ...(isRemoved(now?.requests, before?.requests) ? [forbiddenField(`${at}.requests`, "resource requests cannot be removed")] : []),
      ...(isRemoved(now?.limits, before?.limits) ? [forbiddenField(`${at}.limits`, "resource limits cannot be removed")] : []),
    ];
  });
}

type List = Readonly<Record<string, string>> | undefined;

function isRemoved(next: List, last: List): boolean {
  return Object.keys(last ?? {}).some((name) => !next || !Object.hasOwn(next, name));
}

function podLevelErrors(next: PodSpec, last: PodSpec): FieldError[] {
  const isSet = ({ resources }: PodSpec) => !isEmptyList(resources?.requests) || !isEmptyList(resources?.limits);
  if (!isSet(next) && !isSet(last)) return [];
  const at = "spec.resources";
  if (last.resources && !next.resources) return [forbiddenField(at, "pod-level resources cannot be removed")];
  const errors: FieldError[] = [];
  for (const list of ["requests", "limits"] as const) {
    if (isRemoved(next.resources?.[list], last.resources?.[list])) errors.push(forbiddenField(`${at}.${list}`, `pod-level resource ${list} cannot be removed`));
  }
  const others = withCpuAndMemoryOf(next.resources, last.resources);
  const nothing = !last.resources && isEmptyList(others.requests) && isEmptyList(others.limits) && !others.claims?.length;
  if (nothing || sameStruct("core.v1.ResourceRequirements", others, last.resources)) return errors;
  return [...errors, forbiddenField("spec", "only cpu and memory resources are mutable at pod-level")];
}

/** @returns the new requirements with the old amounts of processors and memory */
function withCpuAndMemoryOf(next: ResourceRequirements | undefined, last: ResourceRequirements | undefined): ResourceRequirements {
  const merged: ResourceRequirements = { ...next };
  for (const list of ["requests", "limits"] as const) {
    const { cpu: _cpu, memory: _memory, ...others } = next?.[list] ?? {};
    const amounts = Object.assign(resourceList(), others);
    for (const name of ["cpu", "memory"]) if (last?.[list]?.[name] !== undefined) amounts[name] = last[list][name] as string;
    merged[list] = amounts;
  }
  return merged;
}

function withResourcesUndone(next: PodSpec, last: PodSpec): PodSpec {
  const rest: PodSpec = { ...next };
  for (const list of ["containers", "initContainers"] as const) {
    if (!next[list]) continue;
    rest[list] = next[list].map((container, i) => ({ ...container, resources: withCpuAndMemoryOf(container.resources, last[list]?.[i]?.resources) }));
  }
  if (last.resources) rest.resources = withCpuAndMemoryOf(next.resources, last.resources);
  else delete rest.resources;
  return rest;
}

/** What is left of the change once processors and memory are as they were. */
function onlyResources(rest: PodSpec, next: PodSpec, last: PodSpec): FieldError[] {
  const main = (rest.containers ?? []).flatMap((container, i) => {
    return sameContainer(container, last.containers?.[i]) ? [] : [forbiddenField("spec", "only cpu and memory resources are mutable")];
  });
  const init = (rest.initContainers ?? []).flatMap((container, i) => {
    const at = `spec.initContainers[${i}]`;
    const old = last.initContainers?.[i];
    const errors: FieldError[] = [];
    if (!sameContainer(container, old)) errors.push(forbiddenField(at, "only cpu and memory resources for init or sidecar containers are mutable"));
    if (isRestartable(container) || sameContainer(next.initContainers?.[i], old)) return errors;
    for (const { restartPolicy } of container.resizePolicy ?? []) {
      if (restartPolicy !== "RestartContainer") continue;
      errors.push(forbiddenField(at, "non-sidecar init containers with a resize policy of RestartContainer cannot be resized"));
    }
    return errors;
  });
  return [...main, ...init];
}

function sameContainer(next: Container | undefined, last: Container | undefined): boolean {
  return sameStruct("core.v1.Container", next, last);
}
