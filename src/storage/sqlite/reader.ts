/** Reads the present, the past and the log of changes, in slices that keep the writer waiting only for a moment. */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { prefixEnd } from "../keys.ts";
import type { Keyring } from "../sealing/keyring.ts";
import { readRecord } from "../sealing/record.ts";
import { CompactedError, type Entry, SealError, type WatchedChange } from "../store.ts";
import { lastIdOf, revisionOf } from "./database.ts";

/** A slice ends once it holds so many bytes or has looked at so many rows. */
const SLICE_BYTES = 1024 * 1024;
const SLICE_ROWS = 1024;

type VersionRow = readonly [key: string, id: number, created: number, sealed: Uint8Array];
type ChangeRow = readonly [id: number, key: string, created: number, previous: number, sealed: Uint8Array | null];

/** What a list asks for, with the revision settled. */
export interface Range {
  readonly prefix: string;
  readonly after: string | undefined;
  readonly revision: number;
}

export class Reader {
  readonly #keyring: Keyring;
  readonly #entry: StatementSync;
  readonly #range: StatementSync;
  readonly #count: StatementSync;
  readonly #log: StatementSync;
  readonly #one: StatementSync;

  constructor(db: DatabaseSync, keyring: Keyring) {
    this.#keyring = keyring;
    // CROSS JOIN: SQLite then walks the index in the order of keys and looks up each change, and never the other way round.
    const versions = "SELECT v.key, v.id, v.created, c.sealed FROM versions v CROSS JOIN changes c ON c.id = v.id";
    this.#entry = rows(db, `${versions} WHERE v.key = ?1 AND v.id <= ?2 AND v.ended > ?2 ORDER BY v.id DESC LIMIT 1`);
    this.#range = rows(db, `${versions} WHERE v.key >= ?1 AND v.key < ?2 AND v.id <= ?3 AND v.ended > ?3 ORDER BY v.key LIMIT ?4`);
    this.#count = rows(db, "SELECT count(*) FROM versions WHERE key >= ?1 AND key < ?2 AND id <= ?3 AND ended > ?3");
    this.#log = rows(db, "SELECT id, key, created, previous, CASE WHEN key >= ?1 AND key < ?2 THEN sealed END FROM changes WHERE id > ?3 ORDER BY id");
    this.#one = rows(db, "SELECT id, key, created, previous, sealed FROM changes WHERE id = ?");
  }

  /** @returns what stood at `key` when `revision` was the newest. Throws SealError where it doesn't open. */
  get(key: string, revision: number): Entry | undefined {
    const row = get<VersionRow>(this.#entry, key, lastIdOf(revision));
    return row && this.#open(row);
  }

  /**
   * @param unopened takes what doesn't open; where there is none, the first such entry is thrown as SealError
   * @returns the next entries of the range, at most `limit`, the last key looked at, and whether the slice ended because it was full
   */
  slice(range: Range, limit: number, unopened?: SealError[]): { entries: Entry[]; last: string | undefined; full: boolean } {
    const entries: Entry[] = [];
    let last: string | undefined;
    let bytes = 0;
    let seen = 0;
    const wanted = Math.min(limit, SLICE_ROWS);
    for (const row of iterate<VersionRow>(this.#range, lowerBound(range), upperBound(range.prefix), lastIdOf(range.revision), wanted)) {
      last = row[0];
      seen++;
      bytes += row[3].length;
      try {
        entries.push(this.#open(row));
      } catch (error) {
        if (!(unopened && error instanceof SealError)) throw error;
        unopened.push(error);
      }
      if (bytes >= SLICE_BYTES) break;
    }
    return { entries, last, full: seen === wanted || bytes >= SLICE_BYTES };
  }

  /** @returns how many entries the range has */
  count(range: Range): number {
    return get<readonly [number]>(this.#count, lowerBound(range), upperBound(range.prefix), lastIdOf(range.revision))?.[0] ?? 0;
  }

  /**
   * @returns the changes under `prefix` above `from` up to and including revision `to`, which is `newest` where the slice reaches the end
   * @throws CompactedError where history no longer reaches back
   */
  history(prefix: string, from: number, withPrevious: boolean, floor: number, newest: number): { changes: WatchedChange[]; to: number } {
    if (from < floor) throw new CompactedError(from, floor);
    const changes: WatchedChange[] = [];
    let to = from;
    let bytes = 0;
    let seen = 0;
    for (const [id, key, created, previous, sealed] of iterate<ChangeRow>(this.#log, prefix, upperBound(prefix), lastIdOf(from))) {
      const revision = revisionOf(id);
      // Never inside a revision.
      if (revision !== to && (bytes >= SLICE_BYTES || seen >= SLICE_ROWS)) return { changes, to };
      to = revision;
      seen++;
      if (!key.startsWith(prefix)) continue;
      bytes += key.length + (sealed?.length ?? 0);
      const entry = sealed === null ? undefined : this.#open([key, id, created, sealed]);
      changes.push(withPrevious ? { key, revision, entry, previous: this.#previous(previous) } : { key, revision, entry });
    }
    return { changes, to: newest };
  }

  #previous(id: number): Entry | undefined {
    const row = id === 0 ? undefined : get<ChangeRow>(this.#one, id);
    if (!row?.[4]) return undefined;
    return this.#open([row[1], row[0], row[2], row[4]]);
  }

  #open([key, id, created, sealed]: VersionRow): Entry {
    const modified = revisionOf(id);
    const { value, side } = readRecord(this.#keyring.open(sealed, { key, created, modified }));
    return { key, value, side, created, modified };
  }
}

/** The first key that the range can hold. No key has NUL in it, so the one after `after` is `after` with NUL behind. */
function lowerBound({ prefix, after }: Range): string {
  const next = after === undefined ? prefix : `${after}\0`;
  return Buffer.compare(Buffer.from(next), Buffer.from(prefix)) > 0 ? next : prefix;
}

/** Beyond the last key with the prefix. To SQLite every blob is greater than every text. */
function upperBound(prefix: string): string | Uint8Array {
  return prefixEnd(prefix) ?? new Uint8Array(0);
}

/** Rows come as arrays: no object with names is made for each. The types of node:sqlite don't know of that switch, so these three say it once. */
function rows(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}

function get<Row>(statement: StatementSync, ...values: (string | number | Uint8Array)[]): Row | undefined {
  return statement.get(...values) as Row | undefined;
}

function iterate<Row>(statement: StatementSync, ...values: (string | number | Uint8Array)[]): Iterable<Row> {
  return statement.iterate(...values) as Iterable<unknown> as Iterable<Row>;
}
