/** The table of wrapped data keys. Its writes join whatever transaction is open. */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { DataKeyRow, KeyTable } from "../sealing/keyring.ts";

export class SqliteKeyTable implements KeyTable {
  readonly #byId: StatementSync;
  readonly #newest: StatementSync;
  readonly #highest: StatementSync;
  readonly #insert: StatementSync;
  readonly #setSeals: StatementSync;

  constructor(db: DatabaseSync) {
    this.#byId = db.prepare("SELECT id, scope, wrapped, seals FROM data_keys WHERE id = ?");
    this.#newest = db.prepare("SELECT id, scope, wrapped, seals FROM data_keys WHERE scope = ? ORDER BY id DESC LIMIT 1");
    this.#highest = db.prepare("SELECT max(id) AS id FROM data_keys");
    this.#insert = db.prepare("INSERT INTO data_keys VALUES (?, ?, ?, ?)");
    this.#setSeals = db.prepare("UPDATE data_keys SET seals = ? WHERE id = ?");
  }

  byId(id: number): DataKeyRow | undefined {
    return rowOf(this.#byId.get(id));
  }

  newestOf(scope: string): DataKeyRow | undefined {
    return rowOf(this.#newest.get(scope));
  }

  nextId(): number {
    return Number(this.#highest.get()?.id ?? 0) + 1;
  }

  insert(row: DataKeyRow): void {
    this.#insert.run(row.id, row.scope, row.wrapped, row.seals);
  }

  setSeals(id: number, seals: number): void {
    this.#setSeals.run(seals, id);
  }
}

function rowOf(row: Record<string, unknown> | undefined): DataKeyRow | undefined {
  if (!row) return undefined;
  return { id: row.id as number, scope: row.scope as string, wrapped: row.wrapped as Uint8Array, seals: row.seals as number };
}
