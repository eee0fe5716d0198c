/** Compaction: raises the floor at once, then removes the history below it in small steps. */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { lastIdOf, Meta } from "./database.ts";

/** Changes looked at in one step: a few milliseconds, for which a write may have to wait. */
const STEP_ROWS = 128;

export class Sweeper {
  readonly #db: DatabaseSync;
  readonly #meta: Meta;
  readonly #stepEnd: StatementSync;
  readonly #deleteReplaced: StatementSync;
  readonly #deleteVersions: StatementSync;
  readonly #deleteDeletions: StatementSync;
  #floor: number;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#meta = new Meta(db);
    this.#floor = Number(this.#meta.get("floor"));
    this.#stepEnd = db.prepare(`SELECT max(id) AS id FROM (SELECT id FROM changes WHERE id > ? AND id <= ? ORDER BY id LIMIT ${STEP_ROWS})`);
    // Every change in (?1, ?2] says what it replaced; a deletion below the floor has nothing more to tell.
    this.#deleteVersions = db.prepare(
      "DELETE FROM versions WHERE (key, id) IN (SELECT key, previous FROM changes WHERE id > ?1 AND id <= ?2 AND previous > 0)",
    );
    this.#deleteReplaced = db.prepare("DELETE FROM changes WHERE id IN (SELECT previous FROM changes WHERE id > ?1 AND id <= ?2 AND previous > 0)");
    this.#deleteDeletions = db.prepare("DELETE FROM changes WHERE id > ?1 AND id <= ?2 AND sealed IS NULL");
  }

  /** Nothing can be read below this revision. */
  get floor(): number {
    return this.#floor;
  }

  /** Makes `revision` the floor, durably, then sweeps; each `next()` is one step. */
  *compact(revision: number): Generator<undefined, void> {
    if (revision <= this.#floor) return;
    this.#meta.set("floor", revision);
    this.#floor = revision;
    const end = lastIdOf(revision);
    for (let swept = Number(this.#meta.get("swept")); swept < end; ) {
      const step = Number(this.#stepEnd.get(swept, end)?.id ?? end);
      this.#db.exec("BEGIN IMMEDIATE");
      try {
        this.#deleteVersions.run(swept, step);
        this.#deleteReplaced.run(swept, step);
        this.#deleteDeletions.run(swept, step);
        this.#meta.set("swept", step);
        this.#db.exec("COMMIT");
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
        throw error;
      }
      swept = step;
      yield;
    }
  }
}
