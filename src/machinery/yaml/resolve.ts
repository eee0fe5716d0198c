/** What an unquoted YAML scalar means to Kubernetes: the words and numbers of YAML 1.1, without its sexagesimals and dates. */

export type Resolved = null | boolean | number | bigint | string;

const WORDS: ReadonlyMap<string, Resolved> = new Map<string, Resolved>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word): [string, Resolved] => [word, true]),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word): [string, Resolved] => [word, false]),
  ...["", "~", "null", "Null", "NULL"].map((word): [string, Resolved] => [word, null]),
  ...[".nan", ".NaN", ".NAN"].map((word): [string, Resolved] => [word, Number.NaN]),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((word): [string, Resolved] => [word, Number.POSITIVE_INFINITY]),
  ...["-.inf", "-.Inf", "-.INF"].map((word): [string, Resolved] => [word, Number.NEGATIVE_INFINITY]),
]);
const INTEGER = /^([+-]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const TIMESTAMP = /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))|(?: \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?))?$/;
const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;
/** A longer text is no number of 64 bits. */
const NUMBER_MAX = 128;

/** @returns null, a boolean, a number (a bigint where doubles can't hold it), or the text itself */
export function resolvePlain(text: string): Resolved {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  const first = text.charCodeAt(0);
  const numeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e;
  if (!numeric || text.length > NUMBER_MAX || isTimestamp(text)) return text;
  const plain = first === 0x2e ? text : text.replaceAll("_", "");
  return integer(plain) ?? (FLOAT.test(plain) ? float(plain, text) : text);
}

/** Whether the text, unquoted, would be read as a date: Kubernetes then keeps it as the string it is, but quotes it when it writes. */
export function isTimestamp(text: string): boolean {
  return TIMESTAMP.test(text);
}

function integer(text: string): number | bigint | undefined {
  const match = INTEGER.exec(text);
  if (!match) return undefined;
  const [, sign, hexadecimal, binary, octal, decimal] = match;
  const size = BigInt(hexadecimal ? `0x${hexadecimal}` : binary ? `0b${binary}` : octal ? `0o${octal}` : (decimal ?? "0"));
  const value = sign === "-" ? -size : size;
  if (value < INT64_MIN || value > (sign === "" ? UINT64_MAX : -INT64_MIN - 1n)) return undefined;
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** Go refuses what overflows: it stays a string. */
function float(plain: string, text: string): number | string {
  const value = Number(plain);
  return Number.isFinite(value) ? value : text;
}
