/** What priority and fairness counts, under Kubernetes' names (`apiserver_flowcontrol_…`). */

import { counter, type Families, families, gauge, histogram } from "../../machinery/metrics/declare.ts";
import type { Family, MetricRegistry } from "../../machinery/metrics/registry.ts";
import { type Distribution, TimedDistribution, type Value } from "../../machinery/metrics/series.ts";
import type { Level } from "./level.ts";
import type { Refusal } from "./queue-set.ts";

const BY_LEVEL = ["priority_level"];
const BY_FLOW = ["priority_level", "flow_schema"];
const SECONDS = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const PREFIX = "apiserver_flowcontrol_";

const FAMILIES = {
  dispatched: counter("dispatched_requests_total", "BETA", "Requests that were let run.", BY_FLOW),
  rejected: counter("rejected_requests_total", "BETA", "Requests that were refused.", [...BY_FLOW, "reason"]),
  waited: histogram("request_wait_duration_seconds", "BETA", "How long requests waited in their queue.", SECONDS, [...BY_FLOW, "execute"]),
  ran: histogram("request_execution_seconds", "ALPHA", "How long requests held their seats.", SECONDS, [...BY_FLOW, "type"]),
  seats: histogram("work_estimated_seats", "ALPHA", "Seats that requests were taken to need.", [1, 2, 4, 8, 16, 32, 64, 100], BY_FLOW),
  watches: histogram("watch_count_samples", "ALPHA", "Watches that writes concern.", [0, 1, 10, 100, 1000, 10_000], BY_FLOW),
  queueLength: histogram(
    "request_queue_length_after_enqueue",
    "ALPHA",
    "Length of the queue as each request finds it that waits.",
    [0, 10, 25, 50, 100, 250, 500, 1000],
    BY_FLOW,
  ),
  seatUse: histogram(
    "priority_level_seat_utilization",
    "ALPHA",
    "Nanoseconds by the part of the level's seats that was taken.",
    [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1],
    [...BY_LEVEL, "phase"],
  ),
  requestUse: histogram(
    "priority_level_request_utilization",
    "ALPHA",
    "Nanoseconds by requests as a part of the limit.",
    [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 1],
    ["phase", ...BY_LEVEL],
  ),
  demand: histogram(
    "demand_seats",
    "ALPHA",
    "Nanoseconds by the seats that could have been used, as a multiple of the level's own.",
    [0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.7, 2, 2.8, 4, 6],
    BY_LEVEL,
  ),
  inQueue: gauge("current_inqueue_requests", "BETA", "Requests that wait.", BY_FLOW),
  inQueueSeats: gauge("current_inqueue_seats", "ALPHA", "Seats that waiting requests ask for.", BY_FLOW),
  executing: gauge("current_executing_requests", "BETA", "Requests that run; of watches those that begin.", BY_FLOW),
  executingSeats: gauge("current_executing_seats", "BETA", "Seats that running requests hold.", BY_FLOW),
  fairFraction: gauge("seat_fair_frac", "ALPHA", "What each level was given of what it wanted.", [], "largest"),
};

/** What is read of each level when somebody asks. */
const READINGS: readonly (readonly [name: string, stability: "ALPHA" | "BETA", help: string, read: (level: Level) => number])[] = [
  ["nominal_limit_seats", "BETA", "Seats that are the level's own.", (level) => level.nominal],
  ["lower_limit_seats", "ALPHA", "Seats that the level keeps.", (level) => level.lower],
  ["upper_limit_seats", "ALPHA", "Seats that the level may have.", (level) => level.upper],
  ["current_limit_seats", "ALPHA", "Seats that the level has now.", (level) => level.set.limit],
  ["current_r", "ALPHA", "Progress of the level's queues, in seat-seconds.", (level) => level.set.currentR / 1000],
  ["demand_seats_high_watermark", "ALPHA", "The most seats that could have been used in the last period.", (level) => level.demand.peak],
  ["demand_seats_average", "ALPHA", "Seats that could have been used in the last period, on average.", (level) => level.demand.average],
  ["demand_seats_stdev", "ALPHA", "The spread of the seats that could have been used.", (level) => level.demand.deviation],
  ["demand_seats_smoothed", "ALPHA", "Seats that could have been used, smoothed.", (level) => level.demand.smoothed],
  ["target_seats", "ALPHA", "Seats that the level was taken to want.", (level) => level.target],
];

/** The series that each request of a schema counts in: looked up once a flow. */
export interface FlowMetrics {
  readonly dispatched: Value;
  readonly waited: Distribution;
  readonly refusedAfter: Distribution;
  readonly ran: Distribution;
  readonly seats: Distribution;
  readonly watches: Distribution;
  readonly queueLength: Distribution;
  rejected(why: Refusal): Value;
}

export class FlowControlMetrics {
  readonly #families: Families<typeof FAMILIES>;
  readonly #levels: readonly Family<Value>[];
  readonly #fairFraction: Value;

  constructor(registry: MetricRegistry, levels: () => Iterable<Level>) {
    this.#families = families(registry, FAMILIES, PREFIX);
    this.#fairFraction = this.#families.fairFraction.of();
    this.#levels = Object.values(
      families(registry, Object.fromEntries(READINGS.map(([rest, stability, help]) => [rest, gauge(rest, stability, help, BY_LEVEL)])), PREFIX),
    );
    const { inQueue, inQueueSeats, executing, executingSeats } = this.#families;
    registry.onCollect(() => {
      for (const family of [...this.#levels, inQueue, inQueueSeats, executing, executingSeats]) family.clear();
      for (const level of levels()) {
        level.set.sync();
        for (const [i, [, , , read]] of READINGS.entries()) this.#levels[i]!.of(level.name).set(read(level));
        this.#countTickets(level);
      }
    });
  }

  set fairFraction(value: number) {
    this.#fairFraction.set(value);
  }

  /** @returns the series of a schema's requests */
  ofFlow(level: string, schema: string): FlowMetrics {
    const labels = [level, schema] as const;
    return {
      dispatched: this.#families.dispatched.of(...labels),
      waited: this.#families.waited.of(...labels, "true"),
      refusedAfter: this.#families.waited.of(...labels, "false"),
      ran: this.#families.ran.of(...labels, "regular"),
      seats: this.#families.seats.of(...labels),
      watches: this.#families.watches.of(...labels),
      queueLength: this.#families.queueLength.of(...labels),
      rejected: (why) => this.#families.rejected.of(...labels, why),
    };
  }

  /** From now on counts the level's time: how much of it is used. */
  follow(level: Level, now: number): void {
    const { set } = level;
    const seatUse = new TimedDistribution(this.#families.seatUse.of(level.name, "executing"), now);
    const executing = new TimedDistribution(this.#families.requestUse.of("executing", level.name), now);
    const waiting = new TimedDistribution(this.#families.requestUse.of("waiting", level.name), now);
    const demand = new TimedDistribution(this.#families.demand.of(level.name), now);
    let at = now;
    set.onElapsed = (elapsedMs) => {
      at += elapsedMs;
      const limit = Math.max(1, set.limit);
      const room = Math.max(1, set.config.queueLengthLimit * Math.max(1, set.config.queues));
      seatUse.pass(set.seatsInUse / limit, at);
      executing.pass(set.running / limit, at);
      waiting.pass(set.waiting / room, at);
      demand.pass((set.seatsInUse + set.seatsWaiting) / Math.max(1, level.nominal), at);
    };
  }

  #countTickets({ name: level, set }: Level): void {
    for (const { flow, seats } of set.queueless) {
      this.#families.executing.of(level, flow.schema).add();
      this.#families.executingSeats.of(level, flow.schema).add(seats);
    }
    for (const queue of set.queues.values()) {
      for (const { flow, seats } of queue.running) {
        this.#families.executing.of(level, flow.schema).add();
        this.#families.executingSeats.of(level, flow.schema).add(seats);
      }
      for (const { flow, seats } of queue.waiting) {
        this.#families.inQueue.of(level, flow.schema).add();
        this.#families.inQueueSeats.of(level, flow.schema).add(seats);
      }
    }
  }
}
