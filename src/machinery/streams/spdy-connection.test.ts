import assert from "node:assert/strict";
import { once } from "node:events";
import { type Duplex, duplexPair, Transform } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { test } from "node:test";
import fc from "fast-check";
import { SpdyConnection, type SpdyStream } from "./spdy-connection.ts";
import { controlFrame, dataHead, FLAG_FIN, FRAME, SpdyDecoder } from "./spdy-frames.ts";
import type { SpdyHeaders } from "./spdy-headers.ts";

const HEAD = Buffer.alloc(0);

interface Ends {
  readonly client: SpdyConnection;
  readonly server: SpdyConnection;
  readonly sockets: readonly [Duplex, Duplex];
}

function connected(onStream: (stream: SpdyStream) => void, accepts?: (headers: SpdyHeaders) => boolean): Ends {
  const sockets = duplexPair();
  const client = new SpdyConnection({ socket: sockets[0], head: HEAD, side: "client" });
  return { client, server: new SpdyConnection({ socket: sockets[1], head: HEAD, side: "server", onStream, ...(accepts && { accepts }) }), sockets };
}

test("frames come out as they went in, wherever the stream is cut", () => {
  const frame = fc.oneof(
    fc.record({ type: fc.constantFrom(1, 2, 3, 6, 7), flags: fc.nat(1), payload: fc.uint8Array({ maxLength: 50 }) }, { noNullPrototype: true }),
    fc.record({ stream: fc.integer({ min: 1, max: 0x7fffffff }), flags: fc.nat(1), data: fc.uint8Array({ maxLength: 300 }) }, { noNullPrototype: true }),
  );
  const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
  const property = fc.property(fc.array(frame, { maxLength: 8 }), places, (frames, at) => {
    const bytes = Buffer.concat(
      frames.map((one) =>
        "type" in one
          ? controlFrame(one.type, one.flags, Buffer.from(one.payload))
          : Buffer.concat([dataHead(one.stream, one.data.length, one.flags), Buffer.from(one.data)]),
      ),
    );
    const cuts = [0, ...at.map((place) => Math.floor(place * bytes.length)).toSorted((a, b) => a - b), bytes.length];
    const decoder = new SpdyDecoder();
    const pieces = cuts.slice(1).flatMap((end, index) => [...decoder.push(bytes.subarray(cuts[index], end))]);
    const seen: object[] = [];
    let parts: Buffer[] = [];
    let left = 0;
    const sizes = frames.flatMap((one) => ("data" in one ? [one.data.length] : []));
    for (const piece of pieces) {
      if (piece.kind === "control") seen.push({ type: piece.type, flags: piece.flags, payload: new Uint8Array(piece.payload) });
      else {
        if (parts.length === 0) left = sizes.shift()!;
        parts.push(piece.data);
        left -= piece.data.length;
        if (left > 0) continue;
        seen.push({ stream: piece.stream, flags: piece.end ? FLAG_FIN : 0, data: new Uint8Array(Buffer.concat(parts)) });
        parts = [];
      }
    }
    assert.deepEqual(seen, frames);
  });
  fc.assert(property, { numRuns: 200 });
});

test("streams carry bytes both ways, and each half ends by itself", async () => {
  const seen: string[] = [];
  const { client, server } = connected(({ headers, stream }) => {
    seen.push(headers.get("streamtype") ?? "");
    const upper = new Transform({ transform: (chunk, _, done) => done(null, String(chunk).toUpperCase()) });
    stream.pipe(upper).pipe(stream);
  });
  const streams = ["one", "two"].map((name) => client.open(new Map([["StreamType", name]])).stream);
  for (const [index, stream] of streams.entries()) stream.end(`text ${index}`);
  assert.deepEqual(await Promise.all(streams.map((stream) => text(stream))), ["TEXT 0", "TEXT 1"]);
  assert.deepEqual(seen, ["one", "two"]);
  client.close();
  await Promise.all([client.closed, server.closed]);
});

test("a large transfer arrives whole", async () => {
  const { client } = connected(({ stream }) => {
    stream.pipe(stream);
  });
  const data = Buffer.alloc(8 << 20, "0123456789");
  const { stream } = client.open(new Map());
  stream.end(data);
  assert.ok((await buffer(stream)).equals(data));
  client.close();
});

test("a slow reader holds the sender back", async () => {
  let taken: SpdyStream | undefined;
  const { client } = connected((stream) => {
    taken = stream;
  });
  const { stream } = client.open(new Map());
  const chunk = Buffer.alloc(64 * 1024);
  let accepted = 0;
  for (let index = 0; index < 64; index++) stream.write(chunk, () => accepted++);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(accepted < 16, `${accepted} of 64 chunks were taken though nobody reads`);
  stream.end();
  assert.equal((await buffer(taken!.stream)).length, 64 * chunk.length);
  client.close();
});

test("a stream that nobody takes is reset, and one that is given up resets the other end's", async () => {
  const { client } = connected(
    ({ stream }) => void stream.resume().once("close", () => gone()),
    (headers) => headers.get("streamtype") === "kept",
  );
  let gone = (): void => {};
  const wentAway = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const refused = client.open(new Map([["streamtype", "other"]])).stream;
  const [error] = await once(refused, "error");
  assert.match(String(error), /reset/);
  const kept = client.open(new Map([["streamtype", "kept"]])).stream;
  kept.write("x");
  await new Promise((resolve) => setTimeout(resolve, 20));
  kept.destroy();
  await wentAway;
  client.close();
});

test("pings are answered, and a broken connection ends every stream", async () => {
  const { client, server, sockets } = connected(() => {});
  const { stream } = client.open(new Map());
  client.ping();
  const ended = text(stream);
  await new Promise((resolve) => setTimeout(resolve, 20));
  sockets[1].write(Buffer.from([0x80, 99, 0, 1, 0, 0, 0, 0])); // Another version.
  assert.equal(await ended, "");
  await client.closed;
  sockets[1].destroy();
  await server.closed;
});

test("a peer that opens a stream with a number of ours is cut", async () => {
  const sockets = duplexPair();
  const server = new SpdyConnection({ socket: sockets[0], head: HEAD, side: "server", onStream: () => {} });
  sockets[1].on("error", () => {});
  const opener = new SpdyConnection({ socket: sockets[1], head: HEAD, side: "server" }); // Even numbers: a server's.
  opener.open(new Map());
  await server.closed;
  assert.equal(sockets[0].destroyed, true);
  assert.equal(FRAME.synStream, 1);
  sockets[1].destroy();
});

test("what was sent before a reset is still read", async () => {
  const { client } = connected(({ stream }) => {
    stream.write("the last words");
    setImmediate(() => stream.destroy());
  });
  const { stream } = client.open(new Map());
  assert.equal(await text(stream), "the last words");
  client.close();
});
