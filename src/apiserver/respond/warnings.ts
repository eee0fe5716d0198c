/** Warnings as headers: RFC 7234 section 5.5, in the one form that clients of Kubernetes read, `299 - "text"`. */

const CHARACTERS_MAX = 4096;
/** Of one warning, once all together are too long. */
const CHARACTERS_OF_ONE_MAX = 256;
const ASCII = /^[\x20-\x7e]*$/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** @returns the values of the headers: each text once, none with control characters, and all shortened where they are too long together */
export function warningHeaders(warnings: readonly string[]): string[] {
  const texts = [...new Set(warnings)].filter((text) => text !== "" && text.isWellFormed() && !CONTROL.test(text));
  if (texts.reduce((sum, text) => sum + charactersOf(text), 0) <= CHARACTERS_MAX) return texts.map(header);
  const told: string[] = [];
  let sum = 0;
  for (const text of texts) {
    if (sum >= CHARACTERS_MAX) break;
    const short = charactersOf(text) > CHARACTERS_OF_ONE_MAX ? [...text].slice(0, CHARACTERS_OF_ONE_MAX).join("") : text;
    sum += charactersOf(short);
    told.push(short);
  }
  return told.map(header);
}

const charactersOf = (text: string): number => (text.length > CHARACTERS_OF_ONE_MAX ? [...text].length : text.length);

/** The bytes are UTF-8, as Go's server writes them; node:http takes each character of a header for a byte. */
function header(text: string): string {
  const line = `299 - "${text.replace(/["\\]/g, "\\$&")}"`;
  return ASCII.test(line) ? line : Buffer.from(line).toString("latin1");
}
