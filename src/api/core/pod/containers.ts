/** A pod's containers of all three lists, with their places in it. */

import type { Container, EphemeralContainer, PodSpec } from "../../tables/core-v1.ts";

export type AnyContainer = Container | EphemeralContainer;

/** Init containers, containers, ephemeral containers, as Kubernetes visits them. */
export function allContainers(spec: PodSpec): AnyContainer[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

/** @param at the spec's own field */
export function containersAt(spec: PodSpec, at: string): (readonly [container: AnyContainer, at: string])[] {
  return (["initContainers", "containers", "ephemeralContainers"] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, i) => [container, `${at}.${list}[${i}]`] as const),
  );
}
