/** Turns for calls: priority and fairness for what is short, a bound on the watches of one user, and how many requests are at work now. */

import type { Clock } from "../../machinery/clock.ts";
import type { Call, Turns } from "../call.ts";
import { PlainError } from "../plain-error.ts";
import { deadlineMs } from "../steps/deadline.ts";
import { isLongRunning, isReadOnly } from "../steps/long-running.ts";
import { type FlowControl, TooManyRequestsError } from "./flow-control.ts";
import type { Ticket } from "./ticket.ts";
import { type UserCounts, userCounts } from "./user-counts.ts";

/** A request may wait for this part of the time that it has. */
const WAIT_PART = 1 / 4;
const DEFAULT_TIME_MS = 60_000;
const RETRY_AFTER_SECONDS = 1;
const SHUTTING_DOWN = "The apiserver is shutting down, please try again later.";
/** What is answered until the end. */
const ALWAYS_SERVED = /^\/(?:livez|readyz|healthz|metrics)/;

export class FlowTurns implements Turns {
  reading = 0;
  writing = 0;
  /** The server is about to stop: newcomers are told to come back. */
  refusing = false;
  readonly longRunning = new Set<Call>();
  /** The second that is counted, the most at work in it so far, and in the one before. */
  #second = 0;
  #peaks = { readOnly: 0, mutating: 0 };
  #lastPeaks = { readOnly: 0, mutating: 0 };
  readonly #flowControl: FlowControl;
  readonly #clock: Clock;
  readonly #watchesMax: number;
  readonly #watching: UserCounts;

  /** @param watchesMax of one user; those of exempt levels are not bounded */
  constructor(flowControl: FlowControl, clock: Clock, watchesMax: number, watching = userCounts(undefined)) {
    this.#watching = watching;
    this.#flowControl = flowControl;
    this.#clock = clock;
    this.#watchesMax = watchesMax;
  }

  take(call: Call): void | Promise<void> {
    if (this.refusing && call.user.via !== "loopback" && !ALWAYS_SERVED.test(call.attributes.path)) throw new PlainError(429, SHUTTING_DOWN, 5);
    const isWatch = call.attributes.verb === "watch" && call.attributes.isResource;
    if (!isWatch && isLongRunning(call)) {
      call.turn = { ticket: undefined, end: undefined, inFlight: undefined };
      this.longRunning.add(call);
      return undefined;
    }
    try {
      const { exchange } = call;
      const asking = {
        user: call.user,
        attributes: call.attributes,
        query: call.query,
        get signal() {
          return exchange.signal; // Made only when somebody listens.
        },
      };
      const ticket = this.#flowControl.take(asking, this.#waitMs(call));
      if (ticket instanceof Promise)
        return ticket.then(
          (given) => this.#begin(call, given, isWatch),
          (error) => this.#refuse(call, error),
        );
      this.#begin(call, ticket, isWatch);
    } catch (error) {
      this.#refuse(call, error);
    }
    return undefined;
  }

  peaks(): { readonly readOnly: number; readonly mutating: number } {
    this.#notePeak(this.#clock.now());
    const [now, before] = [this.#peaks, this.#lastPeaks];
    return { readOnly: Math.max(now.readOnly, before.readOnly), mutating: Math.max(now.mutating, before.mutating) };
  }

  waiting(): { readonly readOnly: number; readonly mutating: number } {
    const tickets = [...this.#flowControl.levels].flatMap(({ set }) => [...set.queues.values()].flatMap(({ waiting }) => waiting));
    const readOnly = tickets.filter(({ attributes }) => isReadOnly(attributes)).length;
    return { readOnly, mutating: tickets.length - readOnly };
  }

  /** A watch has sent what it began with: from now on it holds no seats. */
  begun(call: Call): void {
    const { turn } = call;
    if (!turn?.ticket) return;
    this.#flowControl.giveBack(turn.ticket);
    this.#leave(call);
  }

  giveBack(call: Call): void {
    const { turn } = call;
    if (!turn) return;
    if (turn.ticket) this.#flowControl.giveBack(turn.ticket);
    this.#leave(call);
    this.longRunning.delete(call);
    turn.end?.();
    call.turn = undefined;
  }

  #begin(call: Call, ticket: Ticket, isWatch: boolean): void {
    call.turn = { ticket, end: isWatch ? this.#watch(call, ticket) : undefined, inFlight: isReadOnly(call.attributes) ? "reading" : "writing" };
    this[call.turn.inFlight!]++;
    this.#notePeak(ticket.startedAt);
  }

  #notePeak(now: number): void {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#lastPeaks = second === this.#second + 1 ? this.#peaks : { readOnly: 0, mutating: 0 };
      this.#peaks = { readOnly: 0, mutating: 0 };
      this.#second = second;
    }
    if (this.reading > this.#peaks.readOnly) this.#peaks.readOnly = this.reading;
    if (this.writing > this.#peaks.mutating) this.#peaks.mutating = this.writing;
  }

  #leave({ turn }: Call): void {
    if (!turn?.inFlight) return;
    this[turn.inFlight]--;
    turn.inFlight = undefined;
  }

  /** @returns what forgets the watch */
  #watch(call: Call, ticket: Ticket): () => void {
    const { name } = call.user;
    if (this.#watching.of(name) >= this.#watchesMax && !ticket.flow.level.exempt) {
      call.turn = { ticket, end: undefined, inFlight: undefined };
      this.#flowControl.giveBack(ticket);
      throw tooMany(RETRY_AFTER_SECONDS);
    }
    this.#watching.add(name, 1);
    this.longRunning.add(call);
    const forget = this.#flowControl.watches.add(call.attributes, call.query.get("fieldSelector"));
    return () => {
      forget();
      this.#watching.add(name, -1);
    };
  }

  #refuse(call: Call, error: unknown): never {
    if (!(error instanceof TooManyRequestsError)) throw error;
    call.turn = { ticket: error.ticket, end: undefined, inFlight: undefined };
    throw tooMany(error.retryAfterSeconds);
  }

  #waitMs(call: Call): number {
    const spent = this.#clock.now() - call.receivedAt;
    return Math.max(0, (deadlineMs(call) ?? DEFAULT_TIME_MS) * WAIT_PART - spent);
  }
}

function tooMany(retryAfterSeconds: number): PlainError {
  return new PlainError(429, "Too many requests, please try again later.", retryAfterSeconds);
}
