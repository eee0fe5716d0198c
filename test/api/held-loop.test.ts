/** Nothing that users may ask for holds the server's event loop: rules at the limit of their cost, patterns over long texts, definitions with thousands of rules. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { post, unheld } from "../support/held-loop.ts";
import type { RawAnswer } from "../support/https.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const TEXT = "a".repeat(300_000);
const TEXT_SCHEMA = { type: "string", maxLength: 350_000 };
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

let cluster: ControlPlane;
before(async () => {
  cluster = await startControlPlane();
  for (let i = 0; i < 5; i++) await post(cluster, "/api/v1/namespaces/default/configmaps", { metadata: { generateName: "warm-" } });
});
after(() => cluster.close());

async function define(plural: string, spec: object): Promise<(value: unknown) => Promise<RawAnswer>> {
  const names = { plural, kind: `K${plural}` };
  const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object", properties: { spec } } } }];
  const made = await unheld(cluster, DEFINITIONS, { metadata: { name: `${plural}.ex.com` }, spec: { group: "ex.com", scope: "Cluster", names, versions } });
  assert.equal(made.code, 201, made.text.slice(0, 300));
  for (let tries = 0; (await post(cluster, `/apis/ex.com/v1/${plural}`, {})).code === 404; tries++) {
    assert.ok(tries < 1000, "it is not served");
    await sleep(20);
  }
  return (value) => unheld(cluster, `/apis/ex.com/v1/${plural}`, { apiVersion: "ex.com/v1", kind: names.kind, metadata: { name: "a" }, spec: value });
}

test("rules that cost all that they may are evaluated elsewhere, with the same answer", async () => {
  const list = { type: "array", maxItems: 1000, items: { type: "integer" } };
  const rules = numbers(10).map((i) => ({ rule: `self.l.all(a, self.l.all(b, a + b >= -${i}))` }));
  const create = await define("loops", { type: "object", properties: { l: list }, "x-kubernetes-validations": rules });
  const wrong = await create({ l: numbers(700) });
  assert.equal(wrong.code, 422);
  assert.match(wrong.json().message, /no further validation rules will be run due to call cost exceeds limit for rule/);
  assert.equal((await create({ l: numbers(300) })).code, 201);
});

for (const [i, [rule, code]] of (
  [
    ["self.matches('^(a+)+$')", 201],
    ["self.matches('(a|aa)*b')", 422],
    ["self.findAll('a').size() > 0", 201],
    ["self.split('a').size() < 0", 422],
  ] as const
).entries()) {
  test(`a long text under \`${rule}\``, async () => {
    const create = await define(`texts${i}`, { ...TEXT_SCHEMA, "x-kubernetes-validations": [{ rule }] });
    assert.equal((await create(TEXT)).code, code);
  });
}

test("a long text under a pattern of the schema", async () => {
  const create = await define("patterns", { type: "string", pattern: "^(a+)+b?(x|y|z){1,100}$" });
  assert.equal((await create(TEXT)).code, 422);
});

test("a definition of thousands of fields", async () => {
  const property = { type: "string", maxLength: 10 };
  const create = await define("wide", { type: "object", properties: Object.fromEntries(numbers(6_000).map((i) => [`f${i}`, property])) });
  assert.equal((await create({ f7: "abc" })).code, 201);
});

test("a definition with thousands of rules, and an object under them", async () => {
  const property = { type: "string", maxLength: 10, "x-kubernetes-validations": [{ rule: "self.size() < 10" }, { rule: "self.startsWith('a')" }] };
  const properties = Object.fromEntries(numbers(1000).map((i) => [`f${i}`, property]));
  const create = await define("many", { type: "object", properties });
  assert.equal((await create(Object.fromEntries(numbers(1000).map((i) => [`f${i}`, i === 7 ? "b" : "abc"])))).code, 422);
});
