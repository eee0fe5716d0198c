/** Amounts of bytes that aren't whole. */

import { parseQuantity } from "../../machinery/quantity/quantity.ts";

/** @returns warnings: a part of a byte is no amount of memory, yet old objects have some */
export function fractions(at: string, list: Readonly<Record<string, string>> | undefined): string[] {
  return ["memory", "ephemeral-storage", "storage"].flatMap((name) => {
    const value = list?.[name];
    if (value === undefined || parseQuantity(value).milliValue() % 1000n === 0n) return [];
    return [`${at}[${name}]: fractional byte value ${JSON.stringify(value)} is invalid, must be an integer`];
  });
}
