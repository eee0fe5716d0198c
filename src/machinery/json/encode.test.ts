import assert from "node:assert/strict";
import { test } from "node:test";
import { thing } from "../../../test/support/thing.ts";
import { encode } from "./encode.ts";
import { encodeWithHole, fillHole } from "./hole.ts";

test("Go's omitempty never omits a struct, a list without it is null when nothing is in it, a pointer to zero is written", () => {
  assert.equal(encode({}, thing), '{"metadata":{},"spec":{"size":0,"ports":null,"divisor":"0","started":null},"status":{}}');
  assert.equal(
    encode({ kind: "", spec: { replicas: 0, paused: false, command: [], ports: [], limits: {}, data: "", raw: { a: null } } }, thing),
    '{"metadata":{},"spec":{"replicas":0,"size":0,"ports":null,"divisor":"0","raw":{"a":null},"started":null},"status":{}}',
  );
});

test("members are written in Go's order, map keys in UTF-8's", () => {
  const labels = { "\u{1f600}": "3", "\uffff": "2", a: "1" };
  const meta = { uid: "u", labels, creationTimestamp: "2024-01-01T00:00:00Z", name: "n" };
  assert.match(
    encode({ metadata: meta, kind: "Thing" }, thing),
    /^\{"kind":"Thing","metadata":\{"name":"n","uid":"u","creationTimestamp":"2024-01-01T00:00:00Z","labels":\{"a":"1","\uffff":"2","\u{1f600}":"3"\}\},"spec"/u,
  );
});

test("Go escapes what HTML would read, and large integers are exact", () => {
  const raw = { "<k>": ["&\u2028", 2n ** 62n, 1e21, 1e-7], d: "\ud800\u007f\b\u0001" };
  assert.match(
    encode({ kind: 'a<b>&"c"', spec: { size: -(2n ** 63n), raw } }, thing),
    /^\{"kind":"a\\u003cb\\u003e\\u0026\\"c\\"","metadata":\{\},"spec":\{"size":-9223372036854775808,.*"raw":\{"\\u003ck\\u003e":\["\\u0026\\u2028",4611686018427387904,1e\+21,1e-7\],"d":"\ufffd\u007f\\b\\u0001"\}/,
  );
});

test("stored bytes have a hole for the resourceVersion", () => {
  const stored = (metadata: object) => encodeWithHole({ kind: "Thing", metadata }, thing);
  const rest = '"spec":{"size":0,"ports":null,"divisor":"0","started":null},"status":{}}';
  assert.equal(
    stored({ name: "n", resourceVersion: "9", creationTimestamp: "2024-01-01T00:00:00Z" }),
    `{"kind":"Thing","metadata":{"name":"n",\0"creationTimestamp":"2024-01-01T00:00:00Z"},${rest}`,
  );
  for (const metadata of [{}, { name: "n" }, { generation: 1 }, { name: "ü", generation: 1 }]) {
    const filled = fillHole(Buffer.from(stored(metadata)), 12345).toString();
    assert.equal(filled, encode({ kind: "Thing", metadata: { ...metadata, resourceVersion: "12345" } }, thing));
  }
  assert.throws(() => fillHole(Buffer.from("{}"), 1), /no place for its resourceVersion/);
});
