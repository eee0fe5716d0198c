/** Randomness as an argument, so that unit tests and simulation get the same names and identifiers in every run. */

import { randomInt, randomUUID } from "node:crypto";

export interface Random {
  /** @returns a version 4 UUID */
  uuid(): string;
  /** @returns a whole number from 0 up to, and not including, `limit` */
  below(limit: number): number;
}

/** The machine's own source. */
export const systemRandom: Random = {
  uuid: () => randomUUID(),
  below: (limit) => randomInt(limit),
};
