/** Counts a probe's results: only so many in a row change what it says. A value of its own, so that it needs no clock to be tested. */

import type { Probe } from "../../api/tables/core-v1.ts";

export type ProbeType = "startup" | "liveness" | "readiness";

export interface Series {
  readonly verdict: boolean | undefined;
  readonly last: boolean | undefined;
  readonly inARow: number;
}

export const newSeries: Series = { verdict: undefined, last: undefined, inARow: 0 };

/** @returns the series after one more result */
export function countResult(series: Series, ok: boolean, probe: Probe): Series {
  const inARow = series.last === ok ? series.inARow + 1 : 1;
  const needed = ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
  return { verdict: inARow >= needed ? ok : series.verdict, last: ok, inARow };
}
