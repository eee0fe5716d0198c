/** The JSON of a list made from the bytes of its objects, without parsing one: items of a built-in list carry no kind and apiVersion, and every object's bytes begin with exactly these. */

import type { Kind } from "../../api/kind.ts";
import type { CachedObject } from "../cache/watch-cache.ts";
import type { ListAnswer } from "../respond.ts";
import { MadeForms } from "./made-forms.ts";

/** How many bytes of a list are joined into one chunk: large enough that a write costs little beside its bytes. */
const CHUNK_BYTES = 256 * 1024;
/** Lists up to this size are kept joined once they are asked for again. */
const KEPT_BYTES = 2 * 1024 * 1024;
const KEPT_BUDGET_BYTES = 24 * 1024 * 1024;
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

/** Arrays that were listed once, and what they were joined to when they were listed again: an array is of one state of one namespace, and never changes. */
const seen = new WeakSet<readonly CachedObject[]>();
const joinedLists = new MadeForms<readonly CachedObject[]>(KEPT_BUDGET_BYTES);

/** @returns a function that gives the list's JSON chunk by chunk, then undefined */
export function listChunks(kind: Kind, list: ListAnswer): () => Uint8Array | undefined {
  const skip = kind.form ? 1 : objectPrefix(kind).length; // Items of a custom list carry kind and apiVersion.
  const head = Buffer.from(listHead(kind, listMetadata(list)));
  if (kind.form) return joining(head, list.objects, { skip, end: customEnd(kind, list) });
  const kept = keptItems(list.objects, skip);
  if (!kept) return joining(head, list.objects, { skip });
  const parts = [head, kept];
  return () => parts.shift();
}

/** @returns all items and what ends the list, where this very array is listed again and isn't large */
function keptItems(objects: readonly CachedObject[], skip: number): Buffer | undefined {
  if (!seen.has(objects)) {
    seen.add(objects);
    return undefined;
  }
  const bytes = objects.reduce((sum, object) => sum + object.bytes.length - skip + COMMA_BRACE.length, END.length);
  if (bytes > KEPT_BYTES) return undefined;
  return joinedLists.get(objects, () => joining(Buffer.alloc(0), objects, { skip, chunkBytes: Number.POSITIVE_INFINITY })() ?? END);
}

/** Makes the chunks one at a time: objects are copied to where they stand in the list, each once. */
function joining(
  head: Buffer,
  objects: readonly CachedObject[],
  { skip, end: tail = END, chunkBytes = CHUNK_BYTES }: { skip: number; end?: Buffer; chunkBytes?: number },
): () => Buffer | undefined {
  let next = -1;
  return () => {
    if (next > objects.length) return undefined;
    let bytes = next === -1 ? head.length : 0;
    const from = Math.max(next, 0);
    let end = from;
    while (end < objects.length && (end === from || bytes + objects[end]!.bytes.length <= chunkBytes)) bytes += objects[end++]!.bytes.length - skip + 2;
    const last = end === objects.length;
    const chunk = Buffer.allocUnsafe(bytes + (last ? tail.length : 0));
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
