import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeFrame, FrameDecoder, OPCODE, type Piece, WebSocketError } from "./websocket-frames.ts";

/** Cuts bytes at the given places, each a fraction of the length. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => Math.floor(place * bytes.length)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => Buffer.from(bytes.subarray(at[index], end)));
}

function messages(pieces: Iterable<Piece>): string[] {
  const found: string[] = [];
  let parts: Buffer[] = [];
  for (const piece of pieces) {
    if (piece.kind !== "data") found.push(`${piece.kind} ${piece.data.toString("hex")}`);
    else {
      assert.equal(piece.start, parts.length === 0, "a message's first piece says so");
      parts.push(piece.data);
      if (!piece.end) continue;
      found.push(`${piece.text ? "text" : "binary"} ${Buffer.concat(parts).toString("hex")}`);
      parts = [];
    }
  }
  return found;
}

const payload = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(125, 126, 65_535, 65_536).map((length) => new Uint8Array(length).fill(7)),
);
const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

test("frames come out as they went in, wherever the stream is cut, masked or not", () => {
  const mask = Uint8Array.of(1, 2, 3, 4);
  const kinds = fc.constantFrom("text", "binary", "ping", "pong", "close");
  const property = fc.property(fc.array(fc.tuple(kinds, payload), { maxLength: 6 }), places, fc.boolean(), (sent, at, masked) => {
    const frames = sent.map(([kind, data]) => [kind, kind === "text" || kind === "binary" ? data : data.subarray(0, 125)] as const);
    const bytes = Buffer.concat(frames.map(([kind, data]) => encodeFrame(OPCODE[kind as keyof typeof OPCODE], data, masked ? mask : undefined)));
    const decoder = new FrameDecoder(masked);
    const pieces = cut(bytes, at).flatMap((chunk) => [...decoder.push(chunk)]);
    assert.deepEqual(
      messages(pieces),
      frames.map(([kind, data]) => `${kind} ${Buffer.from(data).toString("hex")}`),
    );
  });
  fc.assert(property, { numRuns: 200 });
});

test("a message in fragments is one, with a ping in between", () => {
  const fragments = [
    encodeFrame(OPCODE.text, Buffer.from("he"), undefined),
    encodeFrame(OPCODE.ping, Buffer.from("?"), undefined),
    encodeFrame(OPCODE.continuation, Buffer.from("llo"), undefined),
  ];
  fragments[0]![0]! &= 0x7f; // Not the last.
  const pieces = [...new FrameDecoder(false).push(Buffer.concat(fragments))];
  assert.deepEqual(
    pieces.map((piece) => `${piece.kind} ${piece.data}`),
    ["data he", "ping ?", "data llo"],
  );
  assert.deepEqual(messages(pieces.filter(({ kind }) => kind === "data")), [`text ${Buffer.from("hello").toString("hex")}`]);
});

test("what breaks the protocol is refused", () => {
  const refused = (masked: boolean, ...bytes: number[]) =>
    assert.throws(
      () => [...new FrameDecoder(masked).push(Buffer.from(bytes))],
      (error: unknown) => error instanceof WebSocketError && error.code === 1002,
    );
  refused(true, 0x82, 0x00); // A client that doesn't mask.
  refused(false, 0x82, 0x80, 0, 0, 0, 0); // A server that does.
  refused(false, 0xc2, 0x00); // Reserved bits.
  refused(false, 0x83, 0x00); // No such frame.
  refused(false, 0x80, 0x00); // A continuation of nothing.
  refused(false, 0x09, 0x00); // A ping in fragments.
  refused(false, 0x89, 0x7e, 0, 126); // A ping that is too long.
  refused(false, 0x82, 0x7f, 0xff, 0, 0, 0, 0, 0, 0, 0); // More than can be counted.
});
