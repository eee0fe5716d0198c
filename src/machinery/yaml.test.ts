/** YAML into JSON: what Kubernetes' users write, what it must not become, and what is refused. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { yamlToJson } from "./yaml.ts";

test("yamlToJson() reads scalars as Kubernetes' parser does", () => {
  const { json, strictErrors } = yamlToJson("a: 1\nb: yes\nc: 2020-01-01\ne: 017\ng: ~\nh: 12345678901234567890\nt: 1:30\n1: x\n");
  assert.equal(json, '{"1":"x","a":1,"b":true,"c":"2020-01-01","e":15,"g":null,"h":12345678901234567890,"t":"1:30"}');
  assert.deepEqual(strictErrors, []);
});

test("yamlToJson() names the line of a repeated key, and takes the last value", () => {
  assert.deepEqual(yamlToJson("kind: A\na: 1\nb: 2\na: 3\n"), { json: '{"kind":"A","a":3,"b":2}', strictErrors: ['line 4: key "a" already set in map'] });
});

test("yamlToJson() refuses what isn't YAML, and aliases that unfold without end", () => {
  assert.throws(() => yamlToJson("a: ["), { name: "DecodeError", message: /^error converting YAML to JSON: yaml: line 1: / });
  const bomb = [
    "a: &a [x,x,x,x,x,x,x,x,x]",
    ..."bcdefgh".split("").map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefg"[i]}`).join(",")}]`),
  ].join("\n");
  assert.throws(() => yamlToJson(bomb), { name: "DecodeError", message: /alias/ });
});
