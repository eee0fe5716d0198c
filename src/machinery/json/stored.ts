/** Decodes what our own encoder wrote: no budget, no repeated members, nothing to complain of. */

import type { Schema } from "../schema/schema.ts";
import { decode } from "./decode.ts";
import { utf8 } from "./document.ts";
import { fastDecoder, newWalk } from "./fast.ts";

/** What was once accepted is read back, whatever a request may bring now. */
const STORED_BUDGET = { maxBytes: 64 << 20, maxDepth: 10_000, maxMembers: 10_000_000 };
/** Numbers that doubles may not hold, and escapes that may be half a surrogate pair: for the exact parser. */
const EXACT = /\d{16}|\\u[dD]/;

export function decodeStoredJson<T extends object>(bytes: Uint8Array, schema: Schema): T {
  const text = utf8(bytes);
  if (!EXACT.test(text)) {
    const walk = newWalk({ trusted: true });
    const value = fastDecoder(schema)(JSON.parse(text), walk);
    if (walk.ok) return value as T; // The schema is what says so.
  }
  return decode<T>(bytes, schema, STORED_BUDGET).value;
}
