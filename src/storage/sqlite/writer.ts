/** Commits groups of transactions: one SQLite transaction and one flush to the disk for all that were waiting. */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Keyring } from "../sealing/keyring.ts";
import type { Condition, Entry, WatchedChange } from "../store.ts";
import { changeId, revisionOf, STANDING } from "./database.ts";
import type { WireChange } from "./protocol.ts";

/** One transaction, with its puts' records one behind the other. */
export interface Write {
  readonly if: readonly Condition[];
  readonly then: readonly WireChange[];
  readonly records: Uint8Array;
}

/** `created` holds for each change the revision that created its key, -1 where it changed nothing. */
export type Outcome =
  | { readonly revision: number; readonly created: readonly number[] }
  | { readonly revision: number; readonly found: readonly (Entry | undefined)[] };

interface Standing {
  readonly id: number;
  readonly created: number;
}

/** Deletions of one expiry; what is left waits for the next. */
const EXPIRED_MAX = 1024;
const MISSING = -1;

/** The one writer. It keeps the newest revision; nothing else raises it. */
export class Writer {
  readonly #db: DatabaseSync;
  readonly #keyring: Keyring;
  readonly #get: (key: string) => Entry | undefined;
  readonly #newest: StatementSync;
  readonly #end: StatementSync;
  readonly #stand: StatementSync;
  readonly #log: StatementSync;
  readonly #expireLater: StatementSync;
  readonly #due: StatementSync;
  readonly #forgetDue: StatementSync;
  #revision: number;

  /** @param get reads an entry, for the answer to a transaction whose conditions don't hold */
  constructor(db: DatabaseSync, keyring: Keyring, revision: number, get: (key: string) => Entry | undefined) {
    this.#db = db;
    this.#keyring = keyring;
    this.#revision = revision;
    this.#get = get;
    this.#newest = db.prepare("SELECT id, created, ended FROM versions WHERE key = ? ORDER BY id DESC LIMIT 1");
    this.#newest.setReturnArrays(true);
    this.#end = db.prepare("UPDATE versions SET ended = ? WHERE key = ? AND id = ?");
    this.#stand = db.prepare(`INSERT INTO versions VALUES (?, ?, ?, ${STANDING})`);
    this.#log = db.prepare("INSERT INTO changes VALUES (?, ?, ?, ?, ?)");
    this.#expireLater = db.prepare("INSERT INTO expiries VALUES (?, ?)");
    this.#due = db.prepare(
      `SELECT e.at AS at, e.id AS id, c.key AS key FROM expiries e LEFT JOIN changes c ON c.id = e.id WHERE e.at <= ? ORDER BY e.at, e.id LIMIT ${EXPIRED_MAX}`,
    );
    this.#forgetDue = db.prepare("DELETE FROM expiries WHERE at = ? AND id = ?");
  }

  get revision(): number {
    return this.#revision;
  }

  /** @returns the revision of what stands at a key; 0 where nothing does */
  standsAt(key: string): number {
    const standing = this.#standing(key);
    return standing ? revisionOf(standing.id) : 0;
  }

  /**
   * Performs the writes in order; each sees those before it. When this returns, all of them are on the disk; when it throws, none happened.
   */
  commit(group: readonly Write[]): Outcome[] {
    return this.#transaction(() => group.map((write) => this.#perform(write)));
  }

  /** Deletes keys whose time has come and that nobody has written since. @returns the commit, or undefined where nothing was due */
  expire(now: number): { revision: number; changes: WatchedChange[] } | undefined {
    const due = this.#due.all(now) as { at: number; id: number; key: string | null }[];
    if (due.length === 0) return undefined;
    return this.#transaction(() => {
      for (const { at, id } of due) this.#forgetDue.run(at, id);
      const keys = due.flatMap(({ id, key }) => (key !== null && this.#standing(key)?.id === id ? key : []));
      if (keys.length === 0) return undefined;
      const revision = ++this.#revision;
      keys.forEach((key, i) => void this.#delete(key, changeId(revision, i)));
      return { revision, changes: keys.map((key) => ({ key, revision })) };
    });
  }

  #transaction<T>(perform: () => T): T {
    const before = this.#revision;
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = perform();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      this.#revision = before;
      this.#keyring.forget();
      throw error;
    }
  }

  #perform(write: Write): Outcome {
    for (const { key, modified } of write.if) {
      if (this.standsAt(key) !== modified) return { revision: this.#revision, found: write.if.map((condition) => this.#get(condition.key)) };
    }
    const revision = this.#revision + 1;
    let at = 0;
    const created = write.then.map((change, i) => {
      const id = changeId(revision, i);
      if (change.length < 0) return this.#delete(change.key, id);
      const record = write.records.subarray(at, at + change.length);
      at += change.length;
      return this.#put(change, id, record);
    });
    if (created.some((revision) => revision !== MISSING)) this.#revision = revision;
    return { revision: this.#revision, created };
  }

  #put(change: WireChange, id: number, record: Uint8Array): number {
    const { key } = change;
    const modified = revisionOf(id);
    const replaced = this.#standing(key);
    const created = replaced?.created ?? modified;
    if (replaced) this.#end.run(id, key, replaced.id);
    this.#stand.run(key, id, created);
    this.#log.run(id, key, created, replaced?.id ?? 0, this.#keyring.seal(record, { key, created, modified }, change.uid, change.scope));
    if (change.expires > 0) this.#expireLater.run(change.expires, id);
    return created;
  }

  /** @returns 0, or -1 where there was nothing to delete */
  #delete(key: string, id: number): number {
    const replaced = this.#standing(key);
    if (!replaced) return MISSING;
    this.#end.run(id, key, replaced.id);
    this.#log.run(id, key, 0, replaced.id, null);
    return 0;
  }

  #standing(key: string): Standing | undefined {
    // With arrays switched on, a row is [id, created, ended]; the types don't know of the switch.
    const row = this.#newest.get(key) as unknown as readonly [number, number, number] | undefined;
    return row?.[2] === STANDING ? { id: row[0], created: row[1] } : undefined;
  }
}
