/** An object's metadata alone (PartialObjectMetadata), cut out of its bytes without parsing them. */

import type { Kind, Metadata, ObjectForm } from "../../api/kind.ts";
import { schema } from "../../api/schemas.ts";
import { decode } from "../../machinery/json/decode.ts";
import { encode } from "../../machinery/json/encode.ts";
import { objectPrefix } from "./items.ts";

const METADATA = Buffer.from('"metadata":');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE = Buffer.from("}");

/** @returns the bytes of the metadata: `{"name":…}`. Bytes that don't begin as the kind's own objects do (a Status in a watch) give undefined. */
export function metadataOf(kind: Kind, bytes: Uint8Array): Uint8Array | undefined {
  if (kind.form) return ownMetadata(kind, kind.form, bytes);
  const metadata = cutOut(kind, bytes);
  const hidden = kind.rules.hiddenAnnotation;
  return metadata && hidden !== undefined ? without(metadata, hidden) : metadata;
}

function without(metadata: Uint8Array, annotation: string): Uint8Array {
  const { value } = decode<Metadata>(metadata, METADATA_SCHEMA);
  if (value.annotations?.[annotation] === undefined) return metadata;
  delete value.annotations[annotation];
  return Buffer.from(encode(value, METADATA_SCHEMA));
}

function cutOut(kind: Kind, bytes: Uint8Array): Uint8Array | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const prefix = objectPrefix(kind);
  if (buffer.compare(prefix, 0, prefix.length, 0, prefix.length) !== 0) return undefined;
  const start = prefix.length + METADATA.length;
  if (buffer.compare(METADATA, 0, METADATA.length, prefix.length, start) !== 0) return undefined;
  return buffer.subarray(start, endOfObject(buffer, start));
}

/** A custom resource's metadata stand there by the alphabet, and here as everywhere else. */
function ownMetadata(kind: Kind, form: ObjectForm, bytes: Uint8Array): Uint8Array | undefined {
  const object = form.decodeStored(bytes);
  return object.kind === kind.name ? Buffer.from(encode(object.metadata, METADATA_SCHEMA)) : undefined;
}

const METADATA_SCHEMA = schema("meta.v1.ObjectMeta");

/** @returns `{"kind":"PartialObjectMetadata",…,"metadata":{…}}` */
export function partialObject(metadata: Uint8Array, version: "v1" | "v1beta1"): Buffer {
  return Buffer.concat([Buffer.from(`{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${version}","metadata":`), metadata, CLOSE]);
}

/** @returns where the object ends that begins at `start` */
function endOfObject(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === 0x7b) depth++;
    else if (byte === 0x7d && --depth === 0) return at + 1;
  }
  throw new Error("An object's bytes end inside its metadata");
}

function endOfString(bytes: Buffer, start: number): number {
  for (let at = start + 1; ; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE || at >= bytes.length) return at;
  }
}
