/**
 * The store's side of the ports: gathers what clients ask, commits all writes that are waiting as one group, answers reads, and gives
 * one slice of long work (lists, compaction) its turn in between, so that no write waits for a long read.
 */

import type { MessagePort, Transferable } from "node:worker_threads";
import { readableRevision } from "../keys.ts";
import { type Entry, SealError, type WatchedChange } from "../store.ts";
import { changesOf, shareAll } from "./committed.ts";
import { type Answer, type Batch, faultOf, type Request, type WireEntry } from "./protocol.ts";
import type { Reader } from "./reader.ts";
import type { SharedValues } from "./shared-values.ts";
import type { Sweeper } from "./sweeper.ts";
import type { Write, Writer } from "./writer.ts";

interface Client {
  readonly port: MessagePort;
  answers: Answer[];
}

type Ask<Name> = Request & { readonly ask: Name };
type Waiting = { readonly client: Client; readonly request: Ask<"txn">; readonly records: Uint8Array };
type Reading = { readonly client: Client; readonly request: Ask<"get"> | Ask<"history"> };

/** Transactions of one group. More wait for the next, so that answers don't wait for a flood. */
const GROUP_MAX = 1024;
const NOTHING = new Uint8Array(0);

export class Server {
  readonly #writer: Writer;
  readonly #reader: Reader;
  readonly #sweeper: Sweeper;
  readonly #shared: BigInt64Array;
  /** Where several threads share the store. */
  readonly #values: SharedValues | undefined;
  readonly #clients = new Set<Client>();
  #writes: Waiting[] = [];
  #reads: Reading[] = [];
  /** Long work; each has one slice in turn. */
  readonly #jobs: Generator<undefined, void>[] = [];
  /** Lists that have begun: a compaction waits for them, so that it doesn't take history away from under one that is half done. */
  readonly #lists = new Set<number>();
  #begunLists = 0;
  #expireAt: number | undefined;
  #scheduled = false;

  constructor(writer: Writer, reader: Reader, sweeper: Sweeper, revision: SharedArrayBuffer, values?: SharedValues) {
    this.#values = values;
    this.#writer = writer;
    this.#reader = reader;
    this.#sweeper = sweeper;
    this.#shared = new BigInt64Array(revision);
    Atomics.store(this.#shared, 0, BigInt(writer.revision));
  }

  /** Serves one more client until it closes its port. */
  connect(port: MessagePort): void {
    const client: Client = { port, answers: [] };
    this.#clients.add(client);
    port.on("message", (batch: Batch) => this.#receive(client, batch));
    port.on("close", () => this.#clients.delete(client));
  }

  /** Closes every client's port: to them the store is gone. */
  disconnect(): void {
    for (const client of this.#clients) client.port.close();
  }

  #receive(client: Client, { requests, bytes }: Batch): void {
    const records = bytes ? new Uint8Array(bytes) : NOTHING;
    let at = 0;
    for (const request of requests) {
      switch (request.ask) {
        case "txn": {
          const length = request.then.reduce((sum, change) => sum + Math.max(0, change.length), 0);
          this.#writes.push({ client, request, records: records.subarray(at, at + length) });
          at += length;
          break;
        }
        case "get":
        case "history":
          this.#reads.push({ client, request });
          break;
        case "list":
          this.#jobs.push(this.#list(client, request));
          break;
        case "compact":
          this.#jobs.push(this.#compact(client, request));
          break;
        case "expire":
          this.#expireAt = request.now;
          break;
        case "close":
          this.#jobs.push(this.#close(client, request.id));
          break;
      }
    }
    this.#schedule();
  }

  /** The next turn comes after the messages that have already arrived: they join its group. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    const group = this.#writes.splice(0, GROUP_MAX);
    if (group.length > 0) this.#write(group);
    this.#expire();
    // Reads come after the writes: what they see is what their client has been told, in this turn's message or before.
    for (const { client, request } of this.#reads.splice(0)) client.answers.push(this.#read(request));
    const job = this.#jobs.shift();
    if (job && !job.next().done) this.#jobs.push(job);
    for (const client of this.#clients) send(client);
    if (this.#writes.length > 0 || this.#jobs.length > 0) this.#schedule();
  }

  #write(group: readonly Waiting[]): void {
    try {
      const outcomes = this.#writer.commit(group.map(toWrite));
      Atomics.store(this.#shared, 0, BigInt(this.#writer.revision));
      outcomes.forEach((outcome, i) => {
        const { client, request, records } = group[i] as Waiting;
        const { id } = request;
        if ("found" in outcome) {
          client.answers.push({ is: "refused", id, revision: outcome.revision, found: outcome.found.map((entry) => entry && this.#sent(entry)) });
          return;
        }
        const shared = this.#values && shareAll(this.#values, request, records, outcome);
        client.answers.push({ is: "done", id, ...outcome, ...(shared && { shared }) });
        this.#tellOthers(client, outcome.revision, () => changesOf(request, records, outcome, shared));
      });
    } catch (error) {
      if (!mayGoOn(error)) throw error;
      // One bad transaction must not take its neighbours with it: each gets a commit of its own.
      if (group.length > 1) for (const waiting of group) this.#write([waiting]);
      else for (const { client, request } of group) client.answers.push({ is: "failed", id: request.id, fault: faultOf(error) });
    }
  }

  #expire(): void {
    if (this.#expireAt === undefined) return;
    const expired = this.#tryToExpire(this.#expireAt);
    if (!expired) {
      this.#expireAt = undefined;
      return;
    }
    Atomics.store(this.#shared, 0, BigInt(this.#writer.revision));
    for (const { key } of expired.changes) this.#values?.delete(key);
    this.#tellOthers(undefined, expired.revision, () => expired.changes);
    // There may be more than one commit takes.
    this.#schedule();
  }

  #tryToExpire(now: number): { revision: number; changes: WatchedChange[] } | undefined {
    try {
      return this.#writer.expire(now);
    } catch (error) {
      if (!mayGoOn(error)) throw error;
      return undefined; // The disk is full: the next second is another chance.
    }
  }

  #tellOthers(author: Client | undefined, revision: number, changes: () => readonly WatchedChange[]): void {
    for (const client of this.#clients) if (client !== author) client.answers.push({ is: "commit", revision, changes: changes() });
  }

  #sent(entry: Entry): WireEntry {
    return this.#values ? this.#values.entry(entry) : entry;
  }

  #read(request: Ask<"get"> | Ask<"history">): Answer {
    const { id } = request;
    const newest = this.#writer.revision;
    try {
      if (request.ask === "get") {
        const entry = this.#reader.get(request.key, newest);
        return { is: "entry", id, entry: entry && this.#sent(entry) };
      }
      const { changes, to } = this.#reader.history(request.prefix, request.from, request.withPrevious, this.#sweeper.floor, newest);
      return { is: "history", id, changes: this.#values ? changes.map((change) => this.#values!.change(change)) : changes, to, present: to >= newest };
    } catch (error) {
      return { is: "failed", id, fault: faultOf(error) };
    }
  }

  *#list(client: Client, request: Ask<"list">): Generator<undefined, void> {
    const { id, prefix } = request;
    const list = ++this.#begunLists;
    this.#lists.add(list);
    try {
      const revision = readableRevision(request.revision, this.#sweeper.floor, this.#writer.revision);
      let { after, limit = Number.POSITIVE_INFINITY } = request;
      for (;;) {
        const damaged: SealError[] = [];
        const { entries, last, full } = this.#reader.slice({ prefix, after, revision }, limit, request.around ? damaged : undefined);
        limit -= entries.length;
        after = last ?? after;
        const ends = !full || limit === 0;
        const remaining = ends ? (full ? this.#reader.count({ prefix, after, revision }) : 0) : undefined;
        const unopened = damaged.map(({ key, reason }) => ({ key, reason }));
        client.answers.push({ is: "page", id, entries: this.#values ? entries.map((entry) => this.#sent(entry)) : entries, unopened, revision, remaining });
        if (ends) return;
        yield;
      }
    } catch (error) {
      client.answers.push({ is: "failed", id, fault: faultOf(error) });
    } finally {
      this.#lists.delete(list);
    }
  }

  *#compact(client: Client, { id, revision }: Ask<"compact">): Generator<undefined, void> {
    try {
      if (revision > this.#sweeper.floor) readableRevision(revision, this.#sweeper.floor, this.#writer.revision);
      const newestList = this.#begunLists;
      while ([...this.#lists].some((list) => list <= newestList)) yield;
      yield* this.#sweeper.compact(revision);
      client.answers.push({ is: "ok", id });
    } catch (error) {
      client.answers.push({ is: "failed", id, fault: faultOf(error) });
    }
  }

  *#close(client: Client, id: number): Generator<undefined, void> {
    while (this.#writes.some((waiting) => waiting.client === client)) yield;
    client.answers.push({ is: "ok", id });
  }
}

function toWrite({ request, records }: Waiting): Write {
  return { if: request.if, then: request.then, records };
}

/** One message for all that a client is told in a turn. Opened values lie in memory of their own, which changes hands, or in memory that all share. */
function send(client: Client): void {
  if (client.answers.length === 0) return;
  const buffers = new Set<ArrayBuffer>();
  const give = (entry: Entry | undefined): void => {
    if (entry && entry.value.buffer instanceof ArrayBuffer) buffers.add(entry.value.buffer);
  };
  for (const answer of client.answers) {
    if (answer.is === "entry") give(answer.entry);
    else if (answer.is === "page") answer.entries.forEach(give);
    else if (answer.is === "refused") answer.found.forEach(give);
    else if (answer.is === "history" || answer.is === "commit") {
      for (const change of answer.changes) {
        give(change.entry);
        give(change.previous);
      }
    }
  }
  client.port.postMessage(client.answers, [...buffers] as Transferable[]);
  client.answers = [];
}

const SQLITE_FULL = 13;
const SQLITE_TOOBIG = 18;

/**
 * After a full disk the store can go on, and so it can after a transaction that is refused for what it says. Any other failure of a
 * commit (an I/O error above all) leaves in doubt what is on the disk: the thread ends, and the next start reads what there is.
 */
function mayGoOn(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  if (!(error instanceof Error && "errcode" in error && typeof error.errcode === "number")) return error instanceof SealError;
  return (error.errcode & 0xff) === SQLITE_FULL || (error.errcode & 0xff) === SQLITE_TOOBIG;
}
