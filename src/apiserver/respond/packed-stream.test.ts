/** Packed watches: every message arrives in order, a list in few members, and what waits is counted. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { AnswerStream } from "../http/exchange.ts";
import { packedStream } from "./packed-stream.ts";

/** A client that keeps what it gets. */
function client(): { stream: AnswerStream; got: Buffer[]; ended: () => boolean } {
  const got: Buffer[] = [];
  let over = false;
  const write = (chunk: Uint8Array): number => got.push(chunk as Buffer) * 0;
  const stream: AnswerStream = {
    write,
    writeAll: (chunks) => chunks.reduce((_, chunk) => write(chunk), 0),
    queued: () => 0,
    drained: () => Promise.resolve(),
    end() {
      over = true;
    },
    abort() {},
    signal: new AbortController().signal,
  };
  return { stream, got, ended: () => over };
}

test("events arrive in their order, what comes first as one gzip member and each later one by itself, and the end after them", async () => {
  const { stream, got, ended } = client();
  const packed = packedStream(stream);
  assert.equal(packed.write(Buffer.from("one ")), 4);
  assert.equal(packed.writeAll([Buffer.from("two "), Buffer.from("three ")]), 14);
  await packed.drained();
  packed.writeAll([Buffer.from("four"), Buffer.from("five")]);
  packed.end();
  assert.equal(ended(), false);
  await packed.drained();
  assert.deepEqual(
    got.map((member) => gunzipSync(member).toString()),
    ["one two three ", "four", "five"],
  );
  assert.deepEqual([ended(), packed.queued()], [true, 0]);
  // A flush (an empty stored block), the empty last block, the checksum and the length: a reader that holds back what the last block says has it all before.
  for (const member of got) assert.deepEqual([...member.subarray(-14, -8)], [0, 0, 0xff, 0xff, 3, 0]);
});

test("an event is packed once for all watchers", async () => {
  const [a, b] = [client(), client()];
  const event = Buffer.from("event");
  for (const { stream } of [a, b]) {
    const packed = packedStream(stream);
    packed.write(Buffer.from("list"));
    await packed.drained();
    packed.write(event);
    await packed.drained();
  }
  assert.equal(a.got[1], b.got[1]);
});

test("a long list comes in several members, whole", async () => {
  const { stream, got } = client();
  const packed = packedStream(stream);
  const events = Array.from({ length: 300 }, (_, index) => Buffer.from(`${index}:`.padEnd(4000, "x")));
  for (const event of events) packed.write(event);
  assert.equal(packed.queued(), 300 * 4000);
  await packed.drained();
  assert.ok(got.length > 3 && got.length < 10, `${got.length} members`);
  assert.ok(Buffer.concat(got.map((member) => gunzipSync(member))).equals(Buffer.concat(events)));
});
