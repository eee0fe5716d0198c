/** A pod security check: what it looks at, since which version of the standards, and how its findings are worded. */

import type { Container, PodSpec } from "../../../api/tables/core-v1.ts";
import type { ObjectMeta } from "../../../api/tables/meta-v1.ts";

export type Level = "privileged" | "baseline" | "restricted";

export interface Violation {
  /** As Kubernetes words it: `hostPort`. */
  readonly reason: string;
  /** `container "a" uses hostPort 80` */
  readonly detail: string;
  /** The fields at fault, from the pod on: `spec.containers[0].ports[1].hostPort`. */
  readonly fields: readonly string[];
}

export type CheckPod = (spec: PodSpec, metadata: ObjectMeta) => Violation | undefined;

export interface CheckVersion {
  /** The minor version of Kubernetes from which on it is in force. */
  readonly since: number;
  readonly check: CheckPod;
  /** Baseline checks that this one contains. */
  readonly overrides?: readonly string[];
}

export interface Check {
  readonly id: string;
  readonly level: "baseline" | "restricted";
  /** By ascending version. */
  readonly versions: readonly CheckVersion[];
}

export interface PlacedContainer {
  readonly container: Container;
  readonly name: string;
  /** `spec.initContainers[0]` */
  readonly at: string;
}

/** Every container of a pod stands in one of these. */
export const CONTAINER_LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;

/** Something of a container that isn't as it should be. */
export interface Fault extends PlacedContainer {
  /** The fields, beneath the container. */
  readonly fields: readonly string[];
  /** The values at fault, for the message. */
  readonly values: readonly string[];
}

/**
 * @param judge what is wrong with a container: fields beneath it, and the values they have
 * @returns the containers that have any fault
 */
export function faults(
  spec: PodSpec,
  judge: (container: Container) => { readonly fields: readonly string[]; readonly values?: readonly string[] } | undefined,
): Fault[] {
  const all: Fault[] = [];
  for (const list of CONTAINER_LISTS) {
    const containers = spec[list];
    if (!containers) continue;
    for (let index = 0; index < containers.length; index++) {
      const container = containers[index]!;
      const found = judge(container);
      if (!found || found.fields.length === 0) continue;
      all.push({ container, name: container.name ?? "", at: `spec.${list}[${index}]`, fields: found.fields, values: found.values ?? [] });
    }
  }
  return all;
}

export const fieldsOf = (found: readonly Fault[]): string[] => found.flatMap(({ at, fields }) => fields.map((field) => `${at}.${field}`));
/** Each value once, sorted. */
export const valuesOf = (found: readonly Fault[]): string[] => distinct(found.flatMap(({ values }) => values));
export const distinct = (values: readonly string[]): string[] => [...new Set(values)].toSorted();
export const quoted = (values: readonly string[]): string => values.map((value) => `"${value}"`).join(", ");
export const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);
/** `container "a"`, `containers "a", "b"` */
export const named = (found: readonly { readonly name: string }[]): string =>
  `${plural(found.length, "container", "containers")} ${quoted(found.map(({ name }) => name))}`;
/** `pod and container "a"` */
export const setters = (pod: boolean, found: readonly Fault[]): string => [...(pod ? ["pod"] : []), ...(found.length > 0 ? [named(found)] : [])].join(" and ");

/** Checks that say nothing about pods of Windows nodes, which can't have the field. */
export function butOnWindows(check: CheckPod): CheckPod {
  return (spec, metadata) => (spec.os?.name === "windows" ? undefined : check(spec, metadata));
}

/** Checks that a user namespace makes needless (KEP-127). */
export function butInUserNamespace(check: CheckPod): CheckPod {
  return (spec, metadata) => (spec.hostUsers === false ? undefined : check(spec, metadata));
}
