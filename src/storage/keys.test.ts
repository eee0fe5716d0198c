import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareKeys, prefixEnd } from "./keys.ts";

const text = fc.string({ unit: "binary", minLength: 1, maxLength: 6 });

test("prefixEnd() is above every key with the prefix and not above any other that follows", () => {
  fc.assert(
    fc.property(text, text, (prefix, other) => {
      const end = prefixEnd(prefix);
      if (end === undefined) return;
      assert.ok(end.isWellFormed());
      assert.ok(compareKeys(prefix + other, end) < 0);
      const inside = compareKeys(other, prefix) >= 0 && compareKeys(other, end) < 0;
      assert.equal(inside, other.startsWith(prefix));
    }),
  );
});

test("prefixEnd() steps over the surrogates, and over characters that have no successor", () => {
  assert.deepEqual(["", "a", "\ud7ff", "a\u{10ffff}", "\u{10ffff}"].map(prefixEnd), [undefined, "b", "\ue000", "b", undefined]);
});
