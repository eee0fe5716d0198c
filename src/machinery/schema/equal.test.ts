import assert from "node:assert/strict";
import { test } from "node:test";
import { int32, list, map, scalar, string, struct } from "../../../test/support/schemas.ts";
import { equalBySchema } from "./equal.ts";

const inner = struct("Inner", { name: string, on: scalar("bool") });
const outer = struct("Outer", {
  count: int32,
  maybe: [int32, { pointer: true }],
  inner,
  chosen: [inner, { pointer: true }],
  items: list(inner),
  labels: map(string),
  raw: scalar("raw"),
});
const same = (a: object, b: object) => equalBySchema(outer, a, b);

test("what Go can't tell apart is equal", () => {
  for (const nothing of [{ count: 0 }, { inner: {} }, { inner: { name: "", on: false } }, { items: [] }, { labels: {} }])
    assert.ok(same(nothing, {}), JSON.stringify(nothing));
});

test("a pointer to nothing is something", () => {
  for (const something of [{ maybe: 0 }, { chosen: {} }]) assert.ok(!same(something, {}), JSON.stringify(something));
});

test("order counts in lists and not in maps", () => {
  assert.ok(!same({ items: [{ name: "a" }, { name: "b" }] }, { items: [{ name: "b" }, { name: "a" }] }));
  assert.ok(same({ labels: { a: "1", b: "2" } }, { labels: { b: "2", a: "1" } }));
  assert.ok(!same({ labels: { a: "" } }, { labels: { b: "" } }));
});

test("raw values are compared as they stand", () => {
  assert.ok(same({ raw: { a: [1] } }, { raw: { a: [1] } }));
  assert.ok(!same({ raw: { a: [] } }, { raw: {} }));
});
