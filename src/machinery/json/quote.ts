/** Writes strings as Go's encoder does, which also escapes what HTML would mistake for markup. */

/** Longer strings are cheaper to test by a regular expression than by a loop. */
const LOOP_MAX = 48;
const SPECIAL = /["\\<>&\u0000-\u001f\u2028\u2029\ud800-\udfff]/;
const HTML = /[<>&\u2028\u2029]/g;

/** @returns the JSON string, quotes included; half a surrogate pair becomes U+FFFD */
export function quoteJson(text: string): string {
  return isSimple(text) ? `"${text}"` : escapeHtml(JSON.stringify(text.toWellFormed()));
}

/** The escapes that Go adds to JSON: `\u003c` for `<` and so on. */
export function escapeHtml(json: string): string {
  return json.replace(HTML, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Whether the text stands in JSON as it is. */
export function isSimple(text: string): boolean {
  const length = text.length;
  if (length > LOOP_MAX) return !SPECIAL.test(text);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c || code === 0x26 || code === 0x3c || code === 0x3e) return false;
  }
  return true;
}
