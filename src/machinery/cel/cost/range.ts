/** What something costs at least and at most, or how large it is. Beyond 64 bits all is the same: too much. */

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** 2^64 − 1, as near as a double comes. */
export const UNBOUNDED = 2 ** 64;

export const range = (min: number, max: number = min): Range => ({ min: Math.min(min, UNBOUNDED), max: Math.min(max, UNBOUNDED) });
export const UNKNOWN: Range = range(0, UNBOUNDED);
export const FREE: Range = range(0);
export const ONE: Range = range(1);

export const plus = (...ranges: readonly Range[]): Range => ranges.reduce((a, b) => range(a.min + b.min, a.max + b.max), FREE);
/** Nothing times anything is nothing, however much. */
export const times = (a: Range, b: Range): Range => range(a.min * b.min, a.max * b.max);
/** So much for each, rounded up. */
export const scaled = (a: Range, factor: number): Range => range(Math.ceil(a.min * factor), Math.ceil(a.max * factor));
export const union = (a: Range, b: Range): Range => range(Math.min(a.min, b.min), Math.max(a.max, b.max));
