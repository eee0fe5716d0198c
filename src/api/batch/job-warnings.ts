/** What Kubernetes says of a job that it takes. */

import { templateWarnings } from "../core/pod/warnings.ts";
import type { JobSpec } from "../tables/batch-v1.ts";

const COMPLETIONS_MAX = 100_000;
const PARALLELISM_MAX = 10_000;

export function jobWarnings(at: string, next: JobSpec, last: JobSpec | undefined): string[] {
  const { completionMode, completions = 0, parallelism = 0 } = next;
  const huge = completionMode === "Indexed" && completions > COMPLETIONS_MAX && parallelism > PARALLELISM_MAX;
  const limits = "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4";
  return [
    ...(huge ? [`${at}: ${limits}, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`] : []),
    ...templateWarnings(`${at}.template`, next.template, last?.template),
  ];
}
