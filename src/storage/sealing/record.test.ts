import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readRecord, recordLength, writeRecord } from "./record.ts";

test("a record gives back its two parts, and tells an empty side record from none", () => {
  const bytes = fc.uint8Array({ maxLength: 50 });
  fc.assert(
    fc.property(bytes, fc.option(bytes, { nil: undefined }), fc.nat(20), (value, side, start) => {
      const into = Buffer.alloc(start + recordLength(value, side));
      writeRecord(into, start, value, side);
      const read = readRecord(into.subarray(start));
      assert.deepEqual({ value: Uint8Array.from(read.value), side: read.side && Uint8Array.from(read.side) }, { value, side });
    }),
  );
});

test("a record that is shorter than it says is refused", () => {
  assert.throws(() => readRecord(Buffer.from([0, 0, 0, 9, 1])), RangeError);
  assert.throws(() => readRecord(Buffer.from([0, 0])), RangeError);
});
