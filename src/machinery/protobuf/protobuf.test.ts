import assert from "node:assert/strict";
import { test } from "node:test";
import { spec, thing } from "../../../test/support/thing.ts";
import { DecodeError } from "../json/decode-error.ts";
import { encode } from "../json/encode.ts";
import { decodeMessage } from "./decode.ts";
import { encodeMessage } from "./encode.ts";
import { decodeProtobuf, encodeProtobuf, openEnvelope, watchFrame, wrapEnvelope } from "./envelope.ts";

const full = {
  kind: "Thing",
  apiVersion: "t/v1",
  metadata: { name: "n", generation: 9007199254740993n, creationTimestamp: "1969-12-31T23:59:59Z", labels: { b: "2", a: "" } },
  spec: {
    replicas: 0,
    size: -1,
    ratio: -1.5,
    command: ["", "a"],
    ports: [{ target: "http" }, { port: -5, target: 80 }],
    limits: { cpu: "500m" },
    data: "AAEC",
    hostPath: { name: "p" },
    raw: { z: 1, a: [null] },
    started: "2024-01-01T00:00:00.000001Z",
    timeout: "1h0m0s",
  },
};

test("what was written is read again", () => {
  assert.equal(encode(decodeProtobuf(encodeProtobuf(full, thing), thing), thing), encode(full, thing));
});

test("zero values of fields that are no pointers are written, and absent when read", () => {
  const meta = "0a0a" + "0a00" + "2a00" + "3200" + "3800" + "4200"; // Three empty strings, generation 0, no time.
  const spec = "1216" + "1000" + "1800" + "3a030a0130" + "4a00" + "5a00" + "710000000000000000"; // The divisor is "0", the ratio 0.
  assert.equal(encodeMessage({}, thing).toString("hex"), `${meta}${spec}1a020800`);
  assert.deepEqual(decodeMessage(encodeMessage({ spec: { size: 0, replicas: 0 } }, thing), thing), { spec: { replicas: 0 } });
});

test("the envelope names kind and version, and a watch frame has its length", () => {
  const bytes = encodeProtobuf(full, thing);
  assert.equal(bytes.subarray(0, 4).toString("latin1"), "k8s\0");
  assert.equal(bytes.subarray(-4).toString("hex"), "1a002200");
  const { kind, apiVersion, message } = openEnvelope(bytes);
  assert.deepEqual([kind, apiVersion], ["Thing", "t/v1"]);
  assert(wrapEnvelope(apiVersion, kind, message).equals(bytes));
  const frame = watchFrame("ADDED", bytes);
  assert.equal(frame.readUInt32BE(0), frame.length - 4);
  assert(frame.includes(bytes));
});

test("what is no protobuf is refused in Kubernetes' words", () => {
  const refuses = (bytes: Buffer, message: string) => assert.throws(() => decodeProtobuf(bytes, thing), new DecodeError(message));
  refuses(Buffer.alloc(0), "empty data");
  refuses(Buffer.from("{}"), "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  refuses(Buffer.from("k8s\0", "latin1"), "empty body");
  refuses(Buffer.from("k8s\0\x0a\x7f", "latin1"), "unexpected EOF");
  refuses(wrapEnvelope("v1", "Thing", Buffer.from([0x08, 0x01])), "proto: wrong wireType = 0 for field metadata");
  refuses(wrapEnvelope("v1", "Thing", Buffer.from([0x0c])), "proto: Thing: wiretype end group for non-group");
  refuses(wrapEnvelope("v1", "Thing", Buffer.from([0x02, 0x00])), "proto: Thing: illegal tag 0 (wire type 2)");
  refuses(wrapEnvelope("v1", "Thing", Buffer.alloc(11, 0xff)), "proto: integer overflow");
});

test("fields of newer versions are skipped", () => {
  const unknown = Buffer.from([0xf8, 0x07, 0x05, 0xf9, 0x07, 0, 0, 0, 0, 0, 0, 0, 0, 0xfa, 0x07, 0x01, 0x41, 0xfd, 0x07, 0, 0, 0, 0]);
  assert.deepEqual(decodeMessage(Buffer.concat([unknown, encodeMessage({ status: { ready: true } }, thing), unknown]), thing), { status: { ready: true } });
});

test("budgets are answered, not overrun", () => {
  let nested = Buffer.alloc(0);
  for (let i = 0; i < 500; i++) nested = Buffer.concat([Buffer.from([0x6a]), varint(nested.length), nested]); // Field 13: child.
  assert.throws(() => decodeMessage(nested, spec), new DecodeError("exceeded max depth"));
  const many = Buffer.alloc(3 * 1024 * 1024 - 2, Buffer.from([0x22, 0x00])); // Field 4: an empty command.
  assert.throws(() => decodeMessage(many, spec), /more than 100000 fields/);
  assert.throws(() => decodeMessage(Buffer.alloc(3 * 1024 * 1024 + 1), spec), /larger than 3145728 bytes/);
});

function varint(value: number): Buffer {
  return value < 0x80 ? Buffer.from([value]) : Buffer.from([(value & 0x7f) | 0x80, value >> 7]);
}
