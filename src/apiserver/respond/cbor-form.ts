/** Answers in CBOR (KEP-4222), for servers that speak it: made from the JSON like every other form, a watch as a sequence (RFC 8742). */

import type { Kind } from "../../api/kind.ts";
import { encodeCbor, encodeCborPart, listHead, mapHead, SELF_DESCRIBED } from "../../machinery/cbor/encode.ts";
import { type JsonValue, parseJson } from "../../machinery/json/document.ts";
import { isObject } from "../../machinery/plain.ts";
import type { Schema } from "../../machinery/schema/schema.ts";
import type { EventType, ListAnswer } from "../respond.ts";
import { remembered } from "./events.ts";
import { type BodyForm, once } from "./form.ts";
import { listMetadata } from "./items.ts";
import { joined, textOf } from "./json-form.ts";

/** What the server itself holds may be as large as it is. */
const BUDGET = { maxBytes: Number.POSITIVE_INFINITY, maxDepth: 10_000, maxMembers: Number.POSITIVE_INFINITY };
const CHUNK_BYTES = 256 * 1024;
const STREAM = "application/cbor-seq";

const encoders = new WeakMap<Kind, ReturnType<BodyForm["events"]>>();

export const cborForm: BodyForm = {
  contentType: "application/cbor",
  streamType: STREAM,
  object: (kind, bytes) => cborOf(textOf(bytes), schemaOf(kind)),
  list: cborList,
  events: (kind) => encoders.getOrInsertComputed(kind, () => remembered((type, bytes) => event(type, cborOf(textOf(bytes), schemaOf(kind))))),
  document: (_apiVersion, _kind, json) => cborOf(json),
};

/** The same answers as another form's in JSON, in CBOR. */
export function inCbor(form: BodyForm): BodyForm {
  return {
    ...cborForm,
    object: (kind, bytes) => cborOf(textOf(form.object(kind, bytes))),
    list: (kind, list) => once(cborOf(joined(form.list(kind, list)))),
    events(kind) {
      const encode = form.events(kind);
      return (type, bytes) => {
        const { object } = parsed(textOf(encode(type, bytes))) as { object: JsonValue };
        return event(type, encodeCbor(object));
      };
    },
  };
}

function schemaOf(kind: Kind): Schema | undefined {
  return kind.form ? undefined : kind.schema;
}

function parsed(json: string): JsonValue {
  return parseJson(json, BUDGET);
}

function cborOf(json: string, schema?: Schema): Buffer {
  return encodeCbor(parsed(json), schema);
}

function event(type: EventType, object: Uint8Array): Buffer {
  return Buffer.concat([SELF_DESCRIBED, mapHead(2), encodeCborPart("type"), encodeCborPart(type), encodeCborPart("object"), object]);
}

/** The list's members stand by the length of their names, so that its items come one by one between them. */
function cborList(kind: Kind, list: ListAnswer): () => Uint8Array | undefined {
  const { objects } = list;
  const name = encodeCborPart(kind.listKind ?? `${kind.name}List`);
  const head = [SELF_DESCRIBED, mapHead(4), encodeCborPart("kind"), name, encodeCborPart("items"), listHead(objects.length)];
  const metadata = encodeCborPart(parsed(listMetadata(list)));
  const tail = [encodeCborPart("metadata"), metadata, encodeCborPart("apiVersion"), encodeCborPart(kind.apiVersion)];
  let next = -1;
  return () => {
    if (next > objects.length) return undefined;
    const parts: Uint8Array[] = next === -1 ? head : [];
    let bytes = 0;
    let index = Math.max(next, 0);
    for (; index < objects.length && bytes < CHUNK_BYTES; index++) {
      const item = itemOf(kind, objects[index]!.bytes);
      parts.push(item);
      bytes += item.length;
    }
    const last = index === objects.length;
    next = last ? objects.length + 1 : index;
    return Buffer.concat(last ? [...parts, ...tail] : parts);
  };
}

/** Items of a built-in list carry no kind and apiVersion. */
function itemOf(kind: Kind, bytes: Uint8Array): Buffer {
  const object = parsed(textOf(bytes));
  if (!kind.form && isObject(object)) {
    delete object.kind;
    delete object.apiVersion;
  }
  return encodeCborPart(object, schemaOf(kind));
}
