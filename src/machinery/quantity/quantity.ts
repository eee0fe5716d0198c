/** Amounts such as `500m`, `1.5Gi` and `2e3`: exact decimal arithmetic, and the one canonical way to write each amount. */

import { binarySuffix, decimalSuffix, interpretSuffix, type QuantityFormat } from "./suffix.ts";

/** The text is no quantity; the message is Kubernetes' own. */
export class QuantityError extends Error {
  override name = "QuantityError";
}

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX_WRONG = "unable to parse quantity's suffix";
const NUMBER_WRONG = "unable to parse numeric part of quantity";
/** Nothing finer than a billionth: smaller parts are rounded up. */
const SCALE_MIN = -9;
/** So many decimal digits surely fit an int64. */
const INT64_DIGITS = 18;
const INT64_MAX = 2n ** 63n - 1n;
const POWERS_OF_TEN = Array.from({ length: 40 }, (_, i) => 10n ** BigInt(i));

function powerOfTen(exponent: number): bigint {
  return POWERS_OF_TEN[exponent] ?? 10n ** BigInt(exponent);
}

/** Longer texts than this are no amounts of anything. */
const TEXT_MAX = 256;

/** An amount: `unscaled × 10^scale`. Immutable. [Kubernetes' apimachinery pkg/api/resource] */
export class Quantity {
  readonly unscaled: bigint;
  /** Power of ten; never below −9. */
  readonly scale: number;
  readonly format: QuantityFormat;
  #text: string | undefined;

  constructor(unscaled: bigint, scale: number, format: QuantityFormat, text?: string) {
    this.unscaled = unscaled;
    this.scale = scale;
    this.format = format;
    this.#text = text;
  }

  static readonly zero = new Quantity(0n, 0, "DecimalSI", "0");

  /** Negative, zero or positive, as this amount is below, at or above the other. */
  compare(other: Quantity): number {
    const scale = Math.min(this.scale, other.scale);
    const difference = this.#at(scale) - other.#at(scale);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  isZero(): boolean {
    return this.unscaled === 0n;
  }

  /** The sum, written as this amount is; where this is zero, as the other. */
  add(other: Quantity): Quantity {
    const scale = Math.min(this.scale, other.scale);
    return new Quantity(this.#at(scale) + other.#at(scale), scale, this.isZero() ? other.format : this.format);
  }

  subtract(other: Quantity): Quantity {
    return this.add(other.negate());
  }

  negate(): Quantity {
    return new Quantity(-this.unscaled, this.scale, this.format);
  }

  multiply(factor: number | bigint): Quantity {
    return new Quantity(this.unscaled * BigInt(factor), this.scale, this.format);
  }

  /** How many whole `10^scale` cover the amount: 0.1 at scale 0 is 1. What remains is rounded away from zero. */
  scaledValue(scale: number): bigint {
    if (this.scale >= scale) return this.#at(scale);
    return divideAwayFromZero(this.unscaled, powerOfTen(scale - this.scale));
  }

  /** The amount with nothing finer than `10^scale`, rounded away from zero: what defaulting does to resource lists, at −3. */
  roundUp(scale: number): Quantity {
    return this.scale >= scale ? this : new Quantity(this.scaledValue(scale), scale, this.format);
  }

  /** In whole units, rounded up. */
  value(): bigint {
    return this.scaledValue(0);
  }

  /** In thousandths, rounded up. */
  milliValue(): bigint {
    return this.scaledValue(-3);
  }

  /** The nearest double: for scores and ratios, never for sums. */
  toNumber(): number {
    return Number(`${this.unscaled}e${this.scale}`);
  }

  /** The canonical text: no fraction, and the largest suffix that loses nothing. */
  toString(): string {
    this.#text ??= canonicalText(this);
    return this.#text;
  }

  toJSON(): string {
    return this.toString();
  }

  #at(scale: number): bigint {
    return scale === this.scale ? this.unscaled : this.unscaled * powerOfTen(this.scale - scale);
  }
}

/** Amounts repeat endlessly (`100m`, `128Mi`), and each is immutable. */
const known = new Map<string, Quantity>();
const KNOWN_MAX = 4096;

/** Reads an amount; throws `QuantityError`. Surrounding blanks are for the caller to cut. */
export function parseQuantity(text: string): Quantity {
  const found = known.get(text);
  if (found) return found;
  const quantity = readQuantity(text);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(text, quantity);
  return quantity;
}

function readQuantity(text: string): Quantity {
  if (text === "0") return Quantity.zero;
  if (text === "" || text.length > TEXT_MAX) throw new QuantityError(FORMAT_WRONG);
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[+-]?\d*)$/.exec(text);
  if (!match) throw new QuantityError(FORMAT_WRONG);
  const [, sign, digits = "", fraction = "", suffixText = ""] = match;
  const suffix = interpretSuffix(suffixText);
  if (!suffix) throw new QuantityError(SUFFIX_WRONG);
  const whole = digits.replace(/^0+/, "") || "0";
  const shifted = whole + fraction;
  const magnitude = BigInt(shifted);
  const multiplied = suffix.base === 2 ? magnitude << BigInt(suffix.exponent) : magnitude;
  const scale = (suffix.base === 10 ? suffix.exponent : 0) - fraction.length;
  const signed = (value: bigint) => (sign === "-" ? -value : value);

  if (isSmall(shifted, fraction, scale, suffix.base, suffix.exponent) && multiplied <= INT64_MAX) {
    return new Quantity(signed(multiplied), scale, suffix.format, isWrittenWell(shifted, magnitude, scale, suffix.base) ? text : undefined);
  }
  if (digits === "" && fraction === "") throw new QuantityError(NUMBER_WRONG);
  const rounded = scale < SCALE_MIN ? divideAwayFromZero(multiplied, powerOfTen(SCALE_MIN - scale)) : multiplied;
  const roundedScale = Math.max(scale, SCALE_MIN);
  if (suffix.format !== "BinarySI") return new Quantity(signed(rounded), roundedScale, suffix.format);
  const amount = new Quantity(rounded, roundedScale, "BinarySI");
  if (amount.compare(new Quantity(INT64_MAX, 0, "BinarySI")) > 0) return new Quantity(signed(INT64_MAX), 0, "BinarySI");
  const belowOne = !amount.isZero() && amount.compare(new Quantity(1n, 0, "BinarySI")) < 0;
  return new Quantity(signed(rounded), roundedScale, belowOne ? "DecimalSI" : "BinarySI");
}

/** Whether Kubernetes holds the amount in an int64, where it keeps a text that it takes for canonical: `1.001`, `+5`. */
function isSmall(shifted: string, fraction: string, scale: number, base: 2 | 10, exponent: number): boolean {
  if (base === 10) return shifted.length <= INT64_DIGITS && scale >= SCALE_MIN;
  return fraction === "" && 15 - shifted.length - Math.trunc((exponent * 3) / 10) - 1 >= 0;
}

function isWrittenWell(shifted: string, magnitude: bigint, scale: number, base: 2 | 10): boolean {
  if (base === 2) return (magnitude & 7n) !== 0n;
  return scale % 3 === 0 && !shifted.endsWith("000") && !shifted.startsWith("0");
}

function canonicalText(quantity: Quantity): string {
  if (quantity.isZero()) return "0";
  if (quantity.format === "BinarySI") {
    const whole = quantity.scaledValue(0);
    const exact = new Quantity(whole, 0, "BinarySI").compare(quantity) === 0;
    if (exact && (whole <= -1024n || whole >= 1024n)) return binaryText(whole);
  }
  return decimalText(quantity.unscaled, quantity.scale, quantity.format === "DecimalExponent" ? "DecimalExponent" : "DecimalSI");
}

function binaryText(whole: bigint): string {
  let mantissa = whole;
  let power = 0;
  while (power < 6 && mantissa % 1024n === 0n) {
    mantissa /= 1024n;
    power++;
  }
  return `${mantissa}${binarySuffix(power)}`;
}

function decimalText(unscaled: bigint, scale: number, format: QuantityFormat): string {
  const all = String(unscaled);
  const digits = all.replace(/0+$/, "");
  const exponent = scale + all.length - digits.length;
  const missing = ((exponent % 3) + 3) % 3;
  return `${digits}${"0".repeat(missing)}${decimalSuffix(exponent - missing, format)}`;
}

function divideAwayFromZero(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  const remainder = value % divisor;
  return remainder === 0n ? quotient : remainder > 0n ? quotient + 1n : quotient - 1n;
}

/** Texts that are surely canonical already, as most are: short decimals, and binaries that aren't whole multiples of the next suffix. */
const DECIMAL_AS_IT_IS = /^[1-9]\d{0,14}[numkMGTPE]?$/;
const BINARY_AS_IT_IS = /^[1-9]\d{0,2}[KMG]i$/;

/** Whether the text is surely canonical: cheap, and enough for nearly all that a cluster sees. */
export function isCanonicalQuantity(text: string): boolean {
  if (DECIMAL_AS_IT_IS.test(text)) return !/000\D?$/.test(text);
  return BINARY_AS_IT_IS.test(text) && Number.parseInt(text, 10) % 8 !== 0;
}

const CACHE_MAX = 2_000;
const canonical = new Map<string, string>();

/** @returns the amount's canonical text (`0.5Gi` is `512Mi`); remembers the texts that a cluster uses over and over. Throws `QuantityError`. */
export function canonicalQuantity(text: string): string {
  if (isCanonicalQuantity(text)) return text;
  const known = canonical.get(text);
  if (known !== undefined) return known;
  const result = parseQuantity(text).toString();
  if (text.length <= 24) {
    if (canonical.size >= CACHE_MAX) canonical.clear();
    canonical.set(text, result);
  }
  return result;
}
