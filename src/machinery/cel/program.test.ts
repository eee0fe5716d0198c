/** Expressions against what Kubernetes' own evaluator gives, in type, value, cost and estimate; and that nothing users write makes ours throw. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { accepts } from "./functions/accepts.ts";
import { functions } from "./functions/index.ts";
import { celEnvironment, compile } from "./program.ts";
import { parseType } from "./types/parse-type.ts";
import { formatType } from "./types/type.ts";
import { jsonValue } from "./values/json.ts";
import { CelError, CelList, CelMap, isError, nameOfType, Opaque, Optional, TypeValue, Uint, type Value } from "./values/value.ts";

interface Row {
  readonly expression: string;
  readonly issues?: string;
  readonly type?: string;
  readonly value?: string;
  readonly error?: string;
  readonly cost?: number;
  readonly most?: number;
}

/** Recorded from cel-go with Kubernetes' libraries, apiserver v0.37.2. */
const ROWS: readonly Row[] = JSON.parse(readFileSync(new URL("./expressions.golden.json", import.meta.url), "utf8"));
const VARIABLES: Readonly<Record<string, { type: string; value: unknown }>> = {
  x: { type: "dyn", value: { a: { b: 1, c: [1, "two", 3.5, null, true], "d-e": "x" }, n: null, k: "c", namespace: "ns" } },
  self: { type: "map(string, list(string))", value: { a: ["b", "c"], d: [] } },
  l: { type: "list(int)", value: [1, 2, 3] },
  s: { type: "string", value: "héllo wörld" },
  m: { type: "map(string, int)", value: { one: 1, two: 2 } },
};
const environment = celEnvironment(new Map(Object.entries(VARIABLES).map(([name, { type }]) => [name, parseType(type)])));
const lookup = (name: string) => jsonValue(VARIABLES[name]?.value);

function json(value: Value): unknown {
  if (value instanceof CelList) return Array.from(value, json);
  if (value instanceof CelMap)
    return Object.fromEntries(Array.from(value.keys(), (key) => [key instanceof Uint ? key.value : key, json(value.find(key) ?? null)]).sort());
  if (typeof value === "bigint") return Number(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}

/** As the recording shows values. */
function shown(value: Value): string {
  if (value instanceof TypeValue) return `type:${value.name}`;
  for (const overload of functions.get("string") ?? []) {
    const text = accepts(overload.args[0]!, value) ? overload.call(value) : undefined;
    if (typeof text === "string") return `${nameOfType(value)}:${text}`;
  }
  if (value instanceof Optional) return value.value === undefined ? "optional_type" : `optional_type:${JSON.stringify(json(value.value))}`;
  return value instanceof Opaque ? value.type.name : `${nameOfType(value)}:${JSON.stringify(json(value))}`;
}

function run(expression: string): Row {
  const compiled = compile(expression, environment);
  if ("issues" in compiled) return { expression, issues: `${compiled.stage === "instantiation" ? "program: " : ""}${compiled.text}` };
  const { program } = compiled;
  const { value, cost } = program.evaluate(lookup);
  const most = program.estimate((path) => (path[0] === "self" ? { min: 0, max: 100 } : undefined));
  return { expression, type: formatType(program.type), ...(isError(value) ? { error: value.message } : { value: shown(value) }), cost, most };
}

test("expressions are what they are in Kubernetes", () => {
  assert.ok(ROWS.length > 500);
  for (const row of ROWS)
    assert.deepEqual(run(row.expression), row.most === undefined ? row : { ...row, most: row.most === 18446744073709552000 ? 2 ** 64 : row.most });
});

test("a variable may hold null", () => {
  const compiled = compile("x == null", environment);
  assert.ok("program" in compiled);
  assert.equal(compiled.program.evaluate(() => null).value, true);
});

test("an evaluation ends when it has cost what it may", () => {
  const compiled = compile("lists.range(1000).all(i, lists.range(1000).all(j, i + j >= 0))", environment);
  assert.ok("program" in compiled);
  const { value, cost } = compiled.program.evaluate(lookup, 50_000);
  assert.ok(value instanceof CelError);
  assert.equal(value.message, "operation cancelled: actual cost limit exceeded");
  assert.ok(cost < 60_000, `${cost}`);
});

test("a chain of macros takes no longer to compile than it is long", () => {
  const chain = `optional.of(1)${".optMap(v, v + 1)".repeat(60)}.value()`;
  const began = performance.now();
  const compiled = compile(chain, environment);
  assert.ok("program" in compiled);
  assert.ok(compiled.program.estimate(() => undefined) > 0);
  assert.ok(performance.now() - began < 1000);
});

test("no text and no value makes compiling or evaluating throw", () => {
  const parts = ROWS.flatMap(({ expression }) => expression.match(/\w+|\s+|[^\w\s]/g) ?? []);
  const source = fc.array(fc.constantFrom(...parts), { maxLength: 30 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(
      fc.oneof(source, fc.string({ maxLength: 40 }), fc.constantFrom(...ROWS.map(({ expression }) => expression))),
      fc.jsonValue(),
      (expression, value) => {
        const compiled = compile(expression, environment);
        if ("issues" in compiled) assert.ok(compiled.text !== "");
        else compiled.program.evaluate((name) => (name === "x" ? jsonValue(value) : lookup(name)), 10_000);
      },
    ),
    { numRuns: 3000 },
  );
});
