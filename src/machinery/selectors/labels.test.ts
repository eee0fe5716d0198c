/** Label selectors: what parses to what, what matches, and refusals in Kubernetes' words as kube-apiserver gives them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { everything, labelSelector, labelsSelector, nothing, parseLabelSelector } from "./labels.ts";

const CANONICAL: readonly [query: string, canonical: string][] = [
  ["", ""],
  ["a=b", "a=b"],
  [" z == 1 , a != x ", "a!=x,z==1"],
  ["x in (b,a,,b)", "x in (,a,b)"],
  ["x notin ()", "x notin ()"],
  ["x in (,)", "x in ()"],
  ["x in (a,)", "x in (,a)"],
  ["!x,y", "!x,y"],
  ["n>5,m<3", "m<3,n>5"],
  ["a=", "a="],
  ["in in (in),notin", "in in (in),notin"],
  ["example.com/a.b_c-d=V_1.x", "example.com/a.b_c-d=V_1.x"],
];

test("parseLabelSelector() reads each form and writes it canonically", () => {
  for (const [query, canonical] of CANONICAL) assert.equal(parseLabelSelector(query).toString(), canonical, query);
});

const KEY_HELP =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const REFUSED: readonly [query: string, message: string][] = [
  ["c in (x y)", "unable to parse requirement: found 'y', expected: ',' or ')'"],
  ["a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  [
    "a/b/c=1",
    `unable to parse requirement: <nil>: Invalid value: "a/b/c": a valid label key ${KEY_HELP} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
  ],
  ["!", "unable to parse requirement: found '', expected: identifier"],
  ["z>x", `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`],
  ["a===b", "unable to parse requirement: found '=', expected: identifier"],
  ["a!b", "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"],
  ["a=b c", "found 'c', expected: ',' or 'end of string'"],
  ["(a)", "found '(', expected: !, identifier, or 'end of string'"],
  [",", "found ',', expected: !, identifier, or 'end of string'"],
  ["a=b,", "found '', expected: identifier after ','"],
  ["x in a", "unable to parse requirement: found 'a' expected: '('"],
];

test("parseLabelSelector() refuses in Kubernetes' words", () => {
  for (const [query, message] of REFUSED) assert.throws(() => parseLabelSelector(query), { message }, query);
  assert.throws(() => parseLabelSelector("a=@"), /^Error: unable to parse requirement: values\[0\]\[a\]: Invalid value: "@": a valid label must be/);
});

test("a label selector matches by its requirements", () => {
  const labels = { a: "1", b: "x", constructor: "y" };
  for (const query of ["a=1", "a in (1,2)", "a!=2", "c!=2", "c notin (1)", "!c", "b", "a>0,a<2", ""])
    assert.ok(parseLabelSelector(query).matches(labels), query);
  for (const query of ["a=2", "a in (2)", "a!=1", "a notin (1)", "c", "!a", "c=1", "b>0", "c<3", "toString", "a=1,b=1"])
    assert.ok(!parseLabelSelector(query).matches(labels), query);
  assert.ok(parseLabelSelector("!toString").matches(undefined));
});

test("labelSelector() turns objects into selectors: none selects nothing, an empty one everything", () => {
  assert.equal(labelSelector(undefined), nothing);
  assert.equal(nothing.matches({}), false);
  assert.equal(labelSelector({}), everything);
  const selector = labelSelector({
    matchLabels: { b: "1" },
    matchExpressions: [
      { key: "a", operator: "In", values: ["y", "x"] },
      { key: "c", operator: "DoesNotExist" },
    ],
  });
  assert.equal(selector.toString(), "a in (x,y),b=1,!c");
  assert.equal(selector.exact("b"), "1");
  assert.equal(selector.exact("a"), undefined);
  assert.throws(() => labelSelector({ matchExpressions: [{ key: "a", operator: "Like" }] }), { message: '"Like" is not a valid label selector operator' });
  assert.equal(labelsSelector({ z: "1", a: "2" }).toString(), "a=2,z=1");
});
