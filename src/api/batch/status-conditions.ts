/** What the conditions of a job say. */

import type { JobStatus } from "../tables/batch-v1.ts";

export function isTrue(status: JobStatus | undefined, type: string): boolean {
  return has(status, type, "True");
}

export function isFalse(status: JobStatus | undefined, type: string): boolean {
  return has(status, type, "False");
}

export function isFinished(status: JobStatus | undefined): boolean {
  return isTrue(status, "Complete") || isTrue(status, "Failed");
}

function has(status: JobStatus | undefined, type: string, value: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === value) ?? false;
}
