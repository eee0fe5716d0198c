/** The suffixes of quantities: powers of ten, powers of 1024, and exponents. */

/** How a quantity was written, which is how it is written again. */
export type QuantityFormat = "DecimalSI" | "BinarySI" | "DecimalExponent";

export interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

const DECIMAL: readonly (readonly [string, number])[] = [
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
];
const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
/** Beyond it a comparison would have to write out numbers of that many digits. Kubernetes has no such limit; nothing real comes near it. */
const EXPONENT_MAX = 999;

const byText = new Map<string, Suffix>([
  ...DECIMAL.map(([text, exponent]): [string, Suffix] => [text, { base: 10, exponent, format: "DecimalSI" }]),
  ...BINARY.map((text, i): [string, Suffix] => [text, { base: 2, exponent: 10 * (i + 1), format: "BinarySI" }]),
]);
const decimalText = new Map(DECIMAL.map(([text, exponent]) => [exponent, text]));

/** @returns what the suffix means, or undefined where it means nothing */
export function interpretSuffix(text: string): Suffix | undefined {
  const known = byText.get(text);
  if (known) return known;
  if (!/^[eE][+-]?\d+$/.test(text)) return undefined;
  const exponent = Number(text.slice(1));
  return Math.abs(exponent) <= EXPONENT_MAX ? { base: 10, exponent, format: "DecimalExponent" } : undefined;
}

/** @param exponent of ten, a multiple of three; one that has no letter is written as an exponent, so that no value is lost */
export function decimalSuffix(exponent: number, format: QuantityFormat): string {
  const letter = format === "DecimalSI" ? decimalText.get(exponent) : undefined;
  return letter ?? (exponent === 0 ? "" : `e${exponent}`);
}

/** @param power of 1024, 0 to 6 */
export function binarySuffix(power: number): string {
  return power === 0 ? "" : (BINARY[power - 1] ?? "");
}
