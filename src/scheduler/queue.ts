/**
 * Pods that wait for a node, in three places: ready to be tried (highest priority first), resting after a try that failed, and set aside
 * until something changes that might help. What is set aside is tried again after five minutes all the same.
 */

import type { Clock } from "../machinery/clock.ts";
import type { WakeEvent } from "./plugin.ts";
import type { PodInfo } from "./state/pod-info.ts";

const BACKOFF_MIN_MS = 1000;
const BACKOFF_MAX_MS = 10_000;
const ASIDE_MAX_MS = 5 * 60_000;

interface Waiting {
  pod: PodInfo;
  readonly since: number;
  attempts: number;
  /** Not before this moment. */
  restUntil: number;
  asideSince: number;
  /** The events that might help; undefined: ready or resting. */
  wakesOn: ReadonlySet<WakeEvent> | undefined;
}

export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #pods = new Map<string, Waiting>();
  readonly #ready: Waiting[] = [];
  #sorted = true;
  #wake: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get length(): number {
    return this.#pods.size;
  }

  /** Called when a pod may be ready that wasn't. */
  onReady(wake: () => void): void {
    this.#wake = wake;
  }

  /** Adds a pod, or replaces what is known of it; a change of its own may help it. */
  add(pod: PodInfo): void {
    const known = this.#pods.get(pod.uid);
    if (known) {
      known.pod = pod;
      return;
    }
    const waiting: Waiting = { pod, since: this.#clock.now(), attempts: 0, restUntil: 0, asideSince: 0, wakesOn: undefined };
    this.#pods.set(pod.uid, waiting);
    this.#push(waiting);
  }

  remove(uid: string): void {
    this.#pods.delete(uid); // Its place among the ready is skipped when its turn comes.
  }

  /** @returns the next pod to try, or undefined where none is ready */
  next(): PodInfo | undefined {
    for (;;) {
      if (!this.#sorted) {
        this.#ready.sort((a, b) => a.pod.priority - b.pod.priority || b.since - a.since);
        this.#sorted = true;
      }
      const waiting = this.#ready.pop();
      if (!waiting) return undefined;
      if (this.#pods.get(waiting.pod.uid) !== waiting) continue;
      waiting.attempts++;
      return waiting.pod;
    }
  }

  /** The pod has a node. */
  done(uid: string): void {
    this.#pods.delete(uid);
  }

  /** No node fits now: set aside until one of these events. */
  setAside(uid: string, wakesOn: ReadonlySet<WakeEvent>): void {
    const waiting = this.#pods.get(uid);
    if (!waiting) return;
    const now = this.#clock.now();
    waiting.wakesOn = wakesOn;
    waiting.asideSince = now;
    waiting.restUntil = now + backOff(waiting.attempts);
  }

  /** Something failed that has nothing to do with nodes: tried again after its rest. */
  retry(uid: string): void {
    const waiting = this.#pods.get(uid);
    if (!waiting) return;
    waiting.restUntil = this.#clock.now() + backOff(waiting.attempts);
    this.#rest(waiting);
  }

  /** Wakes those whom the event might help. */
  happened(event: WakeEvent): void {
    for (const waiting of this.#pods.values()) if (waiting.wakesOn?.has(event)) this.#rest(waiting);
  }

  /** To be called now and then: wakes what has been aside for too long. */
  sweep(): void {
    const limit = this.#clock.now() - ASIDE_MAX_MS;
    for (const waiting of this.#pods.values()) if (waiting.wakesOn && waiting.asideSince < limit) this.#rest(waiting);
  }

  #rest(waiting: Waiting): void {
    waiting.wakesOn = undefined;
    const delayMs = waiting.restUntil - this.#clock.now();
    if (delayMs <= 0) this.#push(waiting);
    else {
      this.#clock.after(delayMs, () => {
        if (this.#pods.get(waiting.pod.uid) === waiting && !waiting.wakesOn) this.#push(waiting);
      });
    }
  }

  #push(waiting: Waiting): void {
    this.#ready.push(waiting);
    this.#sorted = false;
    this.#wake();
  }
}

function backOff(attempts: number): number {
  return Math.min(BACKOFF_MIN_MS * 2 ** Math.max(attempts - 1, 0), BACKOFF_MAX_MS);
}
