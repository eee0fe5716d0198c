/** A pod's quality-of-service class, from what its containers ask for and are limited to. */

import type { PodSpec, ResourceRequirements } from "../../api/tables/core-v1.ts";
import { parseQuantity } from "../../machinery/quantity/quantity.ts";

export const QOS_CLASSES = ["Guaranteed", "Burstable", "BestEffort"] as const;
export type QosClass = (typeof QOS_CLASSES)[number];

const COUNTED = ["cpu", "memory"];

function asked(amounts: Record<string, string> | undefined, resource: string): bigint {
  const text = amounts?.[resource];
  return text === undefined ? 0n : parseQuantity(text).scaledValue(-9);
}

/** Pod-level resources decide where they are given (KEP-2837), else all init and ordinary containers together. */
export function qosClass(spec: PodSpec): QosClass {
  const level = spec.resources;
  const levelCounts = level && COUNTED.some((resource) => level.limits?.[resource] !== undefined || level.requests?.[resource] !== undefined);
  const all: (ResourceRequirements | undefined)[] = levelCounts
    ? [level]
    : [...(spec.initContainers ?? []), ...(spec.containers ?? [])].map(({ resources }) => resources);
  const anything = all.some((one) => COUNTED.some((resource) => asked(one?.requests, resource) > 0n || asked(one?.limits, resource) > 0n));
  if (!anything) return "BestEffort";
  const guaranteed = all.every((one) =>
    COUNTED.every((resource) => {
      const limit = asked(one?.limits, resource);
      return limit > 0n && asked(one?.requests ?? one?.limits, resource) === limit;
    }),
  );
  return guaranteed ? "Guaranteed" : "Burstable";
}
