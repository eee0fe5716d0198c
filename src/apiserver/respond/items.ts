/** The JSON of a list made from the bytes of its objects, without parsing one: items of a built-in list carry no kind and apiVersion, and every object's bytes begin with exactly these. */

import type { Kind } from "../../api/kind.ts";
import type { CachedObject } from "../cache/watch-cache.ts";
import type { ListAnswer } from "../respond.ts";

/** How many bytes of a list are joined into one chunk: large enough that a write costs little beside its bytes. */
const CHUNK_BYTES = 256 * 1024;
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

/** @returns a function that gives the list's JSON chunk by chunk, then undefined */
export function listChunks(kind: Kind, list: ListAnswer): () => Uint8Array | undefined {
  const { objects } = list;
  const skip = objectPrefix(kind).length;
  const head = listHead(kind, list);
  let next = -1;
  return () => {
    if (next > objects.length) return undefined;
    let bytes = next === -1 ? head.length : 0;
    let end = Math.max(next, 0);
    while (end < objects.length && (bytes === 0 || bytes + objects[end]!.bytes.length < CHUNK_BYTES)) bytes += objects[end++]!.bytes.length - skip + 2;
    const last = end === objects.length;
    const chunk = Buffer.allocUnsafe(bytes + (last ? END.length : 0));
    let at = next === -1 ? head.copy(chunk) : 0;
    for (let index = Math.max(next, 0); index < end; index++) at = copyItem(objects[index]!, skip, index > 0, chunk, at);
    if (last) at += END.copy(chunk, at);
    next = last ? objects.length + 1 : end;
    return at === chunk.length ? chunk : chunk.subarray(0, at);
  };
}

/** Writes `{…}` of an object, a comma before it where it isn't the first. @returns where it ends */
function copyItem(object: CachedObject, skip: number, comma: boolean, target: Buffer, at: number): number {
  const after = at + COMMA_BRACE.copy(target, at, comma ? 0 : 1);
  return after + object.bytes.copy(target, after, skip);
}

function listHead(kind: Kind, list: ListAnswer): Buffer {
  return Buffer.from(
    `{"kind":${JSON.stringify(`${kind.name}List`)},"apiVersion":${JSON.stringify(kind.apiVersion)},"metadata":${listMetadata(list)},"items":[`,
  );
}

/** @returns a list's metadata as JSON */
export function listMetadata(list: ListAnswer): string {
  return JSON.stringify({
    resourceVersion: list.resourceVersion,
    ...(list.continue && { continue: list.continue }),
    ...(list.remaining && { remainingItemCount: list.remaining }),
  });
}
