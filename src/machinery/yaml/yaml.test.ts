import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DecodeError } from "../json/decode-error.ts";
import { type JsonValue, parseJson } from "../json/document.ts";
import { YamlConverter } from "./converter.ts";
import { encodeYaml } from "./encode.ts";
import { yamlToJson } from "./to-json.ts";

const json = (yaml: string) => yamlToJson(yaml).json;

test("scalars mean what they do in Kubernetes", () => {
  assert.equal(
    json('b: [yes, "yes", Off, ~, null]\na: [0x1f, 010, 1_000, 08, 1e3, 22:22, 2024-01-01, .5, -0b11]\n1: x\ntrue: z\nbig: 18446744073709551615'),
    '{"1":"x","a":[31,8,1000,8,1000,"22:22","2024-01-01",0.5,-3],"b":[true,"yes",false,null,null],"big":18446744073709551615,"true":"z"}',
  );
  assert.equal(json("a: !!str 5\nb: !!int '7'\nc: !!binary aGk="), '{"a":"5","b":7,"c":"hi"}');
  assert.throws(() => json("a: .inf"), new DecodeError("json: unsupported value: +Inf"));
});

test("only the first document counts, and none is null", () => {
  assert.equal(json("a: 1\n---\nb: 2\n"), '{"a":1}');
  assert.equal(json(""), "null");
});

test("anchors, aliases and merges are expanded", () => {
  assert.equal(json("x: &x {a: 1, b: 2}\nw: *x\nz:\n  <<: *x\n  b: 3\n"), '{"w":{"a":1,"b":2},"x":{"a":1,"b":2},"z":{"a":1,"b":3}}');
  assert.throws(() => json("a: *b"), new DecodeError("yaml: unknown anchor 'b' referenced"));
  assert.throws(() => json("a: &a\n  b: *a\n"), new DecodeError("yaml: anchor 'a' value contains itself"));
});

test("keys given twice are told as Kubernetes does", () => {
  const { json: text, strictErrors } = yamlToJson("a: 1\nb:\n  c: 1\n  c: 2\n1: x\n1: z\na: 3\n");
  assert.equal(text, '{"1":"z","a":3,"b":{"c":2}}');
  assert.deepEqual(strictErrors, [
    'yaml: unmarshal errors:\n  line 4: key "c" already set in map\n  line 6: key 1 already set in map\n  line 7: key "a" already set in map',
  ]);
});

test("bombs are refused", () => {
  const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${[..."bcdefghi"].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`)}]`).join("\n")}`;
  assert.throws(() => json(bomb), new DecodeError("yaml: document contains excessive aliasing"));
  assert.throws(() => json(`${"[".repeat(600)}${"]".repeat(600)}`), new DecodeError("yaml: exceeded max depth"));
  assert.throws(() => json("[".repeat(50_000) + "]".repeat(50_000)), DecodeError);
});

test("large documents are read off the thread, and the loop goes on", async () => {
  await using converter = new YamlConverter();
  const large = Buffer.from(`items:\n${"- {name: a, value: [1, 2, 3]}\n".repeat(5_000)}`);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const [first, second] = await Promise.all([converter.convert(large), converter.convert(Buffer.from("a: [".repeat(5_000))).catch((error: unknown) => error)]);
  clearInterval(timer);
  assert.equal(first.json.length, '{"items":[]}'.length + 5_000 * '{"name":"a","value":[1,2,3]},'.length - 1);
  assert(second instanceof DecodeError);
  assert(ticks > 3, `${ticks} ticks`);
});

test("JSON passes as it is, unless a key is given twice", async () => {
  await using converter = new YamlConverter();
  const text = ' {"b": [1, {"c": null}], "a": 9007199254740993}';
  assert.deepEqual(await converter.convert(Buffer.from(text)), { json: text, strictErrors: [] });
  assert.deepEqual(await converter.convert(Buffer.from('{"a": 1, "a": 2}')), {
    json: '{"a":2}',
    strictErrors: ['yaml: unmarshal errors:\n  line 1: key "a" already set in map'],
  });
});

test("keys are sorted, lists level with their key, and strings quoted where they would be read as something else", () => {
  const value = parseJson(
    JSON.stringify({
      z: [],
      list: [{ b: 1, a: "yes" }, [1, null]],
      text: "a\nb\n",
      n10: "1",
      n9: "0x1f",
      "a b": {},
      long: "word ".repeat(20).trim(),
      odd: "a: b",
      e: "\u2028😀",
    }),
  );
  assert.equal(
    encodeYaml(value),
    `a b: {}
e: "\\L\\U0001F600"
list:
- a: "yes"
  b: 1
- - 1
  - null
long: word word word word word word word word word word word word word word word word
  word word word word
n9: "0x1f"
n10: "1"
odd: 'a: b'
text: |
  a
  b
z: []
`,
  );
});

test("what is written is read again", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 40 });
  const words = fc
    .array(fc.constantFrom("a", " ", "\n", ": ", " #", "- ", "'", '"', "word", "\t", "0", "~", "\r", "\u0085"), { maxLength: 40 })
    .map((parts) => parts.join(""));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text,
      words,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.oneof(text, words), tie("value"), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, (data) => {
      const written = encodeYaml(parseJson(JSON.stringify(data)) as JsonValue);
      assert.deepEqual(JSON.parse(json(written)), JSON.parse(JSON.stringify(data)));
    }),
    { numRuns: 500 },
  );
});
