/** The JSON of a list made from the bytes of its objects, without parsing one: items of a built-in list carry no kind and apiVersion, and every object's bytes begin with exactly these. */

import type { Kind } from "../../api/kind.ts";
import type { CachedObject } from "../cache/watch-cache.ts";
import { LENT_BYTES, lend } from "../http/lent.ts";
import type { ListAnswer } from "../respond.ts";

const COMMA_BRACE = Buffer.from(",{");
const END = Buffer.from("]}\n");

/** @returns what stands before an object's metadata: `{"kind":"Pod","apiVersion":"v1",` */
export function objectPrefix(kind: Kind): Buffer {
  let prefix = prefixes.get(kind);
  if (!prefix) {
    prefix = Buffer.from(`{"kind":${JSON.stringify(kind.name)},"apiVersion":${JSON.stringify(kind.apiVersion)},`);
    prefixes.set(kind, prefix);
  }
  return prefix;
}
const prefixes = new WeakMap<Kind, Buffer>();

/** @returns what stands before a list's items; of custom resources in the order of the alphabet, as far as the items let it be */
function listHead(kind: Kind, metadata: string): string {
  const name = JSON.stringify(kind.listKind ?? `${kind.name}List`);
  const apiVersion = JSON.stringify(kind.apiVersion);
  return kind.form ? `{"apiVersion":${apiVersion},"items":[` : `{"kind":${name},"apiVersion":${apiVersion},"metadata":${metadata},"items":[`;
}

/** The list's metadata come last there, and always say how to go on. */
function customEnd(kind: Kind, { resourceVersion, continue: next = "", remaining }: ListAnswer): Buffer {
  const metadata = { continue: next, ...(remaining && { remainingItemCount: remaining }), resourceVersion };
  return Buffer.from(`],"kind":${JSON.stringify(kind.listKind ?? `${kind.name}List`)},"metadata":${JSON.stringify(metadata)}}\n`);
}

/** @returns a function that gives the list's JSON chunk by chunk, then undefined */
export function listChunks(kind: Kind, list: ListAnswer): () => Uint8Array | undefined {
  const skip = kind.form ? 1 : objectPrefix(kind).length; // Items of a custom list carry kind and apiVersion.
  const head = Buffer.from(listHead(kind, listMetadata(list)));
  if (kind.form) return joining(head, list.objects, { skip, end: customEnd(kind, list) });
  return joining(head, list.objects, { skip });
}

/** Makes the chunks one at a time: objects are copied to where they stand in the list, each once. */
function joining(head: Buffer, objects: readonly CachedObject[], { skip, end: tail = END }: { skip: number; end?: Buffer }): () => Buffer | undefined {
  let next = -1;
  return () => {
    if (next > objects.length) return undefined;
    let bytes = next === -1 ? head.length : 0;
    const from = Math.max(next, 0);
    let end = from;
    while (end < objects.length && (end === from || bytes + objects[end]!.bytes.length + tail.length <= LENT_BYTES))
      bytes += objects[end++]!.bytes.length - skip + 2;
    const last = end === objects.length;
    const chunk = lend(bytes + (last ? tail.length : 0));
    let at = next === -1 ? head.copy(chunk) : 0;
    for (let index = from; index < end; index++) at = copyItem(objects[index]!, skip, index > 0, chunk, at);
    if (last) at += tail.copy(chunk, at);
    next = last ? objects.length + 1 : end;
    return at === chunk.length ? chunk : chunk.subarray(0, at);
  };
}

/** Writes `{…}` of an object, a comma before it where it isn't the first. @returns where it ends */
function copyItem(object: CachedObject, skip: number, comma: boolean, target: Buffer, at: number): number {
  const after = at + COMMA_BRACE.copy(target, at, comma ? 0 : 1);
  return after + object.bytes.copy(target, after, skip);
}

/** @returns a list's metadata as JSON */
export function listMetadata(list: ListAnswer): string {
  return JSON.stringify({
    ...(list.resourceVersion && { resourceVersion: list.resourceVersion }),
    ...(list.continue && { continue: list.continue }),
    ...(list.remaining && { remainingItemCount: list.remaining }),
  });
}
