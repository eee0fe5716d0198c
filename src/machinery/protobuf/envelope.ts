/** Kubernetes' envelope around a protobuf message: four bytes, then a `runtime.Unknown` that names the kind. */

import { DecodeError } from "../json/decode-error.ts";
import type { StructSchema } from "../schema/schema.ts";
import { decodeMessage, type ProtobufBudget, protobufBudget } from "./decode.ts";
import { encodeMessage } from "./encode.ts";
import { Reader } from "./reader.ts";
import { BackwardWriter, BYTES, fieldKey } from "./writer.ts";

const MAGIC = Buffer.from("k8s\0", "latin1");

export interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  /** The message: a view of the bytes that were opened. */
  readonly message: Buffer;
}

/** @returns the bytes that clients of `application/vnd.kubernetes.protobuf` read */
export function wrapEnvelope(apiVersion: string, kind: string, message: Uint8Array): Buffer {
  const writer = new BackwardWriter(message.length + 256);
  text(writer, "", 4); // The content type and encoding of the message: always written, always empty.
  text(writer, "", 3);
  const mark = writer.length;
  writer.bytes(message);
  prefix(writer, mark, 2);
  const meta = writer.length;
  text(writer, kind, 2);
  text(writer, apiVersion, 1);
  prefix(writer, meta, 1);
  writer.bytes(MAGIC);
  return writer.take();
}

/** Takes the envelope off; throws `DecodeError`. */
export function openEnvelope(bytes: Uint8Array): Envelope {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length === 0) throw new DecodeError("empty data");
  if (!buffer.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new DecodeError(`provided data does not appear to be a protobuf message, expected prefix [${MAGIC.join(" ")}]`);
  }
  if (buffer.length === MAGIC.length) throw new DecodeError("empty body");
  const reader = new Reader(buffer, MAGIC.length);
  let typeMeta = { apiVersion: "", kind: "" };
  let message = buffer.subarray(buffer.length);
  while (reader.next("Unknown")) {
    if (reader.tag > 2) {
      reader.skip();
      continue;
    }
    reader.expect(BYTES, reader.tag === 1 ? "TypeMeta" : "Raw");
    if (reader.tag === 1) typeMeta = readTypeMeta(reader.message());
    else message = reader.bytes();
  }
  return { ...typeMeta, message };
}

/** An object of the API as protobuf. Its kind and version are in the envelope. */
export function encodeProtobuf(object: { readonly apiVersion?: string; readonly kind?: string }, schema: StructSchema): Buffer {
  return wrapEnvelope(object.apiVersion ?? "", object.kind ?? "", encodeMessage(object, schema));
}

/** An object of the API from protobuf, with the kind and version that the envelope says. Throws `DecodeError`. */
export function decodeProtobuf<T extends object>(bytes: Uint8Array, schema: StructSchema, budget: ProtobufBudget = protobufBudget): T {
  if (bytes.length > budget.maxBytes) throw new DecodeError(`proto: the message is larger than ${budget.maxBytes} bytes`);
  const { apiVersion, kind, message } = openEnvelope(bytes);
  return { ...(kind && { kind }), ...(apiVersion && { apiVersion }), ...decodeMessage<T>(message, schema, budget) };
}

/** One frame of a watch: four bytes of length, then the event, whose object is itself in an envelope. */
export function watchFrame(type: string, object: Uint8Array): Buffer {
  const writer = new BackwardWriter(object.length + 64);
  const mark = writer.length;
  writer.bytes(object);
  prefix(writer, mark, 1);
  prefix(writer, mark, 2);
  text(writer, type, 1);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(writer.length);
  writer.bytes(length);
  return writer.take();
}

function readTypeMeta(reader: Reader): { apiVersion: string; kind: string } {
  const found = { apiVersion: "", kind: "" };
  while (reader.next("TypeMeta")) {
    if (reader.tag > 2) {
      reader.skip();
      continue;
    }
    reader.expect(BYTES, reader.tag === 1 ? "APIVersion" : "Kind");
    found[reader.tag === 1 ? "apiVersion" : "kind"] = reader.text();
  }
  return found;
}

function text(writer: BackwardWriter, value: string, tag: number): void {
  const mark = writer.length;
  writer.text(value);
  prefix(writer, mark, tag);
}

function prefix(writer: BackwardWriter, mark: number, tag: number): void {
  writer.prefix(mark, fieldKey(tag, BYTES));
}
