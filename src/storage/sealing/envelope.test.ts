import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { SealError } from "../store.ts";
import { open, type Place, seal } from "./envelope.ts";

const key = randomBytes(32);
const place: Place = { key: "/registry/secrets/ns/db", created: 7, modified: 9 };
const keyOf = (id: number) => (id === 3 ? key : undefined);
const sealIt = (record: Uint8Array) => seal(record, place, "uid-1", 3, key, randomBytes(12));
const refuses = (sealed: Uint8Array, at: Place = place) =>
  assert.throws(
    () => open(sealed, at, keyOf),
    (error) => error instanceof SealError && error.key === at.key,
  );

test("what is sealed opens at its place and nowhere else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (record) => {
      const sealed = sealIt(record);
      assert.deepEqual(new Uint8Array(open(sealed, place, keyOf)), record);
      for (const other of [{ key: "/registry/secrets/ns/dc" }, { created: 8 }, { modified: 10 }]) refuses(sealed, { ...place, ...other });
    }),
  );
});

test("no byte of a sealed value can be changed, taken away or added", () => {
  const sealed = sealIt(Buffer.from("the record"));
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i] = (changed[i] as number) ^ 1;
    refuses(changed);
    refuses(sealed.subarray(0, i));
    refuses(Buffer.concat([sealed.subarray(0, i), Buffer.of(0), sealed.subarray(i)]));
  }
});

test("a value says which key it needs when that is gone", () => {
  const sealed = sealIt(Buffer.from("the record"));
  assert.throws(() => open(sealed, place, () => undefined), {
    name: "SealError",
    message: "Cannot open the value at /registry/secrets/ns/db: its data key 3 is unknown",
  });
});

test("a UID that doesn't fit into the header is refused", () => {
  assert.throws(() => seal(Buffer.of(1), place, "u".repeat(256), 3, key, randomBytes(12)), RangeError);
});
