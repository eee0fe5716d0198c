/**
 * The rows of a stopped store as they lie on the disk: what a thief of the disk reads, and what someone who may write to it can change. For
 * drills; it has no keys and opens nothing.
 */

import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { openDatabase, revisionOf, STANDING } from "./database.ts";

/** One put as it is kept: the present one of its key, or one that history still holds. */
export interface RawRow {
  readonly key: string;
  readonly revision: number;
  readonly standing: boolean;
  readonly sealed: Uint8Array;
}

/** @returns every row under `prefix`, by key and then by age. Throws in plain words where the store is running. */
export function readRaw(file: string, prefix = ""): RawRow[] {
  return withDatabase(file, (db) => {
    const rows = db.prepare("SELECT v.key, v.id, v.ended, c.sealed FROM versions v JOIN changes c ON c.id = v.id ORDER BY v.key, v.id").all();
    const all = rows.map((row) => ({
      key: row.key as string,
      revision: revisionOf(row.id as number),
      standing: row.ended === STANDING,
      sealed: row.sealed as Uint8Array,
    }));
    return all.filter((row) => row.key.startsWith(prefix));
  });
}

/** Overwrites what stands at `key` with other sealed bytes and leaves all else as it is. Throws where nothing stands there or the store is running. */
export function writeRaw(file: string, key: string, sealed: Uint8Array): void {
  withDatabase(file, (db) => {
    const { changes } = db.prepare("UPDATE changes SET sealed = ? WHERE id = (SELECT id FROM versions WHERE key = ? AND ended = ?)").run(sealed, key, STANDING);
    if (changes !== 1) throw new Error(`Cannot overwrite ${key} in ${file}: nothing stands there`);
  });
}

function withDatabase<T>(file: string, body: (db: DatabaseSync) => T): T {
  if (!existsSync(file)) throw new Error(`Cannot open ${file}: there is no such file`);
  const db = openDatabase(file);
  try {
    return body(db);
  } finally {
    db.close();
  }
}
