/**
 * API priority and fairness (KEP-1040): every short request, and the beginning of every watch, takes seats of its priority level or waits in a queue of its flow;
 * who can't be served in time is told when to come back. The exempt lane is never held up: it is the way in for whoever must end the flood.
 */

import type { FlowSchema, PriorityLevelConfiguration } from "../../api/tables/flowcontrol-v1.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { Attributes } from "../../security/attributes.ts";
import type { User } from "../../security/user.ts";
import { Classifier } from "./classify.ts";
import { borrow, digestLevels, digestSchemas } from "./configuration.ts";
import { listWork, ONE_SEAT, type Sizes, type Work, writeWork } from "./estimate.ts";
import type { Level } from "./level.ts";
import { FlowControlMetrics } from "./metrics.ts";
import { Pace, SEATS_PER_TURN } from "./pace.ts";
import type { Refusal } from "./queue-set.ts";
import { Ticket } from "./ticket.ts";
import { WatchCounts } from "./watch-counts.ts";

/** Seats are divided anew so often. */
const PERIOD_MS = 10_000;
/** Who waits is looked at so often: a timer for each would cost more than most of them wait. */
const SWEEP_MS = 100;

export interface FlowControlOptions {
  readonly clock: Clock;
  readonly registry: MetricRegistry;
  /** Seats of the server: how many requests that aren't exempt run at once. */
  readonly seats: number;
  /** Calls back once the sockets were looked at. */
  soon(callback: () => void): void;
  /** What a list of a resource looks at; undefined for what the server holds nothing of. */
  sizes(group: string, resource: string, namespace: string): Sizes | undefined;
}

/** What asks for a turn. */
export interface Asking {
  readonly user: User;
  readonly attributes: Attributes;
  readonly query: URLSearchParams;
  /** Aborted when the client goes away; asked for only when the request has waited for a while. */
  readonly signal: AbortSignal;
}

interface Waiter {
  readonly ticket: Ticket;
  readonly asking: Asking;
  readonly until: number;
  reject(error: Error): void;
}

export class TooManyRequestsError extends Error {
  override name = "TooManyRequestsError";
  readonly ticket: Ticket;
  readonly retryAfterSeconds: number;
  constructor(ticket: Ticket, why: Refusal, retryAfterSeconds: number) {
    super(`Cannot serve a request of the flow schema ${ticket.flow.schema}: ${why}`);
    this.ticket = ticket;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export class FlowControl {
  readonly watches = new WatchCounts();
  readonly #options: FlowControlOptions;
  readonly #metrics: FlowControlMetrics;
  readonly #pace: Pace;
  readonly #waiters = new Set<Waiter>();
  #sweeping = false;
  #levels: Map<string, Level> = new Map();
  #classifier: Classifier;
  #cancelPeriod: () => void = () => {};

  constructor(options: FlowControlOptions) {
    this.#options = options;
    this.#metrics = new FlowControlMetrics(options.registry, () => this.#levels.values());
    this.#pace = new Pace(
      () => options.clock.now(),
      (callback) => options.soon(callback),
      () => this.#serveWaiting(),
    );
    this.#classifier = this.configure([], []);
    this.#periodically();
  }

  get levels(): Iterable<Level> {
    return this.#levels.values();
  }

  /** Follows the objects from now on. What is running or waiting goes on. */
  configure(schemas: readonly FlowSchema[], levels: readonly PriorityLevelConfiguration[]): Classifier {
    const { clock, seats } = this.#options;
    const follow = (level: Level): void => this.#metrics.follow(level, clock.now());
    this.#levels = digestLevels(this.#levels, levels, seats, { clock, gate: this.#pace, follow });
    this.#classifier = new Classifier(digestSchemas(schemas, this.#levels), this.#levels, this.#metrics);
    borrow(this.#levels.values());
    return this.#classifier;
  }

  /** Who still waits is refused: there is nothing left to be served by. */
  close(): void {
    this.#cancelPeriod();
    for (const waiter of this.#waiters) this.#giveUp(waiter, "cancelled");
  }

  /**
   * @param waitMs how long the request may wait
   * @returns its ticket, at once where it may run; throws a TooManyRequestsError
   */
  take(asking: Asking, waitMs: number): Ticket | Promise<Ticket> {
    const { user, attributes } = asking;
    const flow = this.#classifier.flowOf(user, attributes);
    const { level, metrics } = flow;
    if (level.set.config.kind === "queue") this.#pace.note();
    const work = this.#workOf(asking, level, metrics.watches);
    const ticket = new Ticket(flow, work, user.name, attributes, this.#options.clock.now());
    metrics.seats.observe(ticket.seats);
    const outcome = level.set.start(ticket);
    if (outcome === "running") {
      metrics.dispatched.value++;
      if (!level.exempt) metrics.waited.observe(0);
      return ticket;
    }
    if (outcome === "waiting") return this.#wait(ticket, asking, waitMs);
    throw this.#refuse(ticket, outcome);
  }

  /** The request is answered, or its watch has begun. May be called again. */
  giveBack(ticket: Ticket): void {
    if (ticket.state !== "running") return;
    const { flow } = ticket;
    flow.metrics.ran.observe((this.#options.clock.now() - ticket.startedAt) / 1000);
    flow.level.set.finish(ticket);
  }

  #workOf({ attributes, query }: Asking, level: Level, samples: { observe(value: number): void }): Work {
    switch (attributes.verb) {
      case "list":
      case "watch":
        if (!attributes.isResource) return ONE_SEAT;
        return listWork(attributes, query, this.#options.sizes(attributes.group, attributes.resource, attributes.namespace), level.seatsMax);
      case "create":
      case "update":
      case "patch":
      case "delete": {
        const watches = this.watches.of(attributes);
        samples.observe(watches);
        return writeWork(attributes, watches, level.seatsMax);
      }
      default:
        return ONE_SEAT;
    }
  }

  #wait(ticket: Ticket, asking: Asking, waitMs: number): Promise<Ticket> {
    const { clock } = this.#options;
    const { metrics } = ticket.flow;
    metrics.queueLength.observe(ticket.queue!.waiting.length);
    return new Promise((resolve, reject) => {
      const waiter = { ticket, asking, until: ticket.arrivedAt + waitMs, reject };
      this.#waiters.add(waiter);
      if (!this.#sweeping) this.#sweepLater();
      ticket.onRun = () => {
        this.#waiters.delete(waiter);
        metrics.dispatched.value++;
        metrics.waited.observe((clock.now() - ticket.arrivedAt) / 1000);
        resolve(ticket);
      };
    });
  }

  #sweepLater(): void {
    this.#sweeping = true;
    this.#options.clock.after(SWEEP_MS, () => {
      this.#sweeping = false;
      const now = this.#options.clock.now();
      for (const waiter of this.#waiters) {
        if (now >= waiter.until) this.#giveUp(waiter, "time-out");
        else if (waiter.asking.signal.aborted) this.#giveUp(waiter, "cancelled");
      }
      if (this.#waiters.size > 0) this.#sweepLater();
    });
  }

  #giveUp(waiter: Waiter, why: "time-out" | "cancelled"): void {
    const { ticket } = waiter;
    this.#waiters.delete(waiter);
    ticket.flow.level.set.cancel(ticket, why);
    ticket.flow.metrics.refusedAfter.observe((this.#options.clock.now() - ticket.arrivedAt) / 1000);
    waiter.reject(this.#refuse(ticket, why));
  }

  #refuse(ticket: Ticket, why: Refusal): TooManyRequestsError {
    const { level, metrics } = ticket.flow;
    metrics.rejected(why).add();
    return new TooManyRequestsError(ticket, why, level.dropped.note(this.#options.clock.now()));
  }

  /** Serves those who wait for the thread and not for seats, levels by the seats that they have. @returns whether others still wait */
  #serveWaiting(): boolean {
    const waiting = [...this.#levels.values()].filter(({ set }) => set.waiting > 0 && set.limit > 0);
    if (waiting.length === 0) return false;
    const floor = Math.min(...waiting.map(({ pass }) => pass));
    for (let left = SEATS_PER_TURN; left > 0; ) {
      let next: Level | undefined;
      for (const level of waiting) if (level.set.waiting > 0 && (!next || level.pass < next.pass)) next = level;
      if (!next) break;
      const given = next.set.dispatch(1);
      if (given === 0) waiting.splice(waiting.indexOf(next), 1);
      next.pass += given / next.set.limit;
      left -= given;
    }
    // A level that wanted nothing for a while hasn't saved it up.
    for (const level of this.#levels.values()) level.pass = Math.max(level.pass, floor);
    return waiting.some(({ set }) => set.waiting > 0 && set.seatsInUse < set.limit);
  }

  #periodically(): void {
    this.#cancelPeriod = this.#options.clock.after(PERIOD_MS, () => {
      this.#metrics.fairFraction = borrow(this.#levels.values());
      for (const [name, level] of this.#levels) if (level.quiescing && level.set.isIdle) this.#levels.delete(name);
      this.#periodically();
    });
  }
}
