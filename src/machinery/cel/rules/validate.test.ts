/** Rules of custom resources: what they see, when they run, what they say, and which schemas may have them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ruleErrors, ruleFormErrors } from "./check-schema.ts";
import type { RuleSchema } from "./schema.ts";
import { validateRules } from "./validate.ts";

const text = (maxLength: number): RuleSchema => ({ type: "string", maxLength });
const object = (properties: Record<string, RuleSchema>, ...rules: NonNullable<RuleSchema["x-kubernetes-validations"]>): RuleSchema => ({
  type: "object",
  properties,
  "x-kubernetes-validations": rules,
});
const said = (schema: RuleSchema, value: unknown, old?: unknown) => validateRules(schema, value, old).map(({ field, message }) => `${field}: ${message}`);

test("a rule sees the fields that its schema describes, under names that it can write", () => {
  const schema = object({
    spec: object(
      { "a-b": { type: "integer" }, namespace: { type: "string" } },
      { rule: "self.a__dash__b > 1 && self.__namespace__ == 'x'" },
      { rule: "self.namespace != ''" },
    ),
  });
  assert.deepEqual(said(schema, { spec: { "a-b": 2, namespace: "x" } }), []);
  assert.deepEqual(said(schema, { spec: { "a-b": 1, namespace: "x" } }), [
    "spec: Invalid value: failed rule: self.a__dash__b > 1 && self.__namespace__ == 'x'",
  ]);
});

test("whatever the schema says of metadata, a rule of a resource sees its name", () => {
  const schema = object({ metadata: { type: "object" } }, { rule: "self.metadata.name.startsWith('a')", message: "names begin with a" });
  assert.deepEqual(said(schema, { metadata: { name: "b" } }), [": Invalid value: names begin with a"]);
});

test("formats become types, and int-or-string either", () => {
  const schema = object(
    {
      at: { type: "string", format: "date-time" },
      every: { type: "string", format: "duration" },
      ratio: { type: "number" },
      port: { "x-kubernetes-int-or-string": true },
    },
    { rule: "self.at > timestamp('2020-01-01T00:00:00Z')" },
    { rule: "self.every < duration('1h')" },
    { rule: "self.ratio == 2.0" },
    { rule: "type(self.port) == int ? self.port < 10 : self.port == 'http'" },
  );
  assert.deepEqual(said(schema, { at: "2021-01-01T00:00:00Z", every: "5m", ratio: 2, port: "http" }), []);
  assert.equal(said(schema, { at: "2019-01-01T00:00:00Z", every: "2h", ratio: 3, port: 11 }).length, 4);
});

test("a rule about a change runs only where something stood there before", () => {
  const schema = object({ size: { type: "integer", "x-kubernetes-validations": [{ rule: "self >= oldSelf", message: "may not shrink" }] } });
  assert.deepEqual(said(schema, { size: 1 }), []);
  assert.deepEqual(said(schema, { size: 1 }, { size: 2 }), ["size: Invalid value: 1: may not shrink"]);
  const always = object({
    size: { type: "integer", "x-kubernetes-validations": [{ rule: "oldSelf.optMap(o, self >= o).orValue(self == 1)", optionalOldSelf: true, message: "no" }] },
  });
  assert.deepEqual([said(always, { size: 1 }), said(always, { size: 2 }), said(always, { size: 2 }, { size: 1 })], [[], ["size: Invalid value: 2: no"], []]);
});

test("items of a list that is a map are compared with those of the same key", () => {
  const item = object({ name: text(10), size: { type: "integer" } }, { rule: "self.size >= oldSelf.size" });
  const schema = object({ list: { type: "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], items: item } });
  const old = {
    list: [
      { name: "a", size: 1 },
      { name: "b", size: 5 },
    ],
  };
  assert.deepEqual(
    said(
      schema,
      {
        list: [
          { name: "b", size: 4 },
          { name: "c", size: 0 },
          { name: "a", size: 1 },
        ],
      },
      old,
    ),
    ["list[0]: Invalid value: failed rule: self.size >= oldSelf.size"],
  );
});

test("a rule says why in its own words, at the field and for the reason that it names", () => {
  const schema = object({
    spec: object(
      { name: text(10), size: { type: "integer" } },
      { rule: "self.size < 5", messageExpression: "'size is ' + string(self.size)", reason: "FieldValueForbidden", fieldPath: ".size" },
    ),
  });
  assert.deepEqual(validateRules(schema, { spec: { size: 7 } }, undefined), [
    { type: "FieldValueForbidden", field: "spec.size", message: "Forbidden: size is 7" },
  ]);
  const bad = object({ size: { type: "integer" } }, { rule: "self.size < 5", message: "too large", messageExpression: "string(self.size / 0)" });
  assert.deepEqual(said(bad, { size: 7 }), [": Invalid value: too large"]);
});

test("an error that was there before and whose value didn't change is a warning", () => {
  const schema = object({ a: { type: "integer", "x-kubernetes-validations": [{ rule: "self > 5" }] } });
  const warnings: string[] = [];
  const correlation = { unchanged: false, member: () => ({ unchanged: true, member: () => undefined, item: () => undefined }), item: () => undefined };
  assert.deepEqual(validateRules(schema, { a: 1 }, { a: 1 }, { correlation, warn: (message) => warnings.push(message) }), []);
  assert.deepEqual(warnings, ["a: Invalid value: 1: failed rule: self > 5"]);
});

test("errors while a rule runs are told, and no rule runs beyond the budget", () => {
  const schema = object({ a: { type: "integer" }, l: { type: "array", items: { type: "integer" } } }, { rule: "1 / self.a == 1" });
  assert.deepEqual(said(schema, { a: 0 }), [': Invalid value: "object": division by zero evaluating rule: 1 / self.a == 1']);
  const dear = object({ l: { type: "array", items: { type: "integer" } } }, { rule: "self.l.all(i, self.l.all(j, i + j > 0))" }, { rule: "false" });
  const value = { l: Array.from({ length: 600 }, (_, i) => i + 1) };
  assert.match(
    said(dear, value)[0]!,
    /operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit/,
  );
  assert.equal(said(dear, value).length, 1);
  assert.match(validateRules(dear, { l: [1, 2, 3] }, undefined, { budget: 10 })[0]!.message, /running out of cost budget/);
});

test("sets are equal in any order, and a merge of lists that are maps keeps places", () => {
  const set: RuleSchema = { type: "array", "x-kubernetes-list-type": "set", items: text(5) };
  const schema = object({ a: set, b: set }, { rule: "self.a == self.b && (self.a + self.b).size() == self.a.size()" });
  assert.deepEqual([said(schema, { a: ["x", "y"], b: ["y", "x"] }), said(schema, { a: ["x"], b: ["y"] }).length], [[], 1]);
});

const found = (schema: RuleSchema) => ruleErrors(schema, "s").map(({ field, message }) => `${field}: ${message.split("\n")[0]}`);

test("a schema's rules are compiled when it is written", () => {
  assert.deepEqual(found(object({ a: { type: "integer" } }, { rule: "self.b == 1" }, { rule: "self.a" }))[0]?.includes("undefined field 'b'"), true);
  const unchecked = ruleErrors(object({ a: { type: "integer" } }, { rule: "self.a" }), "s");
  assert.match(unchecked[0]!.message, /cel expression must evaluate to a bool$/);
  assert.deepEqual(
    ruleFormErrors(object({}, { rule: " " }, { rule: "true", message: " " }, { rule: "true\n", fieldPath: ".x" }), "s").map(
      ({ type, field }) => `${type} ${field}`,
    ),
    [
      "FieldValueRequired s.x-kubernetes-validations[0].rule",
      "FieldValueInvalid s.x-kubernetes-validations[1].message",
      "FieldValueInvalid s.x-kubernetes-validations[2].fieldPath",
    ],
  );
});

test("a rule that may cost too much isn't accepted: sizes must be bounded", () => {
  const list = (maxItems?: number, maxLength?: number): RuleSchema => ({
    type: "array",
    ...(maxItems && { maxItems }),
    items: { type: "string", ...(maxLength && { maxLength }) },
  });
  const rule = { rule: "self.l.all(a, self.l.all(b, a == b))" };
  assert.match(
    found(object({ l: list() }, rule))[0]!,
    /^s\.x-kubernetes-validations\[0\]\.rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x/,
  );
  assert.deepEqual(found(object({ l: list(10, 10) }, rule)), []);
  const inner: RuleSchema = { type: "array", maxItems: 100, items: object({ x: text(1000) }, { rule: "self.x.contains('abc')" }) };
  assert.deepEqual(found({ type: "object", properties: { l: inner } }), []);
  assert.deepEqual(found({ type: "object", properties: { l: { ...inner, maxItems: undefined } } }).length > 0, true);
});

test("a change of what has no past can't be judged", () => {
  const schema: RuleSchema = {
    type: "object",
    properties: { l: { type: "array", maxItems: 3, items: { type: "integer", "x-kubernetes-validations": [{ rule: "self >= oldSelf" }] } } },
  };
  assert.deepEqual(found(schema), [
    's.properties[l].items.x-kubernetes-validations[0].rule: Invalid value: "self >= oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within s.properties[l]',
  ]);
});
