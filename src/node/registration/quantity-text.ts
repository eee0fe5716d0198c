/** Bytes as the API writes amounts of memory and disk. */

/** In whole KiB, rounded down. */
export function binaryText(bytes: number): string {
  return `${Math.floor(bytes / 1024)}Ki`;
}
