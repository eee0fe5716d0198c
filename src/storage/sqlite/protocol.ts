/**
 * What the store's clients and its thread say to each other, over ports. Each message is a list, so that whatever gathered while the
 * other side was busy costs one message; the bytes of a message's puts travel in one buffer that changes hands without a copy.
 *
 * A port keeps order, and that carries the weight: the thread tells every client of each commit in the order of revisions, and
 * answers a `history` request in that same order. A watch that read history up to revision N therefore joins the live commits without
 * gap or repeat by beginning with the next message.
 */

import { CompactedError, type Entry, FutureRevisionError, type ListOptions, SealError, type WatchedChange } from "../store.ts";

/** Client to thread. `bytes` holds the records (sealing/record.ts) of the puts, one behind the other. */
export interface Batch {
  readonly requests: readonly Request[];
  readonly bytes: ArrayBuffer | undefined;
}

export type Request =
  | {
      readonly ask: "txn";
      readonly id: number;
      readonly if: readonly { readonly key: string; readonly modified: number }[];
      readonly then: readonly WireChange[];
    }
  | { readonly ask: "get"; readonly id: number; readonly key: string }
  | ({ readonly ask: "list"; readonly id: number } & ListOptions)
  /** A slice of the changes above `from`, as many as is good for one message. */
  | { readonly ask: "history"; readonly id: number; readonly prefix: string; readonly from: number; readonly withPrevious: boolean }
  | { readonly ask: "compact"; readonly id: number; readonly revision: number }
  /** Delete what has lived its time; the clock is the client's. No answer. */
  | { readonly ask: "expire"; readonly now: number }
  | { readonly ask: "close"; readonly id: number };

/** Bytes in shared memory, and where their revision stands. */
export interface WireServable {
  readonly bytes: Uint8Array;
  readonly hole: number;
}

/** A SealError, of which a port would keep only the message. */
export interface Unopened {
  readonly key: string;
  readonly reason: string;
}

/**
 * Where several threads share the store: an entry whose value is the servable form, in shared memory. Its hole says so; other values come as they were put.
 */
export interface WireEntry extends Entry {
  readonly hole?: number | undefined;
}

export interface WireWatchedChange extends WatchedChange {
  readonly entry?: WireEntry | undefined;
  readonly previous?: WireEntry | undefined;
}

/** A put without its bytes, or a deletion. */
export interface WireChange {
  readonly key: string;
  /** Bytes of the put's record in the batch; -1 for a deletion. */
  readonly length: number;
  readonly uid: string;
  readonly scope: string;
  /** When the store deletes it, in milliseconds since 1970; 0 for never. */
  readonly expires: number;
  /** Of a deletion that others watch too. */
  readonly ending?: Uint8Array | undefined;
}

export type Answer =
  /** A commit of this client's own: it has the values. `created` holds for each change the revision that created its key, -1 where nothing changed. */
  | {
      readonly is: "done";
      readonly id: number;
      readonly revision: number;
      readonly created: readonly number[];
      /** By change: the values as all threads share them. */
      readonly shared?: readonly (WireServable | undefined)[] | undefined;
    }
  /** A commit by another client or by the store itself. */
  | { readonly is: "commit"; readonly revision: number; readonly changes: readonly WireWatchedChange[] }
  | { readonly is: "refused"; readonly id: number; readonly revision: number; readonly found: readonly (WireEntry | undefined)[] }
  | { readonly is: "entry"; readonly id: number; readonly entry: WireEntry | undefined }
  /** A part of a list; the last one says how many entries remain beyond the limit. */
  | {
      readonly is: "page";
      readonly id: number;
      readonly entries: readonly WireEntry[];
      readonly unopened: readonly Unopened[];
      readonly revision: number;
      readonly remaining: number | undefined;
    }
  /** Changes above what was asked, up to and including revision `to`; `present` says that it is the newest. */
  | { readonly is: "history"; readonly id: number; readonly changes: readonly WireWatchedChange[]; readonly to: number; readonly present: boolean }
  | { readonly is: "ok"; readonly id: number }
  | { readonly is: "failed"; readonly id: number; readonly fault: Fault };

/** What the thread is started with. */
export interface Start {
  readonly file: string;
  readonly keyFile: string;
  /** The newest durable revision, for every client to read: one 64-bit integer. */
  readonly revision: SharedArrayBuffer;
  /** Several threads will have clients: values are put where all of them can read them. */
  readonly shared: boolean;
}

/** Thread to its maker, once: open, or why not. */
export type Opened = { readonly opened: true } | { readonly opened: false; readonly fault: Fault };

/** An error as it crosses between threads, where classes don't. */
export type Fault =
  | { readonly kind: "compacted"; readonly asked: number; readonly floor: number }
  | { readonly kind: "future"; readonly asked: number; readonly current: number }
  | { readonly kind: "seal"; readonly key: string; readonly reason: string }
  | { readonly kind: "other"; readonly message: string; readonly code: string | undefined };

/** @returns the error in a form that a port carries */
export function faultOf(error: unknown): Fault {
  if (error instanceof CompactedError) return { kind: "compacted", asked: error.asked, floor: error.floor };
  if (error instanceof FutureRevisionError) return { kind: "future", asked: error.asked, current: error.current };
  if (error instanceof SealError) return { kind: "seal", key: error.key, reason: error.reason };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "other", message, code: error instanceof Error && "errstr" in error ? String(error.errstr) : undefined };
}

/** @returns the error that `faultOf` was given, as far as callers can tell */
export function errorOf(fault: Fault): Error {
  switch (fault.kind) {
    case "compacted":
      return new CompactedError(fault.asked, fault.floor);
    case "future":
      return new FutureRevisionError(fault.asked, fault.current);
    case "seal":
      return new SealError(fault.key, fault.reason);
    case "other":
      return new Error(fault.code ? `${fault.message} (${fault.code})` : fault.message);
  }
}
