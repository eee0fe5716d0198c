/** How much a JSON document may ask of its reader. */

export interface JsonBudget {
  readonly maxBytes: number;
  /** Objects and lists within each other. Kubernetes takes 10,000; nothing real has fifty, and a walk this deep fits every thread's stack. */
  readonly maxDepth: number;
  /** Members of objects and items of lists, all together: what decides how long the walk takes. */
  readonly maxMembers: number;
}

/** A request's body: Kubernetes' 3 MiB, which at this many members decodes within some 50 ms. */
export const requestBudget: JsonBudget = { maxBytes: 3 * 1024 * 1024, maxDepth: 500, maxMembers: 100_000 };

/**
 * Quantities, times and durations that aren't written in canonical form cost microseconds each, where others cost a fraction of one.
 * No object has a hundred of them.
 */
export const REWRITES_MAX = 10_000;
