/** Answers that carry the objects' metadata alone: PartialObjectMetadata, and lists of it, as JSON. */

import type { Kind } from "../../api/kind.ts";
import type { ListAnswer } from "../respond.ts";
import { jsonEvent, remembered } from "./events.ts";
import { type BodyForm, once } from "./form.ts";
import { listMetadata } from "./items.ts";
import { jsonForm } from "./json-form.ts";
import { metadataOf, partialObject } from "./metadata-form.ts";

type Version = "v1" | "v1beta1";

const CHUNK_BYTES = 256 * 1024;

/** One form for each version, each with events of its own. */
export const partialForms: Readonly<Record<Version, BodyForm>> = { v1: partialForm("v1"), v1beta1: partialForm("v1beta1") };

function partialForm(version: Version): BodyForm {
  const partial = (kind: Kind, bytes: Uint8Array): Uint8Array => {
    const metadata = metadataOf(kind, bytes);
    return metadata ? partialObject(metadata, version) : bytes;
  };
  const encoders = new WeakMap<Kind, ReturnType<BodyForm["events"]>>();
  return {
    ...jsonForm,
    object: partial,
    list: (kind, list) => partialList(kind, list, version, partial),
    events(kind) {
      const known = encoders.get(kind);
      if (known) return known;
      const encode = remembered((type, object) => jsonEvent(type, partial(kind, object)));
      encoders.set(kind, encode);
      return encode;
    },
  };
}

function partialList(kind: Kind, list: ListAnswer, version: Version, partial: (kind: Kind, bytes: Uint8Array) => Uint8Array): () => Uint8Array | undefined {
  const { objects } = list;
  if (objects.length === 0) return once(Buffer.from(`${partialListStart(list, version)}null}\n`));
  const head = `${partialListStart(list, version)}[`;
  let next = -1;
  return () => {
    if (next > objects.length) return undefined;
    const parts: Uint8Array[] = next === -1 ? [Buffer.from(head)] : [];
    let bytes = 0;
    let index = Math.max(next, 0);
    for (; index < objects.length && bytes < CHUNK_BYTES; index++) {
      const item = partial(kind, objects[index]!.bytes);
      if (index > 0) parts.push(COMMA);
      parts.push(item);
      bytes += item.length;
    }
    const last = index === objects.length;
    if (last) parts.push(END);
    next = last ? objects.length + 1 : index;
    return Buffer.concat(parts);
  };
}

function partialListStart(list: ListAnswer, version: Version): string {
  return `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/${version}","metadata":${listMetadata(list)},"items":`;
}

const COMMA = Buffer.from(",");
const END = Buffer.from("]}\n");
