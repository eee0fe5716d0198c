/** The embedded store: SQLite in a thread of its own. */

import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { type Clock, systemClock } from "../../machinery/clock.ts";
import { compactRegularly } from "../compactor.ts";
import { type Store, StoreClosedError } from "../store.ts";
import { Client } from "./client.ts";
import { errorOf, type Opened, type Start } from "./protocol.ts";

export interface SqliteOptions {
  /** The database; its log lies beside it. Made, with its folder, where it doesn't exist. */
  readonly file: string;
  /** Holds the key that wraps all others: 32 bytes, mode 600, made with a new database. Best kept on another disk than the file. */
  readonly keyFile: string;
  /** Says when a time to live is over, and when to compact. */
  readonly clock?: Clock;
  /** Other threads of this process will join (`ticket`, `joinStore`). Values then lie once for all of them, in shared memory. */
  readonly shared?: boolean;
}

/** What another thread needs to use the store: goes there in a message, its port by transfer. */
export interface StoreTicket {
  readonly port: MessagePort;
  readonly revision: SharedArrayBuffer;
}

export interface SharedStore extends Store {
  /** @returns a ticket for one more client */
  ticket(): StoreTicket;
}

/** @returns the store of another thread, or of this one, as one more client; closing it leaves the store to the others */
export function joinStore({ port, revision }: StoreTicket, clock: Clock): Store {
  return new Client(port, revision, clock, true);
}

/** How often the store looks for keys that have lived their time. */
const EXPIRE_EVERY_MS = 1000;
/** The thread holds one group of writes or one slice of a read, never the database. */
const LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8, stackSizeMb: 2 };
/** Where values are shared it also holds who has them: a few hundred bytes an object. */
const SHARED_LIMITS = { ...LIMITS, maxOldGenerationSizeMb: 512 };

/**
 * Opens the store. Every acknowledged write is on the disk; nothing in the file is readable without the key file.
 * @throws Error in plain words where another process has the file open, the key file is missing or isn't the right one
 */
export async function sqliteStore({ file, keyFile, clock = systemClock, shared = false }: SqliteOptions): Promise<SharedStore> {
  const revision = new SharedArrayBuffer(8);
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData: { file, keyFile, revision, shared } satisfies Start,
    resourceLimits: shared ? SHARED_LIMITS : LIMITS,
    env: {},
    name: "store",
  });
  await opened(worker);
  return new SqliteStore(worker, connect(worker), revision, clock, shared);
}

/** @returns the port of a new client */
function connect(worker: Worker): MessagePort {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port2, [port2]);
  return port1;
}

/** The client that owns the thread: it keeps the time (times to live, compaction), and ends the thread when it is closed. */
class SqliteStore extends Client implements SharedStore {
  readonly #revision: SharedArrayBuffer;
  readonly #shared: boolean;
  readonly #worker: Worker;
  readonly #gone: Promise<void>;
  readonly #stopCompacting: () => void;
  #cancelExpiry = () => {};

  constructor(worker: Worker, ...[port, revision, clock, shared = false]: ConstructorParameters<typeof Client>) {
    super(port, revision, clock, shared);
    this.#revision = revision;
    this.#shared = shared;
    this.#worker = worker;
    worker.on("error", (error: Error) => this.fail(new StoreClosedError(`its thread died: ${error.message}`, { cause: error })));
    this.#gone = new Promise((resolve) => {
      worker.on("exit", () => {
        this.#stopTime();
        this.fail(new StoreClosedError("its thread ended"));
        resolve();
      });
    });
    const tick = () => {
      this.expire();
      this.#cancelExpiry = clock.after(EXPIRE_EVERY_MS, tick);
    };
    tick();
    this.#stopCompacting = compactRegularly(this, clock);
  }

  ticket(): StoreTicket {
    if (!this.#shared) throw new Error("Cannot share the store: it was not opened to be shared");
    return { port: connect(this.#worker), revision: this.#revision };
  }

  override async close(): Promise<void> {
    this.#stopTime();
    await super.close();
    this.#worker.postMessage("stop");
    await this.#gone;
  }

  #stopTime(): void {
    this.#cancelExpiry();
    this.#stopCompacting();
  }
}

/** Resolves once the thread has the file; rejects with what it says otherwise. */
function opened(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (message: Opened) => {
      worker.off("error", reject);
      if (message.opened) resolve();
      else worker.once("exit", () => reject(errorOf(message.fault)));
    });
  });
}
