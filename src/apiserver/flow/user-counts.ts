/** How many watches each user has, in this thread or in all instances of a process together. */

import { createHmac } from "node:crypto";

export interface UserCounts {
  of(user: string): number;
  add(user: string, change: 1 | -1): void;
}

/** Counters that threads share, and what keeps users from choosing whose counter they get. */
export interface SharedCounters {
  readonly memory: SharedArrayBuffer;
  readonly secret: string;
}

/** Two users who have the same counter are bounded together: with so many that hardly happens. */
const COUNTERS = 1 << 16;

export function newSharedCounters(secret: string): SharedCounters {
  return { memory: new SharedArrayBuffer(COUNTERS * Int32Array.BYTES_PER_ELEMENT), secret };
}

/** @param shared by the instances of the process; counted for this one alone where absent */
export function userCounts(shared: SharedCounters | undefined): UserCounts {
  return shared ? countedTogether(shared) : countedAlone();
}

function countedAlone(): UserCounts {
  const counts = new Map<string, number>();
  return {
    of: (user) => counts.get(user) ?? 0,
    add(user, change) {
      const count = (counts.get(user) ?? 0) + change;
      if (count === 0) counts.delete(user);
      else counts.set(user, count);
    },
  };
}

function countedTogether({ memory, secret }: SharedCounters): UserCounts {
  const counters = new Int32Array(memory);
  const at = (user: string): number => createHmac("sha256", secret).update(user).digest().readUInt16BE();
  return {
    of: (user) => Atomics.load(counters, at(user)),
    add: (user, change) => void Atomics.add(counters, at(user), change),
  };
}
