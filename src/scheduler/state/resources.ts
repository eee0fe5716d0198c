/** Amounts of resources as plain numbers: CPU in thousandths, all else in whole units, which doubles hold exactly up to 9 PB. */

import type { Container, PodSpec } from "../../api/tables/core-v1.ts";
import { parseQuantity } from "../../machinery/quantity/quantity.ts";

export type Amounts = Map<string, number>;

/** Texts repeat endlessly (`100m`, `128Mi`); the cache is cut when it has grown. */
const parsed = new Map<string, number>();
const PARSED_MAX = 10_000;

function amount(name: string, text: string): number {
  const key = name === "cpu" ? `m${text}` : text;
  let value = parsed.get(key);
  if (value === undefined) {
    const quantity = parseQuantity(text);
    value = Number(name === "cpu" ? quantity.milliValue() : quantity.value());
    if (parsed.size >= PARSED_MAX) parsed.clear();
    parsed.set(key, value);
  }
  return value;
}

export function amountsOf(list: Readonly<Record<string, string>> | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, text]) => [name, amount(name, text)]));
}

/**
 * What a pod asks for: its containers and sidecars together, or the largest init container with the sidecars started before it, whichever is
 * more; pod-level requests stand above both (KEP-753, KEP-2837). Overhead comes on top.
 */
export function requestsOf(spec: PodSpec): Amounts {
  const running: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const own = containerRequests(container);
    if (container.restartPolicy === "Always") {
      add(running, own);
      raise(peak, running);
    } else {
      const together = new Map(running);
      add(together, own);
      raise(peak, together);
    }
  }
  for (const container of spec.containers ?? []) add(running, containerRequests(container));
  raise(running, peak);
  for (const [name, value] of amountsOf(spec.resources?.requests)) running.set(name, value);
  add(running, amountsOf(spec.overhead));
  return running;
}

function containerRequests({ resources }: Container): Amounts {
  return amountsOf(resources?.requests);
}

function add(sum: Amounts, more: Amounts): void {
  for (const [name, value] of more) sum.set(name, (sum.get(name) ?? 0) + value);
}

function raise(least: Amounts, other: Amounts): void {
  for (const [name, value] of other) least.set(name, Math.max(least.get(name) ?? 0, value));
}
