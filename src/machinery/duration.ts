/** Lengths of time as Go writes them: `1h30m0s`, `250ms`. In nanoseconds, exact. */

import { goTimeQuote } from "./go-quote.ts";

/** The text is no duration; the message is Go's. */
export class DurationError extends Error {
  override name = "DurationError";
}

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n], // U+00B5
  ["μs", 1_000n], // U+03BC
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);
const SECOND = 1_000_000_000n;
const MAX = 2n ** 63n;
/** No duration that fits is longer, whatever its zeros. */
const TEXT_MAX = 256;

/** Reads `1h30m`, `-1.5s`, `0`. Throws `DurationError`. */
export function parseDuration(text: string): bigint {
  const invalid = () => new DurationError(`time: invalid duration ${goTimeQuote(text)}`);
  const unsigned = text.replace(/^[+-]/, "");
  if (unsigned === "0") return 0n;
  if (unsigned === "" || text.length > TEXT_MAX) throw invalid();
  let total = 0n;
  let rest = unsigned;
  while (rest !== "") {
    const match = /^(\d*)(?:\.(\d*))?([^.\d]*)/.exec(rest);
    const [all = "", whole = "", fraction = "", unitText = ""] = match ?? [];
    if (whole === "" && fraction === "") throw invalid();
    if (unitText === "") throw new DurationError(`time: missing unit in duration ${goTimeQuote(text)}`);
    const unit = UNITS.get(unitText);
    if (unit === undefined) throw new DurationError(`time: unknown unit ${goTimeQuote(unitText)} in duration ${goTimeQuote(text)}`);
    total += BigInt(whole || "0") * unit + (fraction ? (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length) : 0n);
    if (total > MAX) throw invalid();
    rest = rest.slice(all.length);
  }
  if (text.startsWith("-")) return -total;
  if (total === MAX) throw invalid();
  return total;
}

/** @returns the text of so many nanoseconds: `1h0m0s`, `1.5s`, `250ms`, `0s` */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return "0s";
  const sign = nanoseconds < 0n ? "-" : "";
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 1_000n)}µs`;
  if (size < SECOND) return `${sign}${decimal(size, 1_000_000n)}ms`;
  const minutes = size / (60n * SECOND);
  const seconds = decimal(size % (60n * SECOND), SECOND);
  const hours = minutes / 60n;
  return `${sign}${hours > 0n ? `${hours}h` : ""}${minutes > 0n ? `${minutes % 60n}m` : ""}${seconds}s`;
}

function decimal(value: bigint, unit: bigint): string {
  const fraction = String(value % unit)
    .padStart(String(unit).length - 1, "0")
    .replace(/0+$/, "");
  return `${value / unit}${fraction && `.${fraction}`}`;
}
