/**
 * A watch packed for clients that take gzip and begin with a whole list (WatchListCompression; k8s.io/apiserver, pkg/endpoints/handlers/watch.go): a sequence of gzip
 * members, so that nothing that has happened waits for what has yet to. A list's members hold many events; a later event is a member of its own, packed once for all watchers.
 */

import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { AnswerStream } from "../http/exchange.ts";

const pack = promisify(gzip);
const LEVEL = { level: constants.Z_BEST_SPEED };
/** Packed in one piece at most: what one watcher keeps a thread of the pool busy with. */
const MEMBER_BYTES = 256 * 1024;
/** More events at once are a list. */
const SHARED_MAX = 8;
/** What events were packed to, as long as they live. */
const members = new WeakMap<Uint8Array, Promise<Uint8Array>>();

function shared(event: Uint8Array): Promise<Uint8Array> {
  return members.getOrInsertComputed(event, () => pack(event, LEVEL));
}

/** @returns the stream whose messages reach the client packed; packing is done beside the event loop */
export function packedStream(stream: AnswerStream): AnswerStream {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let pumping: Promise<void> | undefined;
  let ended = false;
  /** Whether the list has gone out that the watch begins with: it is one member, since some clients read no further than that. */
  let begun = false;

  async function pump(): Promise<void> {
    await Promise.resolve(); // What is written in the same turn goes out together.
    while (waiting.length > 0 && !stream.signal.aborted) {
      const chunks = take();
      const packed = !begun || chunks.length > SHARED_MAX ? [await pack(Buffer.concat(chunks), LEVEL)] : await Promise.all(chunks.map(shared));
      for (const chunk of chunks) bytes -= chunk.length;
      if (!stream.signal.aborted) stream.writeAll(packed);
    }
    pumping = undefined;
    begun = true;
    if (ended) stream.end();
  }

  function take(): Uint8Array[] {
    let size = 0;
    let count = 0;
    while (count < waiting.length && (count === 0 || size + waiting[count]!.length <= MEMBER_BYTES)) size += waiting[count++]!.length;
    return waiting.splice(0, count);
  }

  function write(chunks: readonly Uint8Array[]): number {
    for (const chunk of chunks) {
      waiting.push(chunk);
      bytes += chunk.length;
    }
    pumping ??= pump();
    return bytes + stream.queued();
  }

  return {
    signal: stream.signal,
    write: (chunk) => write([chunk]),
    writeAll: write,
    queued: () => bytes + stream.queued(),
    async drained() {
      await pumping;
      await stream.drained();
    },
    end() {
      ended = true;
      if (!pumping) stream.end();
    },
    abort() {
      waiting = [];
      stream.abort();
    },
  };
}
