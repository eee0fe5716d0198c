/** The Store as its callers see it: asks the store's thread over a port, and gives what it answers to those who wait. */

import type { MessagePort } from "node:worker_threads";
import type { Clock } from "../../machinery/clock.ts";
import { checkKey, checkLimit, checkRevision, checkTransaction, keyOf } from "../keys.ts";
import {
  type Change,
  type Entry,
  type Listing,
  type ListOptions,
  SealError,
  type Store,
  StoreClosedError,
  type Transaction,
  type TransactionResult,
  type WatchedChange,
  type WatchOptions,
} from "../store.ts";
import { Outbox } from "./outbox.ts";
import { type Answer, errorOf, type Request, type WireServable, type WireWatchedChange } from "./protocol.ts";
import { receivedChange, receivedEntry, servableIn } from "./shared-entry.ts";
import { type History, Watches } from "./watches.ts";

interface Pending {
  /** Takes an answer. @returns `MORE` where another is to come */
  readonly got: (answer: Answer) => unknown;
  readonly fail: (error: Error) => void;
}

const MORE = Symbol("more");
/** Requests without an answer. Beyond that something above is broken, and memory would be next. */
const PENDING_MAX = 65_536;

export class Client implements Store {
  readonly #port: MessagePort;
  readonly #shared: BigInt64Array;
  readonly #clock: Clock;
  readonly #sharing: boolean;
  readonly #outbox: Outbox;
  readonly #pending = new Map<number, Pending>();
  readonly #watches = new Watches((prefix, from, withPrevious, got) => this.#askHistory(prefix, from, withPrevious, got));
  #lastId = 0;
  #ended: Error | undefined;

  /**
   * @param revision the newest durable revision, which the thread keeps in shared memory
   * @param sharing whether other threads have clients too
   */
  constructor(port: MessagePort, revision: SharedArrayBuffer, clock: Clock, sharing = false) {
    this.#port = port;
    this.#sharing = sharing;
    this.#shared = new BigInt64Array(revision);
    this.#clock = clock;
    this.#outbox = new Outbox((batch, transfer) => port.postMessage(batch, transfer));
    port.on("message", (answers: Answer[]) => this.#receive(answers));
    port.on("messageerror", (error) => this.fail(new StoreClosedError("its thread can't be understood", { cause: error })));
    port.on("close", () => this.fail(new StoreClosedError("its thread is gone")));
  }

  async revision(): Promise<number> {
    if (this.#ended) throw this.#ended;
    return Number(Atomics.load(this.#shared, 0));
  }

  revisionNow(): number {
    // Past the end nothing read is of the present.
    return this.#ended ? Number.POSITIVE_INFINITY : Number(Atomics.load(this.#shared, 0));
  }

  get(key: string): Promise<Entry | undefined> {
    return this.#call((id, resolve) => {
      checkKey(key);
      return [{ ask: "get", id, key }, (answer) => resolve(answer.is === "entry" ? answer.entry && receivedEntry(answer.entry) : unexpected(answer))];
    });
  }

  list({ prefix, limit, after, revision, around }: ListOptions): Promise<Listing> {
    const entries: Entry[] = [];
    const unopened: SealError[] = [];
    return this.#call((id, resolve) => {
      if (revision !== undefined) checkRevision(revision);
      checkLimit(limit);
      const got = (answer: Answer) => {
        if (answer.is !== "page") return unexpected(answer);
        for (const entry of answer.entries) entries.push(receivedEntry(entry));
        for (const { key, reason } of answer.unopened) unopened.push(new SealError(key, reason));
        const { remaining } = answer;
        if (remaining === undefined) return MORE;
        return resolve({ entries, revision: answer.revision, more: remaining > 0, remaining, ...(around && { unopened }) });
      };
      return [{ ask: "list", id, prefix, limit, after, revision, around }, got];
    });
  }

  txn(txn: Transaction): Promise<TransactionResult> {
    return this.#call((id, resolve) => {
      checkTransaction(txn);
      const request = { ask: "txn", id, if: txn.if, then: this.#outbox.wire(txn.then, this.#clock.now(), this.#sharing) } as const;
      const got = (answer: Answer) => {
        if (answer.is === "refused") {
          const found = answer.found.map((entry) => entry && receivedEntry(entry));
          return resolve({ succeeded: false, revision: answer.revision, found });
        }
        if (answer.is !== "done") return unexpected(answer);
        if (this.#watches.size > 0) this.#watches.commit(changesOf(txn.then, answer.revision, answer.created, answer.shared), answer.revision);
        return resolve({ succeeded: true, revision: answer.revision, found: [] });
      };
      return [request, got];
    });
  }

  watch(options: WatchOptions): void {
    if (this.#ended) throw this.#ended;
    checkRevision(options.from);
    this.#watches.add(options);
  }

  compact(revision: number): Promise<void> {
    return this.#call((id, resolve) => {
      checkRevision(revision);
      return [{ ask: "compact", id, revision }, (answer) => (answer.is === "ok" ? resolve() : unexpected(answer))];
    });
  }

  /** Has the store delete what has lived its time. */
  expire(): void {
    if (!this.#ended) this.#outbox.add({ ask: "expire", now: this.#clock.now() });
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const done = this.#call<void>((id, resolve) => [{ ask: "close", id }, () => resolve()]);
    this.#ended = new StoreClosedError();
    this.#watches.end();
    this.#outbox.flush();
    await done;
    this.#port.close();
  }

  /** Ends everything with an error: what waits for an answer, what watches, and every later call. */
  fail(error: Error): void {
    this.#ended ??= error;
    for (const pending of this.#pending.values()) pending.fail(error);
    this.#pending.clear();
    this.#watches.end(error);
  }

  #call<T>(make: (id: number, resolve: (value: T) => void) => [Request, Pending["got"]]): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      if (this.#pending.size >= PENDING_MAX) throw new Error(`Cannot ask the store for more: ${PENDING_MAX} requests wait for it`);
      const id = ++this.#lastId;
      const [request, got] = make(id, resolve);
      this.#pending.set(id, { got, fail: reject });
      this.#outbox.add(request);
    });
  }

  #askHistory(prefix: string, from: number, withPrevious: boolean, got: (history: History) => void): void {
    const id = ++this.#lastId;
    this.#pending.set(id, {
      got: (answer) => got(answer.is === "history" ? { ...answer, changes: this.#received(answer.changes) } : unexpected(answer)),
      fail: got,
    });
    this.#outbox.add({ ask: "history", id, prefix, from, withPrevious });
  }

  #received(changes: readonly WireWatchedChange[]): readonly WatchedChange[] {
    return this.#sharing ? changes.map(receivedChange) : changes;
  }

  #receive(answers: readonly Answer[]): void {
    for (const answer of answers) {
      if (answer.is === "commit") {
        this.#watches.commit(this.#received(answer.changes), answer.revision);
        continue;
      }
      const pending = this.#pending.get(answer.id);
      if (!pending) continue;
      if (answer.is === "failed") pending.fail(errorOf(answer.fault));
      else if (pending.got(answer) === MORE) continue;
      this.#pending.delete(answer.id);
    }
    // Watches hear of a commit before those who made it go on: promises run when this function has returned.
    this.#watches.deliver();
  }
}

/** What watches see of this client's own commit: the bytes never left. */
function changesOf(
  changes: readonly Change[],
  revision: number,
  created: readonly number[],
  shared: readonly (WireServable | undefined)[] | undefined,
): WatchedChange[] {
  return changes.flatMap((change, i) => {
    const since = created[i] ?? -1;
    if (since === -1) return [];
    const key = keyOf(change);
    if ("delete" in change) return { key, revision, ending: change.ending };
    const servable = shared?.[i] && servableIn(shared[i]);
    return { key, revision, entry: { key, value: change.value, side: change.side, ...(servable && { servable }), created: since, modified: revision } };
  });
}

function unexpected(answer: Answer): never {
  throw new Error(`Cannot understand the store's thread: it answered "${answer.is}"`);
}
