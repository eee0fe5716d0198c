/** The place of a server among the instances of its process. */

export interface Instance {
  /** From 0. The first keeps the cluster's own objects, the conditions of definitions and extensions, and the process' identity. */
  readonly index: number;
  readonly count: number;
}

export const ALONE: Instance = { index: 0, count: 1 };

/** @returns an instance's part of a limit that holds for the process */
export function shareOf(limit: number, { count }: Instance): number {
  return Math.ceil(limit / count);
}
