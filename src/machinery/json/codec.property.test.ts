/** Properties of the codecs over generated objects and over damaged bytes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { thing } from "../../../test/support/thing.ts";
import { decodeProtobuf, encodeProtobuf } from "../protobuf/envelope.ts";
import type { Scalar, Schema, StructSchema } from "../schema/schema.ts";
import { yamlToJson } from "../yaml/to-json.ts";
import { requestBudget } from "./budget.ts";
import { decode } from "./decode.ts";
import { DecodeError } from "./decode-error.ts";
import { parseDocument, parseJson } from "./document.ts";
import { encode } from "./encode.ts";
import { decodeExactly } from "./exact.ts";
import { fastDecoder, newWalk } from "./fast.ts";
import { encodeWithHole, fillHole } from "./hole.ts";
import { scanJson } from "./scan.ts";

const RUNS = { numRuns: 400 };
const key = fc.oneof(fc.string({ unit: "grapheme", maxLength: 8 }), fc.constantFrom("__proto__", "constructor", "toString", "<&>", "\u2028"));
const int64 = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
);
const time = fc.integer({ min: -2_000_000_000, max: 4_000_000_000 }).map((seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`);
const raw = fc.jsonValue({ maxDepth: 2, noUnicodeString: false }).filter((value) => value !== null);

const scalars: Readonly<Record<Scalar, fc.Arbitrary<unknown>>> = {
  string: fc.string({ unit: "grapheme", maxLength: 12 }),
  bool: fc.boolean(),
  int32: fc.integer(),
  int64,
  float64: fc.double({ noNaN: true, noDefaultInfinity: true }),
  bytes: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString("base64")),
  quantity: fc.constantFrom("0", "1", "500m", "1Gi", "1536Mi", "100k", "5E", "1e3"),
  intOrString: fc.oneof(fc.integer(), fc.string({ maxLength: 5 })),
  time,
  microTime: time.map((text) => text.replace("Z", ".000120Z")),
  duration: fc.constantFrom("0s", "1h30m0s", "1.5s", "250ms"),
  raw,
  fieldsV1: raw,
};

/** Objects in the form of our data. */
function data(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case "scalar":
      return scalars[schema.scalar];
    case "list":
      return fc.array(data(schema.items, depth + 1), { maxLength: 3 });
    case "map":
      return fc.dictionary(key, data(schema.values, depth + 1), { maxKeys: 3 });
    case "struct":
      return structData(schema, depth);
  }
}

function structData(schema: StructSchema, depth: number): fc.Arbitrary<object> {
  const fields = depth > 4 ? [] : schema.fields;
  return fc.record(Object.fromEntries(fields.map((field) => [field.name, data(field.schema, depth + 1)])), { requiredKeys: [] });
}

const things = structData(thing, 0);

/** The members in a random order, as a client may send them. */
function shuffled(text: string, seed: number): string {
  let state = seed;
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([name, member]): [number, string, unknown] => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return [state, name, name === "raw" ? member : walk(member)]; // A raw value keeps its order.
    });
    return Object.fromEntries(entries.toSorted(([a], [b]) => a - b).map(([, name, member]) => [name, member]));
  };
  return JSON.stringify(walk(JSON.parse(text)));
}

test("what is encoded decodes to what encodes the same, whatever the members' order", () => {
  fc.assert(
    fc.property(things, fc.integer(), (object, seed) => {
      const json = encode(object, thing);
      const { value, strictErrors } = decode<object>(json, thing);
      assert.deepEqual(strictErrors, []);
      assert.equal(encode(value, thing), json);
      if (!/\d{16}/.test(json)) assert.equal(encode(decode(shuffled(json, seed), thing).value, thing), json);
    }),
    RUNS,
  );
});

test("the fast decoder is the exact decoder, where it doesn't give up", () => {
  let taken = 0;
  fc.assert(
    fc.property(things, (object) => {
      const json = encode(object, thing);
      const walk = newWalk();
      const fast = fastDecoder(thing)(JSON.parse(json), walk);
      if (!walk.ok || scanJson(Buffer.from(json), requestBudget).exact) return;
      taken++;
      assert.deepEqual(fast, decodeExactly(parseDocument(json), thing).value);
    }),
    RUNS,
  );
  assert(taken > RUNS.numRuns / 20, `${taken} of the runs compared anything`);
});

test("protobuf says what JSON says", () => {
  fc.assert(
    fc.property(things, (object) => {
      const bytes = encodeProtobuf(object, thing);
      const back = decodeProtobuf<object>(bytes, thing);
      assert.equal(encodeProtobuf(back, thing).toString("hex"), bytes.toString("hex"));
      assert.equal(encode(back, thing), encode(withoutEmpty(object), thing));
    }),
    RUNS,
  );
});

test("a filled hole is the object with its resourceVersion", () => {
  fc.assert(
    fc.property(things, fc.nat(), (object, version) => {
      const { metadata } = object as { metadata?: object };
      const filled = fillHole(Buffer.from(encodeWithHole(object, thing)), version).toString();
      assert.equal(filled, encode({ ...object, metadata: { ...metadata, resourceVersion: String(version) } }, thing));
    }),
    RUNS,
  );
});

test("damaged bytes are refused or read, never anything else", () => {
  const damage = fc.array(fc.record({ at: fc.nat(), byte: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from('{}[]",:\\0-.e'))) }), {
    minLength: 1,
    maxLength: 6,
  });
  const attempt = (read: () => unknown): void => {
    try {
      read();
    } catch (error) {
      assert(error instanceof DecodeError, String(error));
    }
  };
  fc.assert(
    fc.property(things, damage, (object, changes) => {
      for (const bytes of [Buffer.from(encode(object, thing)), encodeProtobuf(object, thing)]) {
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
        attempt(() => decode(bytes, thing));
        attempt(() => decodeProtobuf(bytes, thing));
        attempt(() => parseJson(bytes));
        attempt(() => yamlToJson(bytes.toString()));
      }
    }),
    RUNS,
  );
});

test("a document within the budget is read in time", () => {
  const worst = [
    `{"spec":{"command":[${'"a",'.repeat(requestBudget.maxMembers - 10)}"a"]}}`,
    `{"metadata":{"labels":{${Array.from({ length: requestBudget.maxMembers - 10 }, (_, i) => `"k${i}":"v"`).join(",")}}}}`,
    `{"spec":{"raw":[${"1.5,".repeat(requestBudget.maxMembers - 10)}1]}}`,
    `{"spec":{"raw":{${Array.from({ length: requestBudget.maxMembers - 10 }, (_, i) => `"k${i}":1`).join(",")}}}}`,
    `{"kind":"${"\\u00e9".repeat(500_000)}"}`,
  ];
  for (const text of worst) {
    const took = cpuMs(() => decode(text, thing));
    assert(took < 500, `${text.slice(0, 40)}: ${took} ms`); // Ten times what it takes, as caches are cold on a busy machine.
  }
});

/** What protobuf can't say: lists and maps without items are nil. */
function withoutEmpty(value: unknown, schema: Schema = thing): unknown {
  if (schema.type === "list") return (value as unknown[]).map((item) => withoutEmpty(item, schema.items));
  if (schema.type === "map") return copy(value as object, () => schema.values);
  return schema.type === "struct" ? copy(value as object, (name) => schema.byName.get(name)?.schema) : value;
}

function copy(object: object, schemaFor: (name: string) => Schema | undefined): object {
  const result: Record<string, unknown> = Object.create(null);
  for (const [name, member] of Object.entries(object)) {
    const schema = schemaFor(name);
    if (schema === undefined) continue;
    const empty = (schema.type === "list" || schema.type === "map") && Object.keys(member).length === 0;
    if (!empty) result[name] = withoutEmpty(member, schema);
  }
  return result;
}
