/** The values that literals stand for. [cel-go parser/unescape.go] */

const SHORT: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);
const ESCAPE = /\\(?:([0-3][0-7][0-7])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/gu;

/** What is inside the quotes, and whether its escapes count. */
function body(text: string): { content: string; raw: boolean } {
  const [, prefix = "", quote = ""] = /^([a-zA-Z]*)("""|'''|"|')/.exec(text) ?? [];
  const content = text.slice(prefix.length + quote.length, text.length - quote.length).replaceAll(/\r\n?/g, "\n");
  return { content, raw: /r/i.test(prefix) };
}

/** The text of a string literal. Throws an Error where an escape names no character. */
export function stringLiteral(text: string): string {
  const { content, raw } = body(text);
  if (raw) return content;
  return content.replace(ESCAPE, (_, octal?: string, hex?: string, short?: string, long?: string, plain?: string) => {
    if (plain !== undefined) return SHORT.get(plain) ?? plain;
    const code = octal === undefined ? Number.parseInt(hex ?? short ?? long ?? "", 16) : Number.parseInt(octal, 8);
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw new Error("invalid unicode code point");
    return String.fromCodePoint(code);
  });
}

/** The bytes of a bytes literal: octal and hexadecimal escapes are bytes, the rest is UTF-8. Throws an Error as `stringLiteral` does. */
export function bytesLiteral(text: string): Uint8Array {
  const { content, raw } = body(text);
  if (raw) return Buffer.from(content);
  const parts: Uint8Array[] = [];
  let last = 0;
  for (const found of content.matchAll(ESCAPE)) {
    const [all, octal, hex, short, long, plain] = found;
    parts.push(Buffer.from(content.slice(last, found.index)));
    last = found.index + all.length;
    if (short !== undefined || long !== undefined) throw new Error("unable to unescape string");
    if (plain !== undefined) parts.push(Buffer.from(SHORT.get(plain) ?? plain));
    else parts.push(Uint8Array.of(octal === undefined ? Number.parseInt(hex ?? "", 16) : Number.parseInt(octal, 8)));
  }
  parts.push(Buffer.from(content.slice(last)));
  return Buffer.concat(parts);
}

const INT_MIN = -(2n ** 63n);
const INT_MAX = 2n ** 63n - 1n;
const UINT_MAX = 2n ** 64n - 1n;

/** @returns undefined where the number doesn't fit 64 bits */
export function intLiteral(text: string, negative: boolean): bigint | undefined {
  const value = negative ? -BigInt(text) : BigInt(text);
  return value < INT_MIN || value > INT_MAX ? undefined : value;
}

export function uintLiteral(text: string): bigint | undefined {
  const value = BigInt(text.slice(0, -1));
  return value > UINT_MAX ? undefined : value;
}
