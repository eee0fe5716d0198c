/** What works in a container but isn't what was meant. */

import { fractions } from "../../meta/fractions.ts";
import type { EnvVar } from "../../tables/core-v1.ts";
import type { AnyContainer } from "./containers.ts";

/** @param at the container's field */
export function containerWarnings(at: string, { resources, env }: AnyContainer): string[] {
  return [
    ...fractions(`${at}.resources.limits`, resources?.limits),
    ...fractions(`${at}.resources.requests`, resources?.requests),
    ...hidden(`${at}.env`, env ?? []),
  ];
}

/** A name that is set twice, unless the second value builds on the first. */
function hidden(at: string, env: readonly EnvVar[]): string[] {
  const seen = new Set<string>();
  return env.flatMap(({ name, value = "", valueFrom }, i) => {
    const isNew = !seen.has(name);
    seen.add(name);
    const reference = `$(${name})`;
    if (isNew || (!valueFrom && value !== reference && value.includes(reference))) return [];
    return [`${at}[${i}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`];
  });
}
