/** What the server's own keepers have to do, as queues of one piece of work each: under the names that Kubernetes has for its controllers' queues. */

import { counter, families, gauge, histogram } from "../../machinery/metrics/declare.ts";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";

const BY_NAME = ["name"];
const SECONDS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 0.001, 0.01, 0.1, 1, 10];

const FAMILIES = {
  adds: counter("workqueue_adds_total", "BETA", "Work that was asked for.", BY_NAME),
  retries: counter("workqueue_retries_total", "BETA", "Work that failed and is tried again.", BY_NAME),
  depth: gauge("workqueue_depth", "BETA", "Work that waits.", BY_NAME),
  waited: histogram("workqueue_queue_duration_seconds", "BETA", "How long work waited.", SECONDS, BY_NAME),
  worked: histogram("workqueue_work_duration_seconds", "BETA", "How long work took.", SECONDS, BY_NAME),
  unfinished: gauge("workqueue_unfinished_work_seconds", "BETA", "How long the work has taken that isn't done.", BY_NAME),
  longest: gauge("workqueue_longest_running_processor_seconds", "BETA", "How long the longest work has taken that isn't done.", BY_NAME),
};

export interface QueueSeries {
  added(): void;
  began(): void;
  ended(): void;
  failed(): void;
}

export class QueueMetrics {
  readonly #families;
  readonly #now: () => number;
  /** When the work of each queue began that isn't done. */
  readonly #underWay = new Map<string, number>();

  /** @param now milliseconds */
  constructor(registry: MetricRegistry, now: () => number) {
    this.#families = families(registry, FAMILIES);
    this.#now = now;
    registry.onCollect(() => {
      for (const [name, began] of this.#underWay) {
        const seconds = began === 0 ? 0 : (now() - began) / 1000;
        this.#families.unfinished.of(name).set(seconds);
        this.#families.longest.of(name).set(seconds);
      }
    });
  }

  of(name: string): QueueSeries {
    const { adds, retries, depth, waited, worked } = this.#families;
    const [count, again, waiting, wait, work] = [adds.of(name), retries.of(name), depth.of(name), waited.of(name), worked.of(name)];
    let [askedAt, beganAt] = [0, 0];
    this.#underWay.set(name, 0);
    return {
      added: () => {
        if (waiting.value === 0) askedAt = this.#now();
        count.add();
        waiting.set(1); // Asked for twice it is done once.
      },
      began: () => {
        beganAt = this.#now();
        wait.observe(Math.max(0, beganAt - askedAt) / 1000);
        waiting.set(0);
        this.#underWay.set(name, beganAt);
      },
      ended: () => {
        work.observe((this.#now() - beganAt) / 1000);
        this.#underWay.set(name, 0);
      },
      failed: () => again.add(),
    };
  }
}
