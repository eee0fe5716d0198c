/** What a Kubernetes program complained of, in a form in which two runs can be compared: without times, names and numbers. */

const KLOG = /^([EWF])\d{4} \S+\s+\d+ ([\w./-]+\.go):\d+\] (.*)$/;

/** What differs from run to run, the most specific first. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID"],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?[+-]\d{4} UTC|Z)?( m=\S+)?/g, "TIME"],
  [/\d{1,3}(\.\d{1,3}){3}(:\d+)?/g, "ADDRESS"],
  [/\b(round-\d+)\b/g, "NS"],
  [/\bhollow-\d\b/g, "NODE"],
  [/-[0-9a-f]{8,10}-[a-z0-9]{5}\b/g, "-…"],
  [/-[bcdfghjklmnpqrstvwxz2456789]{5,10}\b/g, "-…"],
  [/-\d{8}\b/g, "-…"],
  [/"?\b[\d.]+(ms|µs|s|m|h)\b"?/g, "DURATION"],
  [/\b\d{2,}\b/g, "N"],
  // A controller that waits for its own writes to come back waits for now one kind, now another.
  [/(as new as written version: N for group resource) [a-z.]+/, "$1 R"],
];

/** A round ends by taking its namespace away: what is in work there just then fails, now here and now there. */
const RACES = [
  /because it is being terminated/,
  /HPA NS\/web was deleted during reconciliation/,
  /resourcequotas \\?"all\\?" not found/,
  /failed to update status for web: horizontalpodautoscalers\.autoscaling \\?"web\\?" not found/,
];

/** @returns the errors and warnings, each with how often it came */
export function complaints(log: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of log.split("\n")) {
    const [, level, file, text] = KLOG.exec(line) ?? [];
    if (!level || !file || text === undefined) continue;
    const masked = MASKS.reduce((masking, [pattern, word]) => masking.replace(pattern, word), text);
    if (RACES.some((race) => race.test(masked))) continue;
    const key = `${level} ${file} ${masked}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return found;
}
