/**
 * Divides the server's seats among levels that borrow from each other: each gets the same multiple of what it wants, within its own bounds, and all of them
 * together get all seats there are (KEP-1040, "Dispatching"). Pure.
 */

export interface Claim {
  /** What it must have, what it could use, and what it may have; `lower <= target`, `lower <= upper`. */
  readonly lower: number;
  readonly target: number;
  readonly upper: number;
}

export interface Allocation {
  readonly seats: readonly number[];
  /** The common multiple. */
  readonly fraction: number;
}

/** Nobody wants less than this, so that a multiple exists. */
const TARGET_MIN = 0.001;
const ROUNDS = 64;

/** @returns undefined where the bounds leave no way to hand out exactly `total` */
export function allocate(total: number, claims: readonly Claim[]): Allocation | undefined {
  const lowest = sum(claims.map(({ lower }) => lower));
  const highest = sum(claims.map(({ upper }) => upper));
  if (total < lowest - 1e-7 || total > highest + 1e-7 || claims.length === 0) return undefined;
  const targets = claims.map(({ target }) => Math.max(target, TARGET_MIN));
  const at = (fraction: number): number[] => claims.map(({ lower, upper }, i) => Math.max(lower, Math.min(upper, fraction * targets[i]!)));
  // What is handed out rises with the fraction: between none and the largest that changes anything lies the one that gives the total.
  let low = 0;
  let high = Math.max(...claims.map(({ upper }, i) => upper / targets[i]!));
  for (let round = 0; round < ROUNDS; round++) {
    const middle = (low + high) / 2;
    if (sum(at(middle)) < total) low = middle;
    else high = middle;
  }
  return { seats: at(high), fraction: high };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
