/**
 * A watch packed for clients that take gzip and begin with a whole list (WatchListCompression; k8s.io/apiserver, pkg/endpoints/handlers/watch.go): a sequence of gzip
 * members, so that nothing that has happened waits for what has yet to. A list's members hold many events; a later event is a member of its own, packed once for all watchers.
 */

import { promisify } from "node:util";
import { constants, crc32, deflateRaw } from "node:zlib";
import type { AnswerStream } from "../http/exchange.ts";

const deflate = promisify(deflateRaw);
/** A member's data ends with a flush: Go's reader holds back what stands in the block that says it is the last until the next member begins. */
const OPTIONS = { level: constants.Z_BEST_SPEED, finishFlush: constants.Z_SYNC_FLUSH };
/** RFC 1952: deflated, no name, no time, packed fast, by nobody knows what system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
/** RFC 1951: a last block with nothing in it. */
const LAST_BLOCK = [0x03, 0x00];
/** Packed in one piece at most: what one watcher keeps a thread of the pool busy with. */
const MEMBER_BYTES = 256 * 1024;
/** More events at once are a list. */
const SHARED_MAX = 8;
/** What events were packed to, as long as they live. */
const members = new WeakMap<Uint8Array, Promise<Uint8Array>>();

function shared(event: Uint8Array): Promise<Uint8Array> {
  return members.getOrInsertComputed(event, () => pack(event));
}

/** @returns a whole gzip member */
async function pack(data: Uint8Array): Promise<Buffer> {
  const end = Buffer.from([...LAST_BLOCK, 0, 0, 0, 0, 0, 0, 0, 0]);
  end.writeUInt32LE(crc32(data), 2);
  end.writeUInt32LE(data.length % 2 ** 32, 6);
  return Buffer.concat([HEADER, await deflate(data, OPTIONS), end]);
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
      const packed = !begun || chunks.length > SHARED_MAX ? [await pack(Buffer.concat(chunks))] : await Promise.all(chunks.map(shared));
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
