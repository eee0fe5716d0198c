/** JSON patch: RFC 6902's cases and Kubernetes' own habits, as seen on kube-apiserver. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { deployment, scalar, struct } from "../../../test/support/schemas.ts";
import { jsonPatch, OPERATIONS_MAX } from "./json-patch.ts";

const fails = (code: number) => (error: { status: { code: number } }) => error.status.code === code;

test("jsonPatch() runs each operation and leaves the original as it was", () => {
  const object = { a: { list: [1, 2, 3], "x/y": { "~": 1 } }, untouched: { deep: [] } };
  const before = structuredClone(object);
  const result = jsonPatch(object, [
    { op: "test", path: "/a/list/1", value: 2 },
    { op: "add", path: "/a/list/0", value: 0 },
    { op: "add", path: "/a/list/-", value: 4 },
    { op: "remove", path: "/a/list/-1" },
    { op: "replace", path: "/a/x~1y/~0", value: 2 },
    { op: "copy", from: "/a/x~1y", path: "/copied" },
    { op: "replace", path: "/copied/~0", value: 3 },
    { op: "move", from: "/a/list/3", path: "/last" },
    { op: "test", path: "/nothing", value: null },
  ]) as Record<string, unknown>;
  assert.deepEqual(JSON.parse(JSON.stringify(result)), { a: { list: [0, 1, 2], "x/y": { "~": 2 } }, untouched: { deep: [] }, copied: { "~": 3 }, last: 3 });
  assert.deepEqual(object, before);
  assert.equal(result.untouched, object.untouched);
});

test("jsonPatch() answers 422 for what doesn't fit and 400 for what is no patch", () => {
  const object = { data: { x: "1" }, list: [1] };
  for (const operation of [
    { op: "test", path: "/data/x", value: "2" },
    { op: "remove", path: "/data/y" },
    { op: "add", path: "/no/where", value: 1 },
    { op: "add", path: "/list/2", value: 1 },
    { op: "add", path: "/list/x", value: 1 },
    { op: "remove", path: "/list/1" },
    { op: "add", path: "", value: {} },
    { op: "add", path: "/constructor/x", value: 1 },
    { op: "add", path: "/__proto__/x", value: 1 },
    { op: "move", from: "/data", path: "/data/inside" },
    { op: "zap", path: "/data" },
  ]) {
    assert.throws(() => jsonPatch(object, [operation]), fails(422), JSON.stringify(operation));
  }
  for (const patch of [{ op: "add" }, "x", [1], [{ op: 1 }], [{ op: "add", path: {} }]])
    assert.throws(() => jsonPatch(object, patch), fails(400), JSON.stringify(patch));
});

test("jsonPatch() replaces a member that isn't there, as Kubernetes does", () => {
  assert.deepEqual({ ...(jsonPatch({}, [{ op: "replace", path: "/new", value: 1 }]) as object) }, { new: 1 });
});

test("jsonPatch() passes through structs that JSON writes although they are empty", () => {
  const patch = [
    { op: "add", path: "/spec/template/spec/containers/0/resources/limits", value: { cpu: "1" } },
    { op: "add", path: "/status/replicas", value: 1 },
  ];
  const result = jsonPatch({ spec: { template: { spec: { containers: [{ name: "a" }] } } } }, patch, deployment);
  assert.deepEqual(JSON.parse(JSON.stringify(result)), {
    spec: { template: { spec: { containers: [{ name: "a", resources: { limits: { cpu: "1" } } }] } } },
    status: { replicas: 1 },
  });
  assert.throws(() => jsonPatch({ spec: {} }, [{ op: "add", path: "/spec/selector/matchLabels", value: {} }], deployment), fails(422));
});

test("jsonPatch() counts operations, copies and moved items", () => {
  const many = Array.from({ length: OPERATIONS_MAX + 1 }, () => ({ op: "test", path: "/a", value: null }));
  assert.throws(() => jsonPatch({}, many), fails(413));
  assert.ok(jsonPatch({}, many.slice(1)));
  const doubling = Array.from({ length: 40 }, () => ({ op: "copy", from: "/a", path: "/a/-" }));
  assert.throws(() => jsonPatch({ a: ["x".repeat(1000)] }, doubling), fails(422));
  const shifting = Array.from({ length: OPERATIONS_MAX }, () => ({ op: "add", path: "/a/0", value: 1 }));
  assert.throws(() => jsonPatch({ a: new Array(100_000).fill(0) }, shifting), fails(413));
});

test("jsonPatch() keeps `__proto__` a key", () => {
  const result = jsonPatch({ data: {} }, [{ op: "add", path: "/data/__proto__", value: "x" }]) as { data: object };
  assert.deepEqual(Object.entries(result.data), [["__proto__", "x"]]);
  assert.equal(Object.getPrototypeOf(result.data), Object.prototype);
});

test("jsonPatch() removes members that are always written, and nothing else that isn't there", () => {
  const schema = struct("Event", { seen: scalar("time"), host: scalar("string") });
  assert.deepEqual(jsonPatch({ host: "h" }, [{ op: "remove", path: "/seen" }], schema), { host: "h" });
  assert.throws(() => jsonPatch({}, [{ op: "remove", path: "/host" }], schema), fails(422));
});
