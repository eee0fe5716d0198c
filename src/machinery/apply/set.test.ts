/** Field sets: each operation against a model of plain path lists, and FieldsV1 as kube-apiserver writes it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { sortElements } from "./element.ts";
import { difference, type FieldSet, has, intersection, LEAF, matching, parseSet, pathsOf, patternOf, recursiveDifference, shownPath, union } from "./set.ts";

const element = fc.constantFrom("f:a", "f:b", "f:c", 'k:{"name":"x"}', 'k:{"name":"y"}', "v:1", 'v:"s"');
const path = fc.array(element, { minLength: 1, maxLength: 4 });
const paths = fc.array(path, { maxLength: 12 });

function setOf(list: readonly string[][]): FieldSet {
  let set: FieldSet = {};
  for (const one of list)
    set = union(
      set,
      one.reduceRight((below: FieldSet, element) => ({ [element]: below }), LEAF),
    );
  return set;
}
const text = (one: readonly string[]): string => one.join("/");
const model = (list: readonly string[][]): Set<string> => new Set(list.map(text));
const shown = (set: FieldSet): string[] => pathsOf(set).map(text).sort();

test("set operations agree with sets of paths", () => {
  fc.assert(
    fc.property(paths, paths, (left, right) => {
      const [a, b] = [setOf(left), setOf(right)];
      const [A, B] = [model(left), model(right)];
      assert.deepEqual(shown(a), [...A].sort());
      assert.deepEqual(shown(union(a, b)), [...A.union(B)].sort());
      assert.deepEqual(shown(intersection(a, b)), [...A.intersection(B)].sort());
      assert.deepEqual(shown(difference(a, b)), [...A.difference(B)].sort());
      assert.deepEqual(shown(recursiveDifference(a, b)), [...A].filter((one) => ![...B].some((gone) => one === gone || one.startsWith(`${gone}/`))).sort());
      for (const one of left) assert.ok(has(a, one));
      for (const one of right) assert.equal(has(a, one), A.has(text(one)));
    }),
  );
});

test("sets are canonical: the same members make the same JSON, and reading it back changes nothing", () => {
  fc.assert(
    fc.property(paths, paths, (left, right) => {
      const set = union(setOf(left), setOf(right));
      const json = JSON.stringify(set);
      assert.equal(JSON.stringify(setOf([...right, ...left].reverse())), json);
      assert.equal(JSON.stringify(parseSet(JSON.parse(json))), json);
      assert.equal(union(set, setOf(left)), set);
      assert.equal(difference(set, {}), set);
    }),
  );
});

test("parseSet() makes elements canonical and refuses what is none", () => {
  const set = parseSet({ "f:z": {}, 'k:{"protocol":"TCP", "port": 80}': { ".": {}, "f:port": {} }, "f:a": { ".": {} }, 'v: "x"': {}, "i:01": {} });
  assert.equal(JSON.stringify(set), '{"f:a":{},"f:z":{},"k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:port":{}},"v:\\"x\\"":{},"i:1":{}}');
  for (const bad of [1, [], "x", { a: {} }, { "f:a": 1 }, { "k:{": {} }, { "k:[]": {} }, { "i:x": {} }, { "x:y": {} }])
    assert.throws(() => parseSet(bad), JSON.stringify(bad));
});

test("paths are shown as kubectl shows them", () => {
  const list = pathsOf(
    parseSet({
      "f:spec": { "f:containers": { 'k:{"name":"a"}': { "f:image": {} } }, "f:finalizers": { 'v:"x/y"': {} } },
      "f:ports": { 'k:{"port":80,"protocol":"TCP"}': {} },
    }),
  );
  assert.deepEqual(list.map(shownPath), ['.ports[port=80,protocol="TCP"]', '.spec.containers[name="a"].image', '.spec.finalizers[="x/y"]']);
});

test("matching() keeps what a pattern names, and the members on the way there", () => {
  const set = parseSet({
    "f:metadata": { "f:labels": {} },
    "f:spec": { "f:containers": { 'k:{"name":"a"}': { ".": {}, "f:image": {}, "f:resources": { "f:limits": {} } }, 'k:{"name":"b"}': { "f:image": {} } } },
  });
  const pattern = patternOf(["spec.containers.*.resources", "spec.initContainers.*.resources"]);
  assert.deepEqual(matching(set, pattern), { "f:spec": { "f:containers": { 'k:{"name":"a"}': { ".": {}, "f:resources": { "f:limits": {} } } } } });
});

test("elements sort by what they hold, few or many", () => {
  const order = [
    "f:a",
    "f:b",
    'k:{"name":"a"}',
    'k:{"name":"b\\"c"}',
    'k:{"name":"bc"}',
    'k:{"port":80,"protocol":"TCP"}',
    'k:{"port":443,"protocol":"TCP"}',
    "v:2",
    "v:10",
    'v:"a"',
    "v:false",
    "v:true",
    "i:2",
    "i:10",
  ];
  assert.deepEqual(sortElements(order.toReversed()), order);
  const many = [...order, ...Array.from({ length: 50 }, (_, i) => `i:${100 + i}`)];
  assert.deepEqual(sortElements(many.toReversed()), many);
});

test("sorting the set of a long list costs little more an item than that of a short one", () => {
  const costOf = (count: number): number => {
    const elements = Array.from({ length: count }, (_, i) => `v:"x.io/${(i * 7919) % count}"`);
    return Math.min(...[1, 2, 3].map(() => cpuMs(() => sortElements([...elements]))));
  };
  costOf(5_000);
  const [short, long] = [costOf(5_000), costOf(100_000)];
  assert.ok(
    long < 150 * short,
    `twenty times as many take ${Math.round(long)} ms instead of ${Math.round(short)} ms: were it the square, it would be 400 times`,
  );
});
