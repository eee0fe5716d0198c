/**
 * An object's stored form and what clients are shown. In the stored form a NUL byte stands in metadata where the resourceVersion belongs, since that is known only
 * once the object is stored; the two can be made of each other.
 */

import type { Servable } from "./store.ts";

const BEFORE = Buffer.from('"resourceVersion":"');
const QUOTE = 0x22;
const COMMA = 0x2c;
const CLOSING_BRACE = 0x7d;

/** Memory of its own, so that no larger block is kept alive by a part of it. */
type Allocate = (length: number) => Buffer;

/**
 * Fills the hole of a stored form, its first NUL byte, with the revision.
 * @returns undefined where there is no hole
 */
export function servableOf(value: Uint8Array, revision: number, allocate: Allocate = Buffer.allocUnsafeSlow): Servable | undefined {
  const hole = value.indexOf(0);
  return hole < 0 ? undefined : { bytes: splice(value, hole, hole + 1, revision, allocate), hole };
}

/** @returns the same content under another revision */
export function stampedWith({ bytes, hole }: Servable, before: number, revision: number): Buffer {
  return splice(bytes, hole, memberEnd(bytes, hole, before), revision);
}

/** @returns the stored form that `servableOf` was given */
export function storedFormOf({ bytes, hole }: Servable, revision: number): Buffer {
  const rest = bytes.subarray(memberEnd(bytes, hole, revision));
  const value = Buffer.allocUnsafeSlow(hole + 1 + rest.length);
  value.set(bytes.subarray(0, hole));
  value[hole] = 0;
  value.set(rest, hole + 1);
  return value;
}

/** In memory that several threads can read. It lives until no thread and no write under way refers to it: that is V8's to know, and it is never used twice. */
export function allocateShared(length: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(length));
}

function memberEnd(bytes: Uint8Array, hole: number, revision: number): number {
  const end = hole + BEFORE.length + String(revision).length + 1;
  return bytes[end] === COMMA ? end + 1 : end;
}

/** @returns a copy of `source` with `"resourceVersion":"…",` in place of what lies between the two positions; no comma where metadata ends there */
function splice(source: Uint8Array, from: number, to: number, revision: number, allocate: Allocate = Buffer.allocUnsafeSlow): Buffer {
  const digits = String(revision);
  const last = source[to] === CLOSING_BRACE;
  const bytes = allocate(source.length - (to - from) + BEFORE.length + digits.length + (last ? 1 : 2));
  bytes.set(source.subarray(0, from), 0);
  bytes.set(BEFORE, from);
  let at = from + BEFORE.length;
  at += bytes.write(digits, at, "latin1");
  bytes[at++] = QUOTE;
  if (!last) bytes[at++] = COMMA;
  bytes.set(source.subarray(to), at);
  return bytes;
}
