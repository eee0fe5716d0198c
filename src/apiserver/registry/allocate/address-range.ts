/** The range of cluster addresses, and which of it is handed out to whom asks for none in particular. */

import assert from "node:assert/strict";
import { isIPv4 } from "node:net";
import type { Random } from "../../../machinery/random.ts";

/** How often chance is tried before the range is walked through. */
const GUESSES = 32;

export class AddressRange {
  readonly cidr: string;
  readonly #first: number;
  readonly #size: number;
  /** The lower part is left to those who name an address, until nothing else is free (KEP-3070). */
  readonly #dynamicFrom: number;

  constructor(cidr: string) {
    const [base = "", bits = ""] = cidr.split("/");
    const length = Number(bits);
    assert.ok(isIPv4(base) && Number.isInteger(length) && length >= 8 && length <= 30, `${cidr} is no range of cluster addresses`);
    this.cidr = cidr;
    this.#size = 2 ** (32 - length);
    this.#first = Math.floor(toNumber(base) / this.#size) * this.#size;
    this.#dynamicFrom = this.#size < 32 ? 1 : 1 + Math.min(Math.max(16, Math.floor(this.#size / 16)), 256);
  }

  /** Whether an address can be handed out: neither the network's own nor its broadcast address. */
  contains(address: string): boolean {
    if (!isIPv4(address)) return false;
    const offset = toNumber(address) - this.#first;
    return offset > 0 && offset < this.#size - 1;
  }

  /** @returns a free address, undefined when all are taken */
  choose(random: Random, isTaken: (address: string) => boolean): string | undefined {
    const dynamic = this.#size - 1 - this.#dynamicFrom;
    for (let guess = 0; guess < GUESSES; guess++) {
      const address = toAddress(this.#first + this.#dynamicFrom + random.below(dynamic));
      if (!isTaken(address)) return address;
    }
    const start = random.below(dynamic);
    return this.#walk(this.#dynamicFrom, dynamic, start, isTaken) ?? this.#walk(1, this.#dynamicFrom - 1, 0, isTaken);
  }

  #walk(from: number, count: number, start: number, isTaken: (address: string) => boolean): string | undefined {
    for (let step = 0; step < count; step++) {
      const address = toAddress(this.#first + from + ((start + step) % count));
      if (!isTaken(address)) return address;
    }
    return undefined;
  }
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(value: number): string {
  return `${Math.floor(value / 2 ** 24)}.${Math.floor(value / 65536) % 256}.${Math.floor(value / 256) % 256}.${value % 256}`;
}
