/** Pruning, defaults, nulls, list types, embedded resources: each changes or refuses exactly what the schema says. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Plain } from "../plain.ts";
import { copyJson, dropNulls, setDefaults } from "./defaults.ts";
import { findField } from "./field-path.ts";
import { effectiveFormat, hasFormat } from "./formats.ts";
import { listTypeErrors } from "./list-types.ts";
import { prune } from "./prune.ts";
import type { SchemaProps } from "./schema-props.ts";
import { NotStructuralError, structuralOf } from "./structural.ts";
import { structuralErrors } from "./structural-errors.ts";

const props: SchemaProps = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        color: { type: "string", default: "red" },
        note: { type: "string", nullable: true, default: "n" },
        deep: { type: "object", default: {}, properties: { level: { type: "integer", default: 3 } } },
        free: {
          type: "object",
          "x-kubernetes-preserve-unknown-fields": true,
          properties: { known: { type: "object", properties: { a: { type: "string" } } } },
        },
        map: { type: "object", additionalProperties: { type: "object", properties: { a: { type: "string" } } } },
        list: { type: "array", items: { type: "object", properties: { a: { type: "string" } } } },
      },
    },
  },
};
const schema = structuralOf(props);
const object = (spec: object): Plain => copyJson({ apiVersion: "v", kind: "k", metadata: { name: "n", odd: 1 }, spec }) as Plain;

test("what no schema knows is taken out, and told sorted", () => {
  const value = object({ z: 1, a: 1, free: { any: { b: 1 }, known: { a: "x", c: 1 } }, map: { m: { a: "x", d: 1 } }, list: [{ a: "x", e: 1 }] });
  assert.deepEqual(prune(Object.assign(value, { other: 1 }), schema), ["other", "spec.a", "spec.free.known.c", "spec.list[0].e", "spec.map.m.d", "spec.z"]);
  assert.deepEqual(JSON.parse(JSON.stringify(value)), {
    apiVersion: "v",
    kind: "k",
    metadata: { name: "n", odd: 1 },
    spec: { free: { any: { b: 1 }, known: { a: "x" } }, map: { m: { a: "x" } }, list: [{ a: "x" }] },
  });
});

test("defaults fill what is missing, and nulls that may be none", () => {
  const value = object({ color: null, note: null, list: null, deep: {} });
  dropNulls(value, schema);
  setDefaults(value, schema);
  assert.deepEqual(JSON.parse(JSON.stringify(value.spec)), { color: "red", note: null, deep: { level: 3 } });
});

test("pruning and defaulting twice changes nothing more", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom("color", "note", "deep", "free", "map", "list", "x", "__proto__"), fc.jsonValue()), (spec) => {
      const value = object(spec);
      const step = (): string => {
        prune(value, schema);
        dropNulls(value, schema);
        setDefaults(value, schema);
        return JSON.stringify(value);
      };
      assert.equal(step(), step());
    }),
  );
});

test("items that are told apart come once", () => {
  const set = structuralOf({ type: "object", properties: { s: { type: "array", items: {}, "x-kubernetes-list-type": "set" } } });
  const fields = (value: object): string[] => listTypeErrors("", set, value).map(({ field, message }) => `${field} ${message}`);
  assert.deepEqual(fields({ s: [1, "1", 1, 1, { a: 1, b: 2 }, { b: 2, a: 1 }] }), ["s[2] Duplicate value: 1", 's[5] Duplicate value: {"b":2,"a":1}']);
  const map = structuralOf({
    type: "object",
    properties: { m: { type: "array", items: { type: "object" }, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k", "l"] } },
  });
  assert.deepEqual(
    listTypeErrors("", map, { m: [{ k: 1 }, { k: 1, l: 2 }, { k: 1, v: 3 }] }).map(({ field, message }) => `${field} ${message}`),
    ['m[2] Duplicate value: {"k":1}'],
  );
});

test("a schema that declares inside of junctors isn't structural", () => {
  const fields = (one: SchemaProps): string[] => structuralErrors("s", structuralOf(one)).map(({ type, field }) => `${type} ${field}`);
  assert.deepEqual(fields({ properties: { a: {} } }), ["FieldValueRequired s.properties[a].type", "FieldValueRequired s.type"]);
  assert.deepEqual(fields({ type: "object", anyOf: [{ type: "object", properties: { b: { minLength: 1 } } }] }), [
    "FieldValueForbidden s.anyOf[0].type",
    "FieldValueRequired s.properties[b]",
  ]);
  assert.deepEqual(fields({ type: "object", properties: { p: { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] } } }), []);
  assert.deepEqual(fields({ type: "object", properties: { p: { type: "string", pattern: "(" } } }), ["FieldValueInvalid s.properties[p].pattern"]);
  assert.throws(() => structuralOf({ type: "object", properties: { a: { $ref: "#/x" } } }), NotStructuralError);
});

test("paths lead to members and to nothing else", () => {
  const path = (text: string): string => {
    const found = findField(text, schema);
    return typeof found === "string" ? found : found.path;
  };
  assert.deepEqual([".spec.color", ".spec.map.x.a", ".spec.nope", "spec", ".spec.list[0]", ".spec."].map(path), [
    "spec.color",
    "spec.map[x].a",
    "does not refer to a valid field",
    "expected [ or . but got: spec",
    "array notation is not allowed",
    "unexpected end of JSON path",
  ]);
});

test("formats of strings", () => {
  const good: Record<string, readonly string[]> = {
    "date-time": ["2014-12-15T19:30:20.000Z", "2014-12-15t19:30:20+02:00"],
    date: ["2024-02-29"],
    duration: ["22 ns", "1h30m", "3 days", "-1.5h"],
    uri: ["/x", "http://a/b?c", "mailto:a"],
    email: ["a@b.c", "A B <a@b.c>"],
    ipv4: ["10.0.0.1", "010.0.0.1"],
    ipv6: ["::1"],
    cidr: ["10.0.0.0/8", "::/0"],
    mac: ["01:23:45:67:89:ab"],
    uuid4: ["f47ac10b-58cc-4372-a567-0e02b2c3d479"],
    isbn: ["0321751043", "978-0321751041"],
    creditcard: ["4111-1111-1111-1111"],
    byte: ["aGk="],
    hostname: ["example.com", "a"],
    "k8s-short-name": ["a-b"],
    "k8s-long-name": ["a.b-c"],
    hexcolor: ["#FFFFFF"],
    rgbcolor: ["rgb(255,255,255)"],
    ssn: ["111-22-3333"],
  };
  for (const [format, texts] of Object.entries(good)) for (const text of texts) assert.equal(hasFormat(format, text), true, `${format} ${text}`);
  const bad: Record<string, readonly string[]> = {
    "date-time": ["2014-12-15", "2014-13-15T19:30:20Z", "2014-12-15T25:30:20Z"],
    date: ["2023-02-29", "20230201"],
    duration: ["soon", ""],
    uri: ["x y", ""],
    email: ["a", "@b"],
    ipv4: ["10.0.0", "::1"],
    ipv6: ["10.0.0.1"],
    cidr: ["10.0.0.0/33", "10.0.0.0"],
    uuid4: ["f47ac10b-58cc-1372-a567-0e02b2c3d479"],
    isbn: ["0321751044"],
    byte: ["a", "aGk"],
    hostname: ["-a", "a..b"],
    "k8s-short-name": ["A", "a."],
  };
  for (const [format, texts] of Object.entries(bad)) for (const text of texts) assert.equal(hasFormat(format, text), false, `${format} ${text}`);
  assert.deepEqual([effectiveFormat({ type: "integer", format: "date" }), effectiveFormat({ type: "string", format: "odd" })], ["", ""]);
});
