import assert from "node:assert/strict";
import { test } from "node:test";
import { spec, thing } from "../../../test/support/thing.ts";
import { decode } from "./decode.ts";
import { DecodeError } from "./decode-error.ts";

const read = (json: string) => decode<Record<string, never>>(json, thing);
const refuses = (json: string, message: string) => assert.throws(() => read(json), new DecodeError(message), json);
/** The same data without the null prototypes, which deepEqual would tell apart. */
const plainly = (value: unknown) => JSON.parse(JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}n` : v)));

test("members come in the schema's order, nulls are absent, values canonical", () => {
  const { value, strictErrors } = read(`{
    "status": null, "kind": "Thing",
    "spec": {"size": 3, "replicas": null, "limits": {"cpu": "0.5m", "memory": "1.5Gi"}, "ports": [{"target": 80}, {"target": "http"}], "divisor": 2},
    "metadata": {"labels": {"b": "2", "a": "1"}, "creationTimestamp": "2024-05-01T12:00:00+02:00"}}`);
  assert.equal(
    JSON.stringify(value),
    '{"kind":"Thing","metadata":{"creationTimestamp":"2024-05-01T10:00:00Z","labels":{"b":"2","a":"1"}},' +
      '"spec":{"size":3,"ports":[{"target":80},{"target":"http"}],"limits":{"cpu":"500u","memory":"1536Mi"},"divisor":"2"}}',
  );
  assert.deepEqual(strictErrors, []);
});

test("every scalar has one form", () => {
  const { value } = read(
    `{"spec": {"data": "aGk\\r\\n=", "started": "2024-01-01T00:00:00.123456+01:00", "timeout": "90m", "ratio": 1e3, "raw": {"a": [null, 1.50]}}}`,
  );
  assert.deepEqual(plainly(value), {
    spec: { data: "aGk=", started: "2023-12-31T23:00:00.123456Z", timeout: "1h30m0s", ratio: 1000, raw: { a: [null, 1.5] } },
  });
});

test("int64 is exact beyond 2^53, in fields and in raw values", () => {
  const { value } = read(`{"metadata": {"generation": 9007199254740993}, "spec": {"size": -9223372036854775808, "raw": 9007199254740993}}`);
  assert.deepEqual(plainly(value), { metadata: { generation: "9007199254740993n" }, spec: { size: "-9223372036854775808n", raw: "9007199254740993n" } });
});

test("names of JavaScript's own are data", () => {
  const { value } = decode<{ metadata: { labels: object } }>('{"metadata": {"labels": {"__proto__": "a", "constructor": "b", "toString": "c"}}}', thing);
  assert.deepEqual(Object.entries(value.metadata.labels), [
    ["__proto__", "a"],
    ["constructor", "b"],
    ["toString", "c"],
  ]);
  assert.equal(Object.getPrototypeOf(value.metadata.labels), null);
  assert.deepEqual(read('{"__proto__": {"kind": "x"}, "constructor": 1}').strictErrors, ['unknown field "__proto__"', 'unknown field "constructor"']);
});

test("unknown and repeated fields are told in the document's order, with their paths", () => {
  const { value, strictErrors } = read(
    `{"spec": {"replicas": 1, "foo": 1, "replicas": 2, "ports": [{"name": "a"}, {"nome": "b", "name": "c", "name": "d"}]}, "metadata": {"labels": {"x": "1", "x": "2"}, "Name": "n"}}`,
  );
  assert.deepEqual(strictErrors, [
    'unknown field "spec.foo"',
    'duplicate field "spec.replicas"',
    'unknown field "spec.ports[1].nome"',
    'duplicate field "spec.ports[1].name"',
    'duplicate field "metadata.labels.x"',
    'unknown field "metadata.Name"',
  ]);
  assert.deepEqual(plainly(value), { metadata: { labels: { x: "2" } }, spec: { replicas: 2, ports: [{ name: "a" }, { name: "d" }] } });
});

test("a repeated object is decoded into the first, as Go does", () => {
  const { value, strictErrors } = read('{"spec": {"replicas": 1, "size": 2}, "spec": {"size": 3}}');
  assert.deepEqual(plainly(value), { spec: { replicas: 1, size: 3 } });
  assert.deepEqual(strictErrors, ['duplicate field "spec"']);
});

test("null inside a list or map is the zero value", () => {
  const { value } = read('{"spec": {"command": [null, "a"], "ports": [null], "limits": {"cpu": null}}, "metadata": {"labels": {"a": null}}}');
  assert.deepEqual(plainly(value), { metadata: { labels: { a: "" } }, spec: { command: ["", "a"], ports: [{}], limits: { cpu: "0" } } });
});

test("a wrong type is answered as Go words it", () => {
  refuses('{"spec": {"replicas": "3"}}', "json: cannot unmarshal string into Go struct field Spec.spec.replicas of type int32");
  refuses('{"spec": {"replicas": 1.0}}', "json: cannot unmarshal number 1.0 into Go struct field Spec.spec.replicas of type int32");
  refuses('{"spec": {"replicas": 4294967296}}', "json: cannot unmarshal number 4294967296 into Go struct field Spec.spec.replicas of type int32");
  refuses('{"spec": {"size": 9223372036854775808}}', "json: cannot unmarshal number 9223372036854775808 into Go struct field Spec.spec.size of type int64");
  refuses('{"spec": {"ports": {}}}', "json: cannot unmarshal object into Go struct field Spec.spec.ports of type []v1.Port");
  refuses('{"spec": {"ports": [{"port": []}]}}', "json: cannot unmarshal array into Go struct field Port.spec.ports.port of type int32");
  refuses('{"spec": {"hostPath": true}}', "json: cannot unmarshal bool into Go struct field Spec.spec.Source.hostPath of type v1.Port");
  refuses('{"spec": {"command": [1]}}', "json: cannot unmarshal number into Go struct field Spec.spec.command of type string");
  refuses('{"metadata": {"labels": []}}', "json: cannot unmarshal array into Go struct field Meta.metadata.labels of type map[string]string");
  refuses('{"spec": {"ports": [{"target": {}}]}}', "json: cannot unmarshal object into Go struct field Port.spec.ports.target of type int32");
  refuses("[]", "json: cannot unmarshal array into Go value of type v1.Thing");
  refuses('{"spec": {"limits": {"cpu": "1x"}}}', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  refuses('{"metadata": {"creationTimestamp": "now"}}', 'parsing time "now" as "2006-01-02T15:04:05Z07:00": cannot parse "now" as "2006"');
  refuses('{"spec": {"data": "a$b="}}', "illegal base64 data at input byte 1");
  refuses('{"spec": {"timeout": "1x"}}', 'time: unknown unit "x" in duration "1x"');
});

test("malformed JSON is answered as Go words it", () => {
  refuses("", "unexpected end of JSON input");
  refuses('{"a" 1}', "invalid character '1' after object key");
  refuses('{"a": 1 "b"}', `invalid character '"' after object key:value pair`);
  refuses("{a}", "invalid character 'a' looking for beginning of object key string");
  refuses('{"a": tru}', "invalid character '}' in literal true (expecting 'e')");
  refuses('{"a": [1 2]}', "invalid character '2' after array element");
  refuses('{"a": 01}', "invalid character '1' after object key:value pair");
  refuses('{"a": "\\x"}', "invalid character 'x' in string escape code");
  refuses('{"a": "\n"}', "invalid character '\\n' in string literal");
  refuses('{"a": "x', "unexpected end of JSON input");
  refuses('{"a": tru', "invalid character ' ' in literal true (expecting 'e')");
  refuses("{} x", "invalid character 'x' after top-level value");
  refuses("\ufeff{}", "invalid character 'ï' looking for beginning of value");
  refuses('{"a": -}', "invalid character '}' in numeric literal");
});

test("half a surrogate pair and bytes that aren't UTF-8 become the replacement character", () => {
  assert.deepEqual(plainly(read('{"kind": "a\\ud800b\\ud83d\\ude00"}').value), { kind: "a\ufffdb😀" });
  assert.deepEqual(plainly(decode(Buffer.from([...Buffer.from('{"kind":"'), 0xff, ...Buffer.from('"}')]), thing).value), { kind: "\ufffd" });
});

test("budgets are answered, not overrun", () => {
  const deep = (levels: number) => `${'{"child":'.repeat(levels)}{}${"}".repeat(levels)}`;
  assert.equal(decode(deep(499), spec).strictErrors.length, 0);
  assert.throws(() => decode(deep(500), spec), new DecodeError("exceeded max depth"));
  assert.throws(() => decode(`{"spec":{"raw":${"[".repeat(1_000_000)}`, thing), new DecodeError("exceeded max depth"));
  const generous = { maxBytes: 1 << 24, maxDepth: 1_000_000, maxMembers: 1_000_000 };
  assert.throws(() => decode(deep(200_000), spec, generous), new DecodeError("exceeded max depth"));
  assert.throws(() => read(`{"spec":{"command":[${"1,".repeat(300_000)}1]}}`), /more than 100000 members/);
  assert.throws(() => decode(Buffer.alloc(3 * 1024 * 1024 + 1, 0x20), thing), /larger than 3145728 bytes/);
});
