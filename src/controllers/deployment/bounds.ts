/** How far a rolling update may go above and below the wanted number. */

import type { Deployment } from "../../api/tables/apps-v1.ts";

export interface Bounds {
  readonly wanted: number;
  readonly surge: number;
  readonly unavailable: number;
}

/** A share rounds up for the surge and down for what may be missing; if both come to nothing, one may be missing, or nothing would ever move. */
export function boundsOf({ spec }: Deployment): Bounds {
  const wanted = spec.replicas ?? 1;
  if (spec.strategy?.type === "Recreate") return { wanted, surge: 0, unavailable: 0 };
  const rolling = spec.strategy?.rollingUpdate;
  const surge = resolved(rolling?.maxSurge ?? "25%", wanted, Math.ceil);
  const unavailable = Math.min(resolved(rolling?.maxUnavailable ?? "25%", wanted, Math.floor), wanted);
  return { wanted, surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

export function resolved(value: number | string, total: number, round: (share: number) => number): number {
  return typeof value === "number" ? value : round((Number.parseInt(value, 10) * total) / 100);
}
