/** Sets of indexes as text: `0,3-5,9`, in rising order. */

export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** @param completions how many indexes there are @returns the intervals, and what is wrong with the first one that can't be one */
export function parseIndexes(text: string, completions: number): { intervals: Interval[]; problem?: string } {
  const intervals: Interval[] = [];
  if (text === "") return { intervals };
  let previous = -1;
  for (const part of text.split(",")) {
    const interval = parseInterval(part, completions);
    if (typeof interval === "string") return { intervals, problem: interval };
    if (interval.first <= previous) return { intervals, problem: `non-increasing order, previous: ${previous}, current: ${interval.first}` };
    intervals.push(interval);
    previous = interval.last;
  }
  return { intervals };
}

function parseInterval(part: string, completions: number): Interval | string {
  const limits = part.split("-");
  if (limits.length > 2) {
    return `the fragment ${JSON.stringify(part)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  for (const limit of limits) {
    if (!/^[+]?\d{1,15}$/.test(limit)) return `cannot convert string to integer for index: ${JSON.stringify(limit)}`;
    if (Number(limit) >= completions) return `too large index: ${JSON.stringify(limit)}`;
  }
  const first = Number(limits[0]);
  const last = Number(limits[1] ?? first);
  return limits.length === 2 && first >= last ? `non-increasing order, previous: ${first}, current: ${last}` : { first, last };
}

export function countOf(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** @returns an index that is in both */
export function overlap(a: readonly Interval[], b: readonly Interval[]): number | undefined {
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [left, right] = [a[i] as Interval, b[j] as Interval];
    if (left.first <= right.last && right.first <= left.last) return Math.max(left.first, right.first);
    if (left.first <= right.first) i++;
    else j++;
  }
  return undefined;
}
