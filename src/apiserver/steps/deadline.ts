/** How long a request may take: what the client asks for, within the server's own bounds. Only a request that has to wait for something gets a timer. */

import type { Clock } from "../../machinery/clock.ts";
import { badRequest, type StatusError, timeout } from "../../machinery/status/status-error.ts";
import type { Call } from "../call.ts";
import { isLongRunning, isReadOnly } from "./long-running.ts";

const MAX_MS = 60_000;
const WRITE_MS = 34_000;
const UNITS: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/**
 * @returns the milliseconds that a short request may take; undefined for one that lasts as long as its client likes
 * @throws StatusError 400 for a `timeout` that isn't a positive Go duration
 */
export function deadlineMs(call: Call): number | undefined {
  if (isLongRunning(call)) return undefined;
  const asked = call.query.get("timeout");
  const bound = isReadOnly(call.attributes) ? MAX_MS : WRITE_MS;
  return asked ? Math.min(parseDuration(asked), bound) : bound;
}

function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  const seen = parts.map(([whole]) => whole).join("");
  const sum = parts.reduce((total, [, count, unit]) => total + Number(count) * UNITS.get(unit!)!, 0);
  if (text !== "0" && seen !== text) throw badRequest(`invalid timeout specified in the request URL - time: invalid duration ${JSON.stringify(text)}`);
  return sum > 0 ? sum : MAX_MS;
}

/** Requests that wait for something, with the time at which each is over. Looked through now and then: a timer for each would cost more than most of them take. */
export class Deadlines {
  static readonly CHECK_MS = 250;
  readonly #clock: Clock;
  readonly #open = new Map<Call, number>();
  #watching = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(call: Call, onOver: (call: Call, error: StatusError) => void): void {
    const limit = deadlineMs(call);
    if (limit === undefined) return;
    this.#open.set(call, this.#clock.now() + limit);
    if (this.#watching) return;
    this.#watching = true;
    this.#watch(onOver);
  }

  /** What isn't answered yet, and has a time to be. */
  *underWay(): Generator<string> {
    for (const { exchange, attributes } of this.#open.keys()) yield `${exchange.method} ${attributes.path}`;
  }

  end(call: Call): void {
    this.#open.delete(call);
  }

  #watch(onOver: (call: Call, error: StatusError) => void): void {
    this.#clock.after(Deadlines.CHECK_MS, () => {
      const now = this.#clock.now();
      for (const [call, at] of this.#open) {
        if (at > now) continue;
        this.#open.delete(call);
        onOver(call, timeout("Timeout: request did not complete within requested timeout - context deadline exceeded"));
      }
      this.#watching = this.#open.size > 0;
      if (this.#watching) this.#watch(onOver);
    });
  }
}
