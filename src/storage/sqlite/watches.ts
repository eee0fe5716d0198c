/**
 * The watches of one client. Each reads history, slice by slice, until a slice says that it reached the present; from the next message on
 * it takes the commits as they are told. Ports keep order, so nothing falls between the two and nothing comes twice.
 */

import type { WatchedChange, WatchOptions } from "../store.ts";

interface Watch {
  readonly options: WatchOptions;
  readonly end: () => void;
  /** A slice of history was asked for and hasn't come. */
  reading: boolean;
  /** Delivered when the message has been read to its end. */
  batch: WatchedChange[];
  /** Every change at or before this revision is delivered or in the batch. */
  position: number;
  /** What `onChanges` or `onProgress` has told last. */
  told: number;
}

/** A slice of the changes above what was asked, or why there is none. */
export type History = { readonly changes: readonly WatchedChange[]; readonly to: number; readonly present: boolean } | Error;

export type AskHistory = (prefix: string, from: number, withPrevious: boolean, got: (history: History) => void) => void;

export class Watches {
  readonly #watches = new Set<Watch>();
  readonly #ask: AskHistory;
  /** The changes of the commits since the last delivery, and the newest of their revisions. */
  #gathered: WatchedChange[] = [];
  #newest = 0;

  constructor(ask: AskHistory) {
    this.#ask = ask;
  }

  get size(): number {
    return this.#watches.size;
  }

  add(options: WatchOptions): void {
    if (options.signal.aborted) return;
    const end = () => void this.#watches.delete(watch);
    const watch: Watch = { options, end, reading: false, batch: [], position: options.from, told: options.from };
    this.#watches.add(watch);
    options.signal.addEventListener("abort", end, { once: true });
    this.#read(watch);
  }

  /** Takes one commit, in the order of revisions. Nothing is delivered before `deliver`. */
  commit(changes: readonly WatchedChange[], revision: number): void {
    for (const change of changes) this.#gathered.push(change);
    this.#newest = revision;
  }

  /** Hands out what has gathered, and tells how far that is where the last change doesn't say so. */
  deliver(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    for (const watch of this.#watches) {
      // One that is reading history will find the commits there: its slice is answered after they were told.
      if (!watch.reading) this.#take(watch, gathered);
      if (watch.position > watch.told) this.#tell(watch);
    }
  }

  #take(watch: Watch, gathered: readonly WatchedChange[]): void {
    const { batch, options, position } = watch;
    const { prefix, withPrevious } = options;
    // The innermost loop of every write: every kind's cache looks at every change.
    for (let i = 0; i < gathered.length; i++) {
      const change = gathered[i] as WatchedChange;
      if (!change.key.startsWith(prefix) || change.revision <= position) continue;
      if (withPrevious) {
        this.#read(watch);
        return;
      }
      batch.push(change);
    }
    if (this.#newest > position) watch.position = this.#newest;
  }

  #tell(watch: Watch): void {
    const { batch, options, position } = watch;
    watch.batch = [];
    watch.told = position;
    try {
      if (batch.length > 0) options.onChanges(batch);
      if (batch.at(-1)?.revision !== position && this.#watches.has(watch)) options.onProgress?.(position);
    } catch (error) {
      // A watcher that fails must not keep the others from their changes, nor go on with one missing.
      this.#fail(watch, error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Ends all watches: with the error, or quietly where there is none. */
  end(error?: Error): void {
    for (const watch of [...this.#watches]) {
      if (error) this.#fail(watch, error);
      else this.#remove(watch);
    }
  }

  #read(watch: Watch): void {
    const { prefix, withPrevious = false } = watch.options;
    watch.reading = true;
    this.#ask(prefix, watch.position, withPrevious, (history) => {
      if (!this.#watches.has(watch)) return;
      if (history instanceof Error) return this.#fail(watch, history);
      watch.reading = false;
      watch.batch.push(...history.changes);
      watch.position = Math.max(watch.position, history.to);
      if (!history.present) this.#read(watch);
    });
  }

  #fail(watch: Watch, error: Error): void {
    this.#remove(watch);
    watch.options.onError(error);
  }

  #remove(watch: Watch): void {
    watch.end();
    watch.options.signal.removeEventListener("abort", watch.end);
  }
}
