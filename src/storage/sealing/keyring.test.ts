import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { SealError } from "../store.ts";
import { type DataKeyRow, Keyring, type KeyTable } from "./keyring.ts";

/** A table in memory. */
class Table implements KeyTable {
  readonly rows: DataKeyRow[] = [];
  readonly byId = (id: number) => this.rows.find((row) => row.id === id);
  readonly newestOf = (scope: string) => this.rows.findLast((row) => row.scope === scope);
  readonly nextId = () => this.rows.length + 1;
  readonly insert = (row: DataKeyRow) => void this.rows.push(row);
  readonly setSeals = (id: number, seals: number) => {
    this.rows[id - 1] = { ...(this.byId(id) as DataKeyRow), seals };
  };
}

const place = { key: "/a", created: 1, modified: 1 };
const record = Buffer.from("the record");
const keyIdOf = (sealed: Buffer) => sealed.readUInt32BE(1);

test("each scope has a data key of its own, which a later start uses again", () => {
  const table = new Table();
  const root = randomBytes(32);
  const first = new Keyring(table, root);
  const sealed = ["", "ns-1", "", "ns-1"].map((scope) => first.seal(record, place, "uid", scope));
  assert.deepEqual(sealed.map(keyIdOf), [1, 2, 1, 2]);
  const second = new Keyring(table, root);
  assert.deepEqual(
    sealed.map((value) => second.open(value, place).toString()),
    Array(4).fill("the record"),
  );
  assert.equal(keyIdOf(second.seal(record, place, "uid", "ns-1")), 2);
});

test("a data key is replaced before it has sealed too much, and restarts count as if all that was reserved had been sealed", () => {
  const table = new Table();
  const root = randomBytes(32);
  const max = 2 ** 16 + 10;
  const ring = new Keyring(table, root, max);
  const ids = Array.from({ length: max + 1 }, () => keyIdOf(ring.seal(record, place, "uid", "")));
  assert.deepEqual([ids[0], ids[max - 1], ids[max]], [1, 1, 2]);
  assert.deepEqual(
    table.rows.map((row) => row.seals),
    [2 ** 17, 2 ** 16],
  );
  // Key 2 has sealed once, but 2^16 were reserved: ten are left.
  const restarted = new Keyring(table, root, max);
  const later = Array.from({ length: 11 }, () => keyIdOf(restarted.seal(record, place, "uid", "")));
  assert.deepEqual([later[0], later[9], later[10]], [2, 2, 3]);
});

test("no nonce comes twice", () => {
  const ring = new Keyring(new Table(), randomBytes(32));
  const nonces = Array.from({ length: 2000 }, () => ring.seal(record, place, "uid", "").toString("hex", 5, 17));
  assert.equal(new Set(nonces).size, 2000);
});

test("a wrapped data key opens only in its own row and under its own root key", () => {
  const table = new Table();
  const root = randomBytes(32);
  const ring = new Keyring(table, root);
  const [a, b] = ["ns-a", "ns-b"].map((scope) => ring.seal(record, place, "uid", scope)) as [Buffer, Buffer];
  assert.throws(() => new Keyring(table, randomBytes(32)).open(a, place), SealError);
  const [rowA, rowB] = table.rows as [DataKeyRow, DataKeyRow];
  table.rows[0] = { ...rowA, wrapped: rowB.wrapped };
  table.rows[1] = { ...rowB, wrapped: rowA.wrapped };
  const swapped = new Keyring(table, root);
  for (const value of [a, b]) assert.throws(() => swapped.open(value, place), SealError);
});

test("after a rollback a data key that the table doesn't have is not used again", () => {
  const table = new Table();
  const ring = new Keyring(table, randomBytes(32));
  ring.seal(record, place, "uid", "ns-1");
  table.rows.length = 0;
  ring.forget();
  const sealed = ring.seal(record, place, "uid", "ns-1");
  assert.equal(table.rows.length, 1);
  assert.equal(ring.open(sealed, place).toString(), "the record");
});
