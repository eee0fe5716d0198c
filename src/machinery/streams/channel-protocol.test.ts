import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ChannelDecoder, type ChannelProtocol, COMMAND_PROTOCOLS, chooseProtocol, encodeEnd, encodeMessage } from "./channel-protocol.ts";

/** The message's bytes by channel, whatever the pieces it came in. */
function decode(protocol: ChannelProtocol, message: Buffer, places: readonly number[]): { channel: number; data: Buffer } | undefined {
  const decoder = new ChannelDecoder(protocol);
  const at = [0, ...places.map((place) => Math.floor(place * message.length)).toSorted((a, b) => a - b), message.length];
  const events = at.slice(1).flatMap((end, index) => {
    const piece = { kind: "data", text: protocol.base64, start: index === 0, end: index === at.length - 2, data: message.subarray(at[index], end) } as const;
    return decoder.push(piece) ?? [];
  });
  const data = events.flatMap((event) => ("data" in event ? [event.data] : []));
  return events[0] && { channel: events[0].channel, data: Buffer.concat(data) };
}

test("a message reaches its channel whole, wherever it is cut, in every protocol", () => {
  const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });
  const property = fc.property(fc.constantFrom(...COMMAND_PROTOCOLS), fc.nat(4), fc.uint8Array({ maxLength: 400 }), places, (protocol, channel, data, at) => {
    const decoded = decode(protocol, encodeMessage(protocol, channel, data), at);
    assert.deepEqual(decoded, { channel, data: Buffer.from(data) });
  });
  fc.assert(property, { numRuns: 300 });
});

test("only the newest protocol ends a channel by a message", () => {
  const [v5, v4] = COMMAND_PROTOCOLS;
  const piece = { kind: "data", text: false, start: true, end: true, data: encodeEnd(0) } as const;
  assert.deepEqual(new ChannelDecoder(v5!).push(piece), { channel: 0, end: true });
  assert.deepEqual(new ChannelDecoder(v4!).push(piece), { channel: 255, data: Buffer.from([0]) });
});

test("the first offered protocol that is served is spoken", () => {
  assert.equal(chooseProtocol(["v6.channel.k8s.io", "v4.channel.k8s.io", "v5.channel.k8s.io"])?.name, "v4.channel.k8s.io");
  assert.equal(chooseProtocol([])?.name, "");
  assert.equal(chooseProtocol(["v6.channel.k8s.io"]), undefined);
});
