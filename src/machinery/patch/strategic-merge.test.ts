/** Strategic merge patch: each directive, each kind of list, the order of elements, and what is refused. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { deployment, podSpec } from "../../../test/support/schemas.ts";
import type { Plain } from "../plain.ts";
import { strategicMergePatch } from "./strategic-merge.ts";

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const patched = (object: Plain, patch: Plain, schema = podSpec): unknown => plain(strategicMergePatch(object, patch, schema));
const fails = (code: number, message?: RegExp) => (error: { status: { code: number; message: string } }) =>
  error.status.code === code && (message?.test(error.status.message) ?? true);

test("strategicMergePatch() merges lists by key and keeps the rest", () => {
  const object = {
    containers: [
      { name: "a", image: "1" },
      { name: "b", image: "1" },
    ],
    nodeName: "n",
  };
  const result = strategicMergePatch(
    object,
    {
      containers: [
        { name: "b", image: "2" },
        { name: "c", image: "1" },
      ],
    },
    podSpec,
  );
  assert.deepEqual(plain(result), {
    containers: [
      { name: "a", image: "1" },
      { name: "b", image: "2" },
      { name: "c", image: "1" },
    ],
    nodeName: "n",
  });
  assert.equal((result.containers as unknown[])[0], object.containers[0]);
  assert.equal(object.containers[1]?.image, "1");
});

test("strategicMergePatch() replaces atomic lists, deletes by null and merges maps", () => {
  assert.deepEqual(
    patched(
      { tolerations: [{ key: "a" }], nodeSelector: { x: "1", y: "2" }, nodeName: "n" },
      { tolerations: [{ key: "b" }], nodeSelector: { x: null, z: "3" }, nodeName: null },
    ),
    { tolerations: [{ key: "b" }], nodeSelector: { y: "2", z: "3" } },
  );
});

// A new element goes before those that the patch doesn't name: kube-apiserver does so too.
test("strategicMergePatch() obeys $patch in objects and in list elements", () => {
  const containers = [{ name: "a" }, { name: "b" }, { name: "c" }];
  assert.deepEqual(patched({ containers }, { containers: [{ name: "b", $patch: "delete" }, { name: "d" }] }), {
    containers: [{ name: "d" }, { name: "a" }, { name: "c" }],
  });
  assert.deepEqual(patched({ containers }, { containers: [{ $patch: "replace" }, { name: "z" }] }), { containers: [{ name: "z" }] });
  assert.deepEqual(patched({ nodeSelector: { a: "1" } }, { nodeSelector: { $patch: "replace", b: "2" } }), { nodeSelector: { b: "2" } });
  assert.deepEqual(patched({ nodeSelector: { a: "1" } }, { nodeSelector: { $patch: "delete" } }), { nodeSelector: {} });
  assert.deepEqual(patched({}, { nodeSelector: { $patch: "delete" }, containers: [{ name: "x", $patch: "delete" }] }), { containers: [] });
});

test("strategicMergePatch() merges lists of scalars and deletes from them", () => {
  const object = { metadata: { finalizers: ["a", "b", "c"] } };
  assert.deepEqual(patched(object, { metadata: { finalizers: ["c", "d"] } }, deployment), { metadata: { finalizers: ["a", "b", "c", "d"] } });
  assert.deepEqual(patched(object, { metadata: { "$deleteFromPrimitiveList/finalizers": ["b"] } }, deployment), { metadata: { finalizers: ["a", "c"] } });
  assert.deepEqual(
    patched(
      object,
      { metadata: { "$setElementOrder/finalizers": ["d", "c", "a"], "$deleteFromPrimitiveList/finalizers": ["b"], finalizers: ["d"] } },
      deployment,
    ),
    { metadata: { finalizers: ["d", "c", "a"] } },
  );
});

test("strategicMergePatch() puts elements in the order that $setElementOrder gives", () => {
  const object = { containers: [{ name: "server" }, { name: "a" }, { name: "b" }] };
  const order = (...names: string[]): Plain[] => names.map((name) => ({ name }));
  assert.deepEqual(patched(object, { "$setElementOrder/containers": order("b", "new", "a"), containers: [{ name: "new" }] }), {
    containers: order("server", "b", "new", "a"),
  });
  assert.deepEqual(patched(object, { "$setElementOrder/containers": order("b", "a") }), { containers: order("server", "b", "a") });
  assert.throws(() => patched(object, { "$setElementOrder/containers": order("a"), containers: order("new") }), fails(500, /^The order in patch list/));
});

test("strategicMergePatch() clears what $retainKeys doesn't name", () => {
  const object = { volumes: [{ name: "v", emptyDir: { medium: "Memory" } }] };
  assert.deepEqual(patched(object, { volumes: [{ name: "v", $retainKeys: ["name", "secret"], secret: { secretName: "s" } }] }), {
    volumes: [{ name: "v", secret: { secretName: "s" } }],
  });
  assert.throws(() => patched(object, { volumes: [{ name: "v", $retainKeys: ["name"], secret: {} }] }), fails(400));
  assert.throws(() => patched(object, { volumes: [{ name: "v", $retainKeys: "name" }] }), fails(400, /retainKeys/));
});

test("strategicMergePatch() refuses as Kubernetes does", () => {
  const object = { containers: [{ name: "a" }], nodeSelector: {} };
  assert.throws(() => patched(object, { nodeSelector: { $patch: "zap" } }), fails(500, /^unknown patch type: zap in map: map\[\$patch:zap\]$/));
  assert.throws(() => patched(object, { nodeSelector: { $patch: "merge" } }), fails(500));
  assert.throws(() => patched(object, { containers: [{ image: "x" }] }), fails(500, /^map: map\[image:x\] does not contain declared merge key: name$/));
  assert.throws(() => patched(object, { containers: ["x"] }), fails(500, /not identical/));
  assert.throws(() => patched(object, { containers: [null] }), fails(500, /not identical/));
  assert.throws(() => patched({ containers: [[1]] }, { containers: [[2]] }), fails(422));
  assert.throws(() => strategicMergePatch({}, [1], podSpec), fails(400));
});

test("strategicMergePatch() merges 100,000 elements in linear time", () => {
  const containers = Array.from({ length: 100_000 }, (_, i) => ({ name: `c${i}` }));
  const start = performance.now();
  strategicMergePatch({ containers }, { containers: containers.map((c) => ({ ...c, image: "x" })).reverse() }, podSpec);
  assert.ok(performance.now() - start < 5000);
});

test("strategicMergePatch() takes `__proto__` as a key", () => {
  const result = strategicMergePatch({ nodeSelector: {} }, JSON.parse('{"nodeSelector":{"__proto__":"x"}}'), podSpec) as { nodeSelector: object };
  assert.deepEqual(Object.entries(result.nodeSelector), [["__proto__", "x"]]);
});
