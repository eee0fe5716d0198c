/** The store's thread: the only place that has the file, the keys and the plain values of the disk. Started by `sqliteStore`. */

import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { rootKey } from "../sealing/key-wrapper.ts";
import { Keyring } from "../sealing/keyring.ts";
import { localKey } from "../sealing/local-key.ts";
import { lastIdOf, Meta, openDatabase, revisionOf } from "./database.ts";
import { SqliteKeyTable } from "./key-table.ts";
import { faultOf, type Opened, type Start } from "./protocol.ts";
import { Reader } from "./reader.ts";
import { Server } from "./server.ts";
import { Sweeper } from "./sweeper.ts";
import { Writer } from "./writer.ts";

const parent = parentPort as MessagePort;
try {
  await serve(workerData as Start);
  parent.postMessage({ opened: true } satisfies Opened);
} catch (error) {
  parent.postMessage({ opened: false, fault: faultOf(error) } satisfies Opened);
  parent.close();
}

async function serve(start: Start): Promise<void> {
  const db = openDatabase(start.file);
  try {
    const meta = new Meta(db);
    const wrapped = meta.get("rootKey");
    const root = await rootKey(localKey(start.keyFile, wrapped === undefined), wrapped instanceof Uint8Array ? wrapped : undefined);
    if (wrapped === undefined) meta.set("rootKey", root.wrapped);
    const keyring = new Keyring(new SqliteKeyTable(db), root.plain);
    const reader = new Reader(db, keyring);
    const sweeper = new Sweeper(db);
    // The newest change, or the floor where compaction has taken even that. An empty store is at revision 1.
    const newest = revisionOf(Number(db.prepare("SELECT max(id) AS id FROM changes").get()?.id ?? lastIdOf(1)));
    const writer = new Writer(db, keyring, Math.max(newest, sweeper.floor, 1), (key) => reader.get(key, writer.revision));
    const server = new Server(writer, reader, sweeper, start.revision);
    parent.on("message", (message: MessagePort | "stop") => {
      if (message !== "stop") return server.connect(message);
      db.close();
      parent.close();
    });
  } catch (error) {
    db.close();
    throw error;
  }
}
