/** Lengths of time as people read them: `45s`, `3m20s`, `5h`, `12d`. [k8s.io/apimachinery pkg/util/duration] */

const UNKNOWN = "<unknown>";
const DAY_HOURS = 24;
const YEAR_HOURS = DAY_HOURS * 365;

export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return withRest(hours, "h", minutes % 60, "m");
  if (hours < 2 * DAY_HOURS) return `${hours}h`;
  const days = Math.floor(hours / DAY_HOURS);
  if (hours < 8 * DAY_HOURS) return withRest(days, "d", hours % DAY_HOURS, "h");
  if (hours < 2 * YEAR_HOURS) return `${days}d`;
  const years = Math.floor(hours / YEAR_HOURS);
  return hours < 8 * YEAR_HOURS ? withRest(years, "y", days % 365, "d") : `${years}y`;
}

function withRest(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${restUnit}`;
}

/** @returns how long before `now` the time was */
export function ageOf(time: string | undefined, now: number): string {
  return time ? humanDuration(now - Date.parse(time)) : UNKNOWN;
}
