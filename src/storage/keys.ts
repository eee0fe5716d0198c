/** What a key may be, the byte order of keys, and the checks that every backend makes of what it is asked. */

import { type Change, CompactedError, FutureRevisionError, type Transaction } from "./store.ts";

/** More changes than any request makes; a backend may count on it (SQLite numbers the changes inside a revision). */
export const CHANGES_MAX = 1024;
const KEY_BYTES_MAX = 4096;
const UID_BYTES_MAX = 255;
const TRANSACTION_BYTES_MAX = 64 * 1024 * 1024;

/** @returns the key that `change` is about */
export function keyOf(change: Change): string {
  return "put" in change ? change.put : change.delete;
}

/** Throws a RangeError for what can't be a key: keys are non-empty, well-formed Unicode without NUL, so that their UTF-8 form has one order everywhere. */
export function checkKey(key: string): void {
  if (key === "" || key.includes("\0") || !key.isWellFormed())
    throw new RangeError(`Cannot use ${JSON.stringify(key)} as a key: it must be non-empty text without NUL`);
  if (key.length > KEY_BYTES_MAX) throw new RangeError(`Cannot use a key of ${key.length} characters: at most ${KEY_BYTES_MAX} are allowed`);
}

/** Throws a RangeError for a transaction that no backend takes: a bad key, one key changed twice, a bad time to live, or too much at once. */
export function checkTransaction(txn: Transaction): void {
  if (txn.then.length > CHANGES_MAX) throw new RangeError(`Cannot make ${txn.then.length} changes in one transaction: at most ${CHANGES_MAX} are allowed`);
  for (const condition of txn.if) {
    checkKey(condition.key);
    checkRevision(condition.modified);
  }
  let bytes = 0;
  const seen = new Set<string>();
  for (const change of txn.then) {
    const key = keyOf(change);
    checkKey(key);
    if (seen.has(key)) throw new RangeError(`Cannot change ${key} twice in one transaction`);
    seen.add(key);
    if (!("put" in change)) continue;
    if (Buffer.byteLength(change.uid) > UID_BYTES_MAX) throw new RangeError(`Cannot write ${key}: its UID has more than ${UID_BYTES_MAX} bytes`);
    bytes += change.value.length + (change.side?.length ?? 0);
    if (change.ttlSeconds !== undefined && !(change.ttlSeconds > 0)) throw new RangeError(`Cannot keep ${key} for ${change.ttlSeconds} seconds`);
  }
  if (bytes > TRANSACTION_BYTES_MAX) throw new RangeError(`Cannot write ${bytes} bytes in one transaction: at most ${TRANSACTION_BYTES_MAX} are allowed`);
}

/** Throws a RangeError unless `revision` is a whole number that isn't negative. */
export function checkRevision(revision: number): void {
  if (!Number.isSafeInteger(revision) || revision < 0) throw new RangeError(`Cannot use ${revision} as a revision`);
}

/** Throws a RangeError for a limit that no list can have. */
export function checkLimit(limit: number | undefined): void {
  if (limit !== undefined && !(limit > 0)) throw new RangeError(`Cannot list at most ${limit} entries`);
}

/** @returns the revision to read at. Throws CompactedError or FutureRevisionError where it can't be read (any more, or yet). */
export function readableRevision(asked: number | undefined, floor: number, current: number): number {
  if (asked === undefined) return current;
  checkRevision(asked);
  if (asked < floor) throw new CompactedError(asked, floor);
  if (asked > current) throw new FutureRevisionError(asked, current);
  return asked;
}

/** Orders keys as their UTF-8 bytes do. JavaScript's own order, by UTF-16 units, differs beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** @returns the first key after all that begin with `prefix`, or undefined where none can follow */
export function prefixEnd(prefix: string): string | undefined {
  const points = [...prefix];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) ?? 0;
    // Surrogates aren't characters: U+D7FF is followed by U+E000. U+10FFFF has no successor, so the character before it is raised.
    if (point < 0x10ffff) return points.join("") + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return undefined;
}
