/** A 64-bit integer as objects hold it: a number while that is exact, beyond that a bigint. */
export type Int64 = number | bigint;
