import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameReader, frame } from "./frames.ts";

test("messages come out as they went in, however the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      (messages, cuts) => {
        const stream = Buffer.concat(messages.map(frame));
        const reader = new FrameReader(100);
        const found: Buffer[] = [];
        for (let at = 0, cut = 0; at < stream.length; cut++) {
          const end = at + cuts[cut % cuts.length]!;
          found.push(...reader.push(stream.subarray(at, end)).map((each) => Buffer.from(each)));
          at = end;
        }
        assert.deepEqual(
          found.map((each) => [...each]),
          messages.map((each) => [...each]),
        );
      },
    ),
  );
});

test("a message above the limit is refused before it is gathered", () => {
  assert.throws(() => new FrameReader(10).push(Buffer.from([0, 0, 0, 11])), /limit is 10/);
});
