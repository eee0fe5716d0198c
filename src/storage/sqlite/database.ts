/** The file: its tables, its settings, and the lock that keeps a second process out. */

import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { CHANGES_MAX } from "../keys.ts";

/** In `versions.ended`: still standing. */
export const STANDING = Number.MAX_SAFE_INTEGER;

const FORMAT = 1;
/** Larger than the default, so that an ordinary object of some kilobytes lies in one page and not in a chain of them. */
const PAGE_BYTES = 4096;
const CACHE_KIB = 8192;
/** The log is copied into the file once it has grown to so many pages: rarely, but before it is large. */
const CHECKPOINT_PAGES = 2000;
const LOG_BYTES_MAX = 64 * 1024 * 1024;

/**
 * `changes` is the log: each put (sealed) and each deletion (sealed is NULL), numbered by revision and place inside its transaction, with
 * the change that it replaced. `versions` is the index by key: each put with the change that ended it. Both a list of now and a list of
 * an older revision are one walk over `versions`; a watch is a walk over `changes`. Neither finds a plain value in the file.
 */
const SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
CREATE TABLE changes (id INTEGER PRIMARY KEY, key TEXT NOT NULL, created INTEGER NOT NULL, previous INTEGER NOT NULL, sealed BLOB) STRICT;
CREATE TABLE versions (key TEXT NOT NULL, id INTEGER NOT NULL, created INTEGER NOT NULL, ended INTEGER NOT NULL, PRIMARY KEY (key, id)) STRICT, WITHOUT ROWID;
CREATE TABLE expiries (at INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (at, id)) STRICT, WITHOUT ROWID;
CREATE TABLE data_keys (id INTEGER PRIMARY KEY, scope TEXT NOT NULL, wrapped BLOB NOT NULL, seals INTEGER NOT NULL) STRICT;
CREATE INDEX data_keys_of ON data_keys (scope, id);
INSERT INTO meta VALUES ('format', ${FORMAT}), ('floor', 0), ('swept', 0);
`;

/** @returns the number of the change at `index` inside the transaction that made `revision` */
export function changeId(revision: number, index: number): number {
  return revision * CHANGES_MAX + index;
}

/** @returns the revision that a change belongs to */
export function revisionOf(id: number): number {
  return Math.floor(id / CHANGES_MAX);
}

/** @returns the highest number that a change at or before `revision` can have */
export function lastIdOf(revision: number): number {
  return changeId(revision, CHANGES_MAX - 1);
}

/**
 * Opens the file, making it where there is none, and keeps it for this connection alone until it is closed.
 * @throws Error in plain words where another process has it or its format is unknown
 */
export function openDatabase(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  create(file);
  const db = new DatabaseSync(file);
  try {
    // Exclusive before the first read: the lock lives as long as the connection, and the log's index needs no shared-memory file.
    db.exec(
      `PRAGMA locking_mode = EXCLUSIVE; PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY`,
    );
    db.exec(
      `PRAGMA cache_size = -${CACHE_KIB}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = ${LOG_BYTES_MAX}; PRAGMA trusted_schema = OFF`,
    );
    db.exec("BEGIN IMMEDIATE");
    if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get()) db.exec(SCHEMA);
    db.exec("COMMIT");
    const format = new Meta(db).get("format");
    if (format !== FORMAT) throw new Error(`Cannot open ${file}: it has format ${format}, and this version knows format ${FORMAT}`);
    return db;
  } catch (error) {
    db.close();
    if (isBusy(error)) throw new Error(`Cannot open ${file}: another process has this store open`, { cause: error });
    throw error;
  }
}

/**
 * Makes an empty file that only its owner can read: SQLite would give it what the umask leaves, and keys are names, which are nobody else's
 * business. A file that exists isn't touched: closing any descriptor of it would drop the locks that this process holds on it (POSIX fcntl).
 */
function create(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, "wx", 0o600));
}

/** Single values by name: format, floor, how far history was swept, the wrapped root key. */
export class Meta {
  readonly #get: StatementSync;
  readonly #set: StatementSync;

  constructor(db: DatabaseSync) {
    this.#get = db.prepare("SELECT value FROM meta WHERE name = ?");
    this.#set = db.prepare("INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
  }

  get(name: string): unknown {
    return this.#get.get(name)?.value;
  }

  set(name: string, value: number | Uint8Array): void {
    this.#set.run(name, value);
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" && (error.errcode & 0xff) === SQLITE_BUSY;
}
