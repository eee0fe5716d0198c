/** What priority and fairness counts, under Kubernetes' names (`apiserver_flowcontrol_…`). */

import type { Family, MetricRegistry } from "../../machinery/metrics/registry.ts";
import { type Distribution, TimedDistribution, type Value } from "../../machinery/metrics/series.ts";
import type { Level } from "./level.ts";
import type { Refusal } from "./queue-set.ts";

const BY_LEVEL = ["priority_level"];
const BY_FLOW = ["priority_level", "flow_schema"];
const SECONDS = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const name = (rest: string): string => `apiserver_flowcontrol_${rest}`;

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
  readonly #dispatched: Family<Value>;
  readonly #rejected: Family<Value>;
  readonly #waited: Family<Distribution>;
  readonly #ran: Family<Distribution>;
  readonly #seats: Family<Distribution>;
  readonly #watches: Family<Distribution>;
  readonly #queueLength: Family<Distribution>;
  readonly #seatUse: Family<Distribution>;
  readonly #requestUse: Family<Distribution>;
  readonly #demand: Family<Distribution>;
  readonly #levels: Family<Value>[];
  readonly #inQueue: Family<Value>;
  readonly #inQueueSeats: Family<Value>;
  readonly #executing: Family<Value>;
  readonly #executingSeats: Family<Value>;
  readonly #fairFraction: Value;

  constructor(registry: MetricRegistry, levels: () => Iterable<Level>) {
    const byFlow = (rest: string, help: string, stability: "BETA" | "ALPHA" = "BETA") => ({ name: name(rest), help, stability, labels: BY_FLOW });
    const alpha = (rest: string, help: string, labels: readonly string[]) => ({ name: name(rest), help, stability: "ALPHA" as const, labels });
    this.#dispatched = registry.counter(byFlow("dispatched_requests_total", "Requests that were let run."));
    this.#rejected = registry.counter({ ...byFlow("rejected_requests_total", "Requests that were refused."), labels: [...BY_FLOW, "reason"] });
    this.#waited = registry.histogram({
      ...byFlow("request_wait_duration_seconds", "How long requests waited in their queue."),
      labels: [...BY_FLOW, "execute"],
      buckets: SECONDS,
    });
    this.#ran = registry.histogram({ ...alpha("request_execution_seconds", "How long requests held their seats.", [...BY_FLOW, "type"]), buckets: SECONDS });
    this.#seats = registry.histogram({
      ...byFlow("work_estimated_seats", "Seats that requests were taken to need.", "ALPHA"),
      buckets: [1, 2, 4, 8, 16, 32, 64, 100],
    });
    this.#watches = registry.histogram({ ...byFlow("watch_count_samples", "Watches that writes concern.", "ALPHA"), buckets: [0, 1, 10, 100, 1000, 10_000] });
    this.#queueLength = registry.histogram({
      ...byFlow("request_queue_length_after_enqueue", "Length of the queue as each request finds it that waits.", "ALPHA"),
      buckets: [0, 10, 25, 50, 100, 250, 500, 1000],
    });
    this.#seatUse = registry.histogram({
      ...alpha("priority_level_seat_utilization", "Nanoseconds by the part of the level's seats that was taken.", [...BY_LEVEL, "phase"]),
      buckets: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1],
    });
    this.#requestUse = registry.histogram({
      ...alpha("priority_level_request_utilization", "Nanoseconds by requests as a part of the limit.", ["phase", ...BY_LEVEL]),
      buckets: [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 1],
    });
    this.#demand = registry.histogram({
      ...alpha("demand_seats", "Nanoseconds by the seats that could have been used, as a multiple of the level's own.", BY_LEVEL),
      buckets: [0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.7, 2, 2.8, 4, 6],
    });
    this.#inQueue = registry.gauge(byFlow("current_inqueue_requests", "Requests that wait."));
    this.#inQueueSeats = registry.gauge(byFlow("current_inqueue_seats", "Seats that waiting requests ask for.", "ALPHA"));
    this.#executing = registry.gauge(byFlow("current_executing_requests", "Requests that run; of watches those that begin."));
    this.#executingSeats = registry.gauge(byFlow("current_executing_seats", "Seats that running requests hold."));
    this.#fairFraction = registry.gauge({ ...alpha("seat_fair_frac", "What each level was given of what it wanted.", []), across: "largest" }).of();
    const readings: readonly [string, string, "ALPHA" | "BETA", (level: Level) => number][] = [
      ["nominal_limit_seats", "Seats that are the level's own.", "BETA", (level) => level.nominal],
      ["lower_limit_seats", "Seats that the level keeps.", "ALPHA", (level) => level.lower],
      ["upper_limit_seats", "Seats that the level may have.", "ALPHA", (level) => level.upper],
      ["current_limit_seats", "Seats that the level has now.", "ALPHA", (level) => level.set.limit],
      ["current_r", "Progress of the level's queues, in seat-seconds.", "ALPHA", (level) => level.set.currentR / 1000],
      ["demand_seats_high_watermark", "The most seats that could have been used in the last period.", "ALPHA", (level) => level.demand.peak],
      ["demand_seats_average", "Seats that could have been used in the last period, on average.", "ALPHA", (level) => level.demand.average],
      ["demand_seats_stdev", "The spread of the seats that could have been used.", "ALPHA", (level) => level.demand.deviation],
      ["demand_seats_smoothed", "Seats that could have been used, smoothed.", "ALPHA", (level) => level.demand.smoothed],
      ["target_seats", "Seats that the level was taken to want.", "ALPHA", (level) => level.target],
    ];
    this.#levels = readings.map(([rest, help, stability]) => registry.gauge({ name: name(rest), help, stability, labels: BY_LEVEL }));
    registry.onCollect(() => {
      for (const family of [...this.#levels, this.#inQueue, this.#inQueueSeats, this.#executing, this.#executingSeats]) family.clear();
      for (const level of levels()) {
        level.set.sync();
        for (const [i, [, , , read]] of readings.entries()) this.#levels[i]!.of(level.name).set(read(level));
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
      dispatched: this.#dispatched.of(...labels),
      waited: this.#waited.of(...labels, "true"),
      refusedAfter: this.#waited.of(...labels, "false"),
      ran: this.#ran.of(...labels, "regular"),
      seats: this.#seats.of(...labels),
      watches: this.#watches.of(...labels),
      queueLength: this.#queueLength.of(...labels),
      rejected: (why) => this.#rejected.of(...labels, why),
    };
  }

  /** From now on counts the level's time: how much of it is used. */
  follow(level: Level, now: number): void {
    const { set } = level;
    const seatUse = new TimedDistribution(this.#seatUse.of(level.name, "executing"), now);
    const executing = new TimedDistribution(this.#requestUse.of("executing", level.name), now);
    const waiting = new TimedDistribution(this.#requestUse.of("waiting", level.name), now);
    const demand = new TimedDistribution(this.#demand.of(level.name), now);
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
      this.#executing.of(level, flow.schema).add();
      this.#executingSeats.of(level, flow.schema).add(seats);
    }
    for (const queue of set.queues.values()) {
      for (const { flow, seats } of queue.running) {
        this.#executing.of(level, flow.schema).add();
        this.#executingSeats.of(level, flow.schema).add(seats);
      }
      for (const { flow, seats } of queue.waiting) {
        this.#inQueue.of(level, flow.schema).add();
        this.#inQueueSeats.of(level, flow.schema).add(seats);
      }
    }
  }
}
