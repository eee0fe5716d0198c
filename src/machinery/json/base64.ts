/** Base64 as Go's standard encoding reads it: padded, line breaks allowed, nothing else. */

import { DecodeError } from "./decode-error.ts";

const ALLOWED = new Uint8Array(128);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") ALLOWED[character.charCodeAt(0)] = 1;
const PAD = 0x3d;

/** @returns whether the text is base64 as the API writes it: what needs no rewriting */
export function isCanonicalBase64(text: string): boolean {
  const length = text.length;
  if (length % 4 !== 0) return false;
  if (length === 0) return true;
  const padding = text.charCodeAt(length - 1) !== PAD ? 0 : text.charCodeAt(length - 2) !== PAD ? 1 : 2;
  const end = length - padding;
  for (let i = 0; i < end; i++) {
    if (ALLOWED[text.charCodeAt(i)] !== 1) return false;
  }
  // The last character before the padding holds bits that no byte takes: they must be zero.
  return padding === 0 || (padding === 1 ? "AEIMQUYcgkosw048" : "AQgw").includes(text.charAt(end - 1));
}

/** @returns the canonical text; throws `DecodeError` in Go's words */
export function canonicalBase64(text: string): string {
  if (isCanonicalBase64(text)) return text;
  const joined = text.replace(/[\r\n]/g, "");
  const wrong = /[^A-Za-z0-9+/]/.exec(joined.replace(/={1,2}$/, ""));
  if (wrong || joined.length % 4 !== 0) {
    throw new DecodeError(`illegal base64 data at input byte ${wrong ? wrong.index : joined.length - (joined.length % 4)}`);
  }
  return Buffer.from(joined, "base64").toString("base64");
}
