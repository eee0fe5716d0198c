/** Frames of WebSockets and SPDY from peers that send anything: pieces, or the protocol's own error; the pieces don't depend on how the bytes came. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { chooseProtocol } from "../../src/machinery/streams/channel-protocol.ts";
import { controlFrame, dataHead, FRAME, SpdyDecoder, SpdyError } from "../../src/machinery/streams/spdy-frames.ts";
import { encodeFrame, FrameDecoder, OPCODE, WebSocketError } from "../../src/machinery/streams/websocket-frames.ts";
import { damaged, fuzz, unless } from "./fuzz.ts";

const mask = Uint8Array.of(1, 2, 3, 4);
const webSocket = Buffer.concat([
  encodeFrame(OPCODE.text, Buffer.from("hello"), mask),
  encodeFrame(OPCODE.binary, Buffer.alloc(300, 7), mask),
  encodeFrame(OPCODE.ping, Buffer.from("?"), mask),
  encodeFrame(OPCODE.close, Buffer.from([3, 0xe8]), mask),
]);
const spdy = Buffer.concat([
  controlFrame(FRAME.synStream, 0, Buffer.alloc(30, 1)),
  dataHead(1, 40, 0),
  Buffer.alloc(40, 5),
  controlFrame(FRAME.ping, 0, Buffer.alloc(4)),
  controlFrame(FRAME.windowUpdate, 0, Buffer.alloc(8, 1)),
]);
const place = fc.double({ min: 0, max: 1, noNaN: true });

/** The bytes of all data and control pieces, and whether it ended in the protocol's error. */
function read(push: (chunk: Buffer) => Iterable<object>, bytes: Buffer, cutAt: readonly number[], error: typeof SpdyError | typeof WebSocketError): string {
  const cuts = [0, ...cutAt.map((at) => Math.floor(at * bytes.length)).toSorted((a, b) => a - b), bytes.length];
  const data: Buffer[] = [];
  const controls: string[] = [];
  const done = unless([error], () => {
    for (let i = 1; i < cuts.length; i++)
      for (const piece of push(Buffer.from(bytes.subarray(cuts[i - 1], cuts[i])))) {
        if ("kind" in piece && piece.kind === "data" && "data" in piece) data.push(Buffer.from(piece.data as Buffer));
        else controls.push(JSON.stringify(piece));
      }
    return true;
  });
  return `${done ?? "error"} ${Buffer.concat(data).toString("hex")} ${controls}`;
}

fuzz("WebSocket frames", [damaged(webSocket), fc.array(place, { maxLength: 6 })], (bytes, cuts) => {
  const whole = new FrameDecoder(true);
  const cut = new FrameDecoder(true);
  assert.equal(
    read((chunk) => cut.push(chunk), bytes, cuts, WebSocketError),
    read((chunk) => whole.push(chunk), bytes, [], WebSocketError),
  );
});

fuzz("SPDY frames", [damaged(spdy), fc.array(place, { maxLength: 6 })], (bytes, cuts) => {
  const whole = new SpdyDecoder();
  const cut = new SpdyDecoder();
  assert.equal(
    read((chunk) => cut.push(chunk), bytes, cuts, SpdyError),
    read((chunk) => whole.push(chunk), bytes, [], SpdyError),
  );
});

const offer = fc.array(fc.oneof(fc.constantFrom("v5.channel.k8s.io", "v4.channel.k8s.io", "base64.channel.k8s.io", ""), fc.string()), { maxLength: 5 });
fuzz("offered subprotocols", [offer], (offered) => {
  const chosen = chooseProtocol(offered);
  assert.ok(!chosen || chosen.name === "" || offered.includes(chosen.name));
});
