/** A container's own requests and limits as numbers (downward API). */

import type { Container, ResourceFieldSelector } from "../../../api/tables/core-v1.ts";
import { parseQuantity } from "../../../machinery/quantity/quantity.ts";

/** What an unlimited container may use: all that the node can give. */
export interface Allocatable {
  readonly [resource: string]: string;
}

/** @throws Error for a resource that the API doesn't allow here */
export function resourceValue(selector: ResourceFieldSelector, container: Container, allocatable: Allocatable): string {
  const [, side, resource] = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/.exec(selector.resource ?? "") ?? [];
  if (!side || !resource) throw new Error(`unsupported container resource : ${selector.resource}`);
  const given = side === "limits" ? container.resources?.limits : container.resources?.requests;
  const fallback = side === "limits" ? allocatable[resource] : container.resources?.limits?.[resource];
  const amount = parseQuantity(given?.[resource] ?? fallback ?? "0");
  const asked = parseQuantity(selector.divisor ?? "0");
  const divisor = asked.isZero() ? parseQuantity("1") : asked;
  const [top, bottom] = resource === "cpu" ? [amount.milliValue(), divisor.milliValue()] : [amount.value(), divisor.value()];
  return String((top + bottom - 1n) / bottom);
}
