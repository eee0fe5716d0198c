/** Puts the store's thread together: file, keys, writer, reader, sweeper and server. */

import type { DatabaseSync } from "node:sqlite";
import { rootKey } from "../sealing/key-wrapper.ts";
import { Keyring } from "../sealing/keyring.ts";
import { localKey } from "../sealing/local-key.ts";
import { lastIdOf, Meta, openDatabase, revisionOf } from "./database.ts";
import { SqliteKeyTable } from "./key-table.ts";
import type { Start } from "./protocol.ts";
import { Reader } from "./reader.ts";
import { Server } from "./server.ts";
import { SharedValues } from "./shared-values.ts";
import { Sweeper } from "./sweeper.ts";
import { Writer } from "./writer.ts";

/** @returns the server, and the database to close when it is done. Throws in plain words where file or keys can't be had. */
export async function openServer(start: Start): Promise<{ server: Server; db: DatabaseSync }> {
  const db = openDatabase(start.file);
  try {
    const keyring = new Keyring(new SqliteKeyTable(db), await openRootKey(db, start.keyFile));
    const reader = new Reader(db, keyring);
    const sweeper = new Sweeper(db);
    // The newest change, or the floor where compaction has taken even that. An empty store is at revision 1.
    const newest = revisionOf(Number(db.prepare("SELECT max(id) AS id FROM changes").get()?.id ?? lastIdOf(1)));
    const writer = new Writer(db, keyring, Math.max(newest, sweeper.floor, 1), (key) => reader.get(key, writer.revision));
    const shared = start.shared ? new SharedValues((key) => writer.standsAt(key)) : undefined;
    return { server: new Server(writer, reader, sweeper, start.revision, shared), db };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A key file is made only for a store that has nothing sealed yet: with a new one, an old store could never be read. */
async function openRootKey(db: DatabaseSync, keyFile: string): Promise<Uint8Array> {
  const meta = new Meta(db);
  const kept = meta.get("rootKey");
  const { plain, wrapped } = await rootKey(localKey(keyFile, kept === undefined), kept instanceof Uint8Array ? kept : undefined);
  if (kept === undefined) meta.set("rootKey", wrapped);
  return plain;
}
