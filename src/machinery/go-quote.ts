/** Quotes text as Go's strconv.Quote does: Kubernetes' messages are full of it, and clients compare them. */

const SHORT: Readonly<Record<string, string>> = Object.freeze({
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  '"': '\\"',
  "\\": "\\\\",
});
const UNPRINTABLE = /["\\]|\p{C}|[\p{Z}--[ ]]/gv;

/** @returns the text in double quotes, with escapes for what can't be printed */
export function goQuote(text: string): string {
  return `"${text.toWellFormed().replace(UNPRINTABLE, escaped)}"`;
}

function escaped(character: string): string {
  const short = SHORT[character];
  if (short) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** As Go's package time quotes what it can't parse: by bytes. */
export function goTimeQuote(text: string): string {
  let quoted = "";
  for (const byte of Buffer.from(text)) {
    if (byte < 0x20 || byte >= 0x80) quoted += `\\x${byte.toString(16).padStart(2, "0")}`;
    else quoted += `${byte === 0x22 || byte === 0x5c ? "\\" : ""}${String.fromCharCode(byte)}`;
  }
  return `"${quoted}"`;
}
