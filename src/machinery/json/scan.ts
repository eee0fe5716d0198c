/** One pass over the bytes of a document before anything is built from it: counts what the budget limits and finds what JSON.parse would get wrong. */

import type { JsonBudget } from "./budget.ts";
import { DecodeError } from "./decode-error.ts";

export interface Scan {
  /** Object members; fewer in the parsed value mean that some were there twice. */
  readonly members: number;
  /** Numbers that doubles may not hold or whose spelling matters (`1.0` is no integer), or escapes that may be half a surrogate pair: to be read by the exact parser. */
  readonly exact: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Integers of fewer digits are exact as doubles. */
const SAFE_DIGITS = 15;

/** Throws `DecodeError` for a document over the budget. Malformed JSON passes: the parser says what is wrong with it. */
export function scanJson(bytes: Uint8Array, budget: JsonBudget): Scan {
  const length = bytes.length;
  if (length > budget.maxBytes) throw new DecodeError(`json: the document is larger than ${budget.maxBytes} bytes`);
  let depth = 0;
  let members = 0;
  let items = 0;
  let exact = false;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) {
      i++;
      for (; i < length; i++) {
        const inner = bytes[i]!;
        if (inner === QUOTE) break;
        if (inner === BACKSLASH) {
          i++;
          if (bytes[i] === 0x75 && (bytes[i + 1]! | 0x20) === 0x64) exact = true;
        }
      }
    } else if (byte > 0x2f && byte < 0x3a) {
      const start = i;
      do i++;
      while (isNumberByte(bytes[i]!));
      if (i - start > SAFE_DIGITS || isFraction(bytes[i]!)) exact = true;
      i--;
    } else if (byte === 0x3a) {
      members++;
    } else if (byte === 0x2c) {
      items++;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > budget.maxDepth) throw new DecodeError("exceeded max depth");
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
    }
  }
  if (members > budget.maxMembers || items > budget.maxMembers) {
    throw new DecodeError(`json: the document has more than ${budget.maxMembers} members`);
  }
  return { members, exact };
}

function isNumberByte(byte: number): boolean {
  return byte > 0x2f && byte < 0x3a;
}

/** `.`, `e`, `E`: the number isn't spelled as an integer. */
function isFraction(byte: number): boolean {
  return byte === 0x2e || (byte | 0x20) === 0x65;
}
