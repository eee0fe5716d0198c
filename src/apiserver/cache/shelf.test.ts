/** The shelf keeps key order through whatever comes and goes: compared with sorting everything each time. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { relativeKey } from "./keys.ts";
import { Shelf } from "./shelf.ts";
import { StoredObject } from "./stored-object.ts";

function object(namespace: string, name: string, revision = 1): StoredObject {
  return new StoredObject(namespace, name, { uid: "u", labels: undefined, fields: [] }, revision, Buffer.from("{}"), 0);
}

const name = fc.constantFrom("a", "a-b", "a.b", "b", "ab", "z9", "m");
const step = fc.oneof(
  fc.record({ kind: fc.constant("put" as const), namespace: name, name }),
  fc.record({ kind: fc.constant("delete" as const), namespace: name, name }),
  fc.record({ kind: fc.constant("list" as const) }),
);

test("a shelf lists in the order of keys, whatever came and went before", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const shelf = new Shelf();
      const model = new Map<string, StoredObject>();
      for (const [at, one] of steps.entries()) {
        if (one.kind === "put") {
          const made = object(one.namespace, one.name, at);
          assert.equal(shelf.put(made), model.get(relativeKey(one.namespace, one.name)));
          model.set(relativeKey(one.namespace, one.name), made);
        } else if (one.kind === "delete") {
          assert.equal(shelf.delete(one.namespace, one.name), model.get(relativeKey(one.namespace, one.name)));
          model.delete(relativeKey(one.namespace, one.name));
        } else {
          const expected = [...model].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
          assert.deepEqual([...shelf.inOrder(undefined)], expected);
          assert.deepEqual(
            shelf.collect("a", undefined),
            expected.filter(({ namespace }) => namespace === "a"),
          );
        }
        assert.equal(shelf.size, model.size);
      }
    }),
  );
});
