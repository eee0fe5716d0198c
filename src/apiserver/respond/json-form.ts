/** JSON: the bytes as the cache holds them, or indented for people. */

import { jsonEvent, remembered } from "./events.ts";
import type { BodyForm } from "./form.ts";
import { once } from "./form.ts";
import { indent } from "./indent.ts";
import { listChunks } from "./items.ts";

const encodeEvent = remembered(jsonEvent);

export const jsonForm: BodyForm = {
  contentType: "application/json",
  streamType: "application/json",
  object: (_kind, bytes) => bytes,
  list: listChunks,
  events: () => encodeEvent,
  document: (_apiVersion, _kind, json) => Buffer.from(`${json}\n`),
};

/** A form whose bodies are JSON, for people. Lists are joined whole: nobody reads one that is large. */
export function prettyOf(form: BodyForm): BodyForm {
  return {
    ...form,
    object: (kind, bytes) => pretty(textOf(form.object(kind, bytes))),
    list: (kind, list) => once(pretty(joined(form.list(kind, list)))),
    document: (_apiVersion, _kind, json) => pretty(json),
  };
}

export const prettyForm = prettyOf(jsonForm);

function pretty(text: string): Buffer {
  return Buffer.from(indent(text.trimEnd()));
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** @returns all chunks as one text */
export function joined(next: () => Uint8Array | undefined): string {
  const chunks: Uint8Array[] = [];
  for (let chunk = next(); chunk; chunk = next()) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
