/** WATCH: what is there, where asked, then every change of the selection until the client leaves or the time is over. */

import { expired, StatusError } from "../../machinery/status/status-error.ts";
import { inSelection } from "../cache/selection.ts";
import type { CacheChange, CachedObject, Selection, WatchCache } from "../cache/watch-cache.ts";
import type { Call } from "../call.ts";
import type { AnswerStream } from "../http/exchange.ts";
import { scopeOf } from "../metrics/request-labels.ts";
import type { WatchSeries } from "../metrics/watches.ts";
import { failureBody } from "../respond/error.ts";
import type { EventEncoder } from "../respond.ts";
import { type Backlog, backlogOf } from "./backlog.ts";
import { bookmarkOf } from "./bookmark.ts";
import { freshEnough } from "./get.ts";
import { kindOf, notAllowed } from "./kind-of.ts";
import { type ListOptions, listOptions } from "./list-options.ts";
import { revisionOf } from "./query.ts";
import { selectionOf } from "./selection.ts";

/** A watcher that lets so much pile up is cut off: it lists again when it can keep up. */
const QUEUED_BYTES_MAX = 32 << 20;
/** Initial events wait while so much is on its way; a client that doesn't take it in so long is gone or up to something. */
const INITIAL_QUEUED_BYTES = 1 << 20;
const STALLED_MAX_MS = 30_000;
/** Changes that may pile up behind initial events. */
const WAITING_MAX = 50_000;
const BOOKMARK_EVERY_MS = 60_000;
/** Where the client names no time, a watch ends between once and twice this. */
const DEFAULT_TIMEOUT_S = 1800;

export async function watch(call: Call): Promise<void> {
  const kind = kindOf(call);
  if (call.exchange.method !== "GET") throw notAllowed(); // Under `/watch/` every method is one.
  const options = listOptions(call, kind, true);
  const selection = selectionOf(kind, call.attributes.namespace, options.labels, options.fields);
  const cache = call.context.caches.of(kind);
  await cache.ready();
  const begin = await beginning(cache, options);
  const { respond } = call.context;
  const encode = respond.eventEncoder(call, kind);
  const watcher = new Watcher(call, cache, selection, options, respond.watch(call, kind), encode);
  await watcher.run(begin);
}

interface Beginning {
  /** Changes above this are told; undefined where the present is listed first. */
  readonly from: number | undefined;
}

async function beginning(cache: WatchCache, options: ListOptions): Promise<Beginning> {
  const revision = revisionOf(options.resourceVersion);
  const listed = options.sendInitialEvents ?? (revision === undefined || revision === 0);
  if (listed) {
    await freshEnough(cache, options.resourceVersion);
    return { from: undefined };
  }
  if (revision !== undefined && revision > 0) return { from: revision };
  if (revision === undefined) await cache.waitForPresent();
  return { from: cache.revision };
}

class Watcher {
  readonly #call: Call;
  readonly #cache: WatchCache;
  readonly #selection: Selection;
  readonly #options: ListOptions;
  readonly #stream: AnswerStream;
  readonly #encode: EventEncoder;
  readonly #series: WatchSeries;
  readonly #backlog: Backlog;
  /** Bytes of an event, the last ones counting most. */
  eventBytes = 0;
  /** Changes that come while the initial events are still being sent. */
  #waiting: CacheChange[] | undefined;
  #finish: () => void = () => {};
  readonly #finished = new Promise<void>((resolve) => {
    this.#finish = resolve;
  });
  #over = false;
  /** The last revision that a bookmark told. */
  #marked = -1;

  constructor(call: Call, cache: WatchCache, selection: Selection, options: ListOptions, stream: AnswerStream, encode: EventEncoder) {
    this.#call = call;
    this.#cache = cache;
    this.#selection = selection;
    this.#options = options;
    this.#stream = stream;
    this.#encode = encode;
    this.#backlog = backlogOf(call.context);
    this.#series = call.context.front.metrics.watches.of(kindOf(call));
  }

  /** Resolves when the watch has ended. */
  async run({ from }: Beginning): Promise<void> {
    const { clock, random } = this.#call.context;
    const seconds = this.#options.timeoutSeconds || DEFAULT_TIMEOUT_S + random.below(DEFAULT_TIMEOUT_S);
    const cancelTimeout = clock.after(seconds * 1000, () => this.#end());
    const cancelBookmarks = this.#options.bookmarks ? this.#bookmarkEvery(BOOKMARK_EVERY_MS) : () => {};
    this.#stream.signal.addEventListener("abort", () => this.#stop(), { once: true });
    const { turn } = this.#call;
    if (turn) turn.stop = () => this.#end();
    let unsubscribe = () => {};
    try {
      unsubscribe = await (from === undefined ? this.#fromPresent() : this.#subscribe(from));
      this.#call.context.front.turns.begun(this.#call);
      if (this.#stream.signal.aborted) this.#stop();
      await this.#finished;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.#fail(error);
    } finally {
      unsubscribe();
      cancelTimeout();
      cancelBookmarks();
    }
  }

  #subscribe(from: number): Promise<() => void> {
    return this.#cache.subscribe({
      from,
      selection: this.#selection,
      deliver: (changes) => this.#deliver(changes),
      lost: () => this.#fail(expired("The resourceVersion for the provided watch is too old.")),
    });
  }

  /** Sends what is there as ADDED, and from then on what changes. */
  async #fromPresent(): Promise<() => void> {
    const objects = this.#cache.list(this.#selection);
    const { revision } = this.#cache;
    this.#waiting = [];
    const unsubscribe = await this.#subscribe(revision);
    await this.#sendAll(objects);
    const { clock } = this.#call.context;
    if (this.#options.sendInitialEvents) this.#series.listed(scopeOf(this.#call.attributes)).observe((clock.now() - this.#call.receivedAt) / 1000);
    if (this.#options.sendInitialEvents && this.#options.bookmarks) this.#bookmark(revision, { "k8s.io/initial-events-end": "true" });
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#deliver(waiting);
    return unsubscribe;
  }

  async #sendAll(objects: readonly CachedObject[]): Promise<void> {
    for (const { bytes } of objects) {
      if (this.#over) return;
      if (this.#send([this.#encode("ADDED", bytes)]) > INITIAL_QUEUED_BYTES) await this.#drained();
    }
  }

  /** Resolves once the client has taken what is queued; cuts it off when it takes too long. */
  async #drained(): Promise<void> {
    const cancel = this.#call.context.clock.after(STALLED_MAX_MS, () => this.cut());
    await this.#stream.drained();
    cancel();
  }

  #deliver(changes: readonly CacheChange[]): void {
    if (this.#over) return;
    if (this.#waiting) {
      for (const change of changes) this.#waiting.push(change);
      if (this.#waiting.length > WAITING_MAX) this.cut();
      return;
    }
    const events: Uint8Array[] = [];
    for (const change of changes) {
      const event = this.#event(change);
      if (event) events.push(event);
    }
    if (events.length === 0) return;
    const queued = this.#send(events);
    if (queued > QUEUED_BYTES_MAX) this.cut();
    else this.#backlog.note(this, queued);
  }

  #send(events: readonly Uint8Array[]): number {
    this.#series.events.value += events.length;
    for (const event of events) {
      this.#series.sizes.observe(event.length);
      this.eventBytes += (event.length - this.eventBytes) / 8;
    }
    return this.#stream.writeAll(events);
  }

  queuedBytes(): number {
    return this.#stream.queued();
  }

  /** Breaks the watch off, so that its client doesn't take what it has for everything. */
  cut(): void {
    if (this.#over) return;
    this.#series.cut.add();
    this.#stop();
    this.#stream.abort();
  }

  /** What this watcher is told of a change: an object that enters the selection is added, one that leaves it is deleted. */
  #event({ object, previous, gone }: CacheChange): Uint8Array | undefined {
    const before = previous !== undefined && inSelection(this.#selection, previous);
    if (object && inSelection(this.#selection, object)) return this.#encode(before ? "MODIFIED" : "ADDED", object.bytes);
    return before && gone ? this.#encode("DELETED", gone.bytes) : undefined;
  }

  #bookmarkEvery(milliseconds: number): () => void {
    let cancel = () => {};
    const next = () => {
      cancel = this.#call.context.clock.after(milliseconds, () => {
        if (this.#over) return;
        this.#cache.settle();
        if (!this.#waiting) this.#bookmark(this.#cache.revision);
        next();
      });
    };
    next();
    return () => cancel();
  }

  #bookmark(revision: number, annotations?: Readonly<Record<string, string>>): void {
    this.#marked = revision;
    if (!this.#over) this.#stream.write(this.#encode("BOOKMARK", bookmarkOf(kindOf(this.#call), revision, annotations)));
  }

  #fail(error: StatusError): void {
    if (this.#over) return;
    this.#stream.write(this.#encode("ERROR", Buffer.from(JSON.stringify(failureBody(error.status)))));
    this.#stop();
    this.#stream.end();
  }

  /** The time is over: says how far it came, so that the next watch goes on from there. */
  #end(): void {
    this.#cache.settle();
    if (this.#over) return;
    const { revision } = this.#cache;
    if (this.#options.bookmarks && !this.#waiting && revision > this.#marked) this.#bookmark(revision);
    this.#stop();
    this.#stream.end();
  }

  #stop(): void {
    this.#backlog.forget(this);
    this.#over = true;
    this.#finish();
  }
}
