/**
 * The queues of one priority level and its seats: fair queuing between flows, with Kubernetes' queues, seats and limits (KEP-1040). Which queue is next is decided
 * by start-time fair queuing (Goyal, Vin and Cheng 1996), whose virtual time follows the work that is really done: Kubernetes' own advances as if all seats
 * were busy, and this server, which is one thread, is short of time long before it is short of seats. Where nobody waits a request costs a few additions.
 */

import type { Clock } from "../../machinery/clock.ts";
import type { Demand } from "./demand.ts";
import { Queue, SERVICE_MIN_MS, SERVICE_MS, totalWork } from "./queue.ts";
import type { Ticket } from "./ticket.ts";

export interface QueueConfig {
  readonly kind: "exempt" | "reject" | "queue";
  readonly queues: number;
  readonly handSize: number;
  readonly queueLengthLimit: number;
}

export type Refusal = "queue-full" | "concurrency-limit" | "time-out" | "cancelled";

export class QueueSet {
  config: QueueConfig;
  limit = 0;
  running = 0;
  waiting = 0;
  seatsInUse = 0;
  seatsWaiting = 0;
  readonly totals = { dispatched: 0, rejected: 0, timedOut: 0, cancelled: 0 };
  /** By their index, made as flows are dealt them. */
  readonly queues = new Map<number, Queue>();
  /** Called before anything changes, with the milliseconds for which all was as it is: what is integrated over time hangs on it. */
  onElapsed: (elapsedMs: number) => void = () => {};
  readonly #clock: Clock;
  readonly #demand: Demand;
  /** Closed while the server catches its breath: then even a request that has a seat waits in its queue. */
  readonly #gate: { readonly open: boolean };
  readonly #queueless = new Set<Ticket>();
  readonly #withWaiting = new Set<Queue>();
  /** Virtual time, in seat-milliseconds: when the request that ran last was due. */
  #currentR = 0;
  #syncedAt: number;
  /** The queue that was served last. */
  #robin = 0;
  #deals = 0;

  constructor(config: QueueConfig, clock: Clock, demand: Demand, gate: { readonly open: boolean }) {
    this.#clock = clock;
    this.#demand = demand;
    this.#gate = gate;
    this.#syncedAt = clock.now();
    this.config = config;
  }

  get currentR(): number {
    return this.#currentR;
  }

  get isIdle(): boolean {
    return this.running === 0 && this.waiting === 0;
  }

  /** Requests that run without a queue: all of a level that has none. */
  get queueless(): ReadonlySet<Ticket> {
    return this.#queueless;
  }

  configure(config: QueueConfig): void {
    this.config = config;
    for (const queue of this.queues.values()) this.#dropUnwanted(queue);
    this.dispatch();
  }

  setLimit(limit: number): void {
    this.sync();
    this.limit = limit;
    this.dispatch();
  }

  /** @returns what becomes of the request; of one that waits, `onRun` tells when it runs */
  start(ticket: Ticket): "running" | "waiting" | Refusal {
    this.sync();
    ticket.arrivalR = this.#currentR;
    if (this.config.kind !== "queue") {
      if (this.config.kind === "reject" && !this.#fits(ticket.seats)) {
        this.totals.rejected++;
        return "concurrency-limit";
      }
      this.#queueless.add(ticket);
      this.#run(ticket);
      return "running";
    }
    const queue = this.#choose(ticket.flow.hand);
    ticket.queue = queue;
    if (this.waiting === 0 && this.#gate.open && this.#fits(ticket.seats)) {
      if (!queue.isActive) this.#activate(queue);
      this.#runFrom(queue, ticket);
      return "running";
    }
    // Who waits for the thread alone has a seat: a queue is full only once the level is.
    const full = this.seatsInUse + (this.#gate.open ? 0 : this.seatsWaiting) >= this.limit;
    if (full && queue.waiting.length >= this.config.queueLengthLimit) {
      ticket.queue = undefined;
      this.totals.rejected++;
      return "queue-full";
    }
    if (!queue.isActive) this.#activate(queue);
    queue.add(ticket);
    queue.bound();
    this.#withWaiting.add(queue);
    ticket.state = "waiting";
    this.waiting++;
    this.seatsWaiting += ticket.seats;
    this.#noteDemand();
    this.dispatch();
    return (ticket.state as Ticket["state"]) === "running" ? "running" : "waiting";
  }

  /** Takes a request that waits out of its queue: its client or its time has gone. */
  cancel(ticket: Ticket, why: "time-out" | "cancelled"): void {
    const { queue } = ticket;
    if (ticket.state !== "waiting" || !queue?.remove(ticket)) return;
    this.sync();
    ticket.state = "done";
    this.waiting--;
    this.seatsWaiting -= ticket.seats;
    this.totals.rejected++;
    if (why === "time-out") this.totals.timedOut++;
    else this.totals.cancelled++;
    if (queue.waiting.length === 0) this.#withWaiting.delete(queue);
    queue.bound();
    this.#noteDemand();
    this.#dropUnwanted(queue);
  }

  /** The request is answered: its seats are free, at once or once its events are told. */
  finish(ticket: Ticket): void {
    if (ticket.state !== "running") return;
    this.sync();
    this.running--;
    const { queue, work } = ticket;
    if (queue) {
      queue.running.delete(ticket);
      // It was taken to last so long; now it is known.
      queue.nextDispatchR -= (SERVICE_MS - Math.max(SERVICE_MIN_MS, this.#clock.now() - ticket.startedAt)) * work.initialSeats;
      queue.bound();
    } else this.#queueless.delete(ticket);
    if (work.additionalMs > 0) {
      ticket.state = "lingering";
      this.#clock.after(work.additionalMs, () => this.#release(ticket));
    } else this.#release(ticket);
  }

  /** Lets run who may, the most deserving first. @param atMost seats to give now @returns the seats that were given */
  dispatch(atMost = Number.POSITIVE_INFINITY): number {
    let given = 0;
    while (this.waiting > 0 && this.#gate.open && this.seatsInUse < this.limit && given < atMost) {
      const ticket = this.#next();
      if (!ticket) break;
      given += ticket.seats;
      ticket.onRun?.();
    }
    return given;
  }

  #fits(seats: number): boolean {
    if (seats > this.limit) return this.running === 0; // Wider than the level: it runs alone.
    return this.seatsInUse + seats <= this.limit;
  }

  #run(ticket: Ticket): void {
    ticket.state = "running";
    ticket.startedAt = this.#clock.now();
    this.totals.dispatched++;
    this.running++;
    this.seatsInUse += ticket.seats;
    this.#noteDemand();
  }

  #runFrom(queue: Queue, ticket: Ticket): void {
    queue.running.add(ticket);
    if (queue.nextDispatchR > this.#currentR) this.#currentR = queue.nextDispatchR;
    queue.seatsInUse += ticket.seats;
    queue.nextDispatchR += totalWork(ticket);
    this.#run(ticket);
  }

  #activate(queue: Queue): void {
    if (queue.nextDispatchR < this.#currentR) queue.nextDispatchR = this.#currentR;
  }

  /** Of the flow's queues the one with the least work waiting; among equals they take turns. */
  #choose(hand: readonly number[]): Queue {
    const offset = this.#deals++ % hand.length;
    let best = this.#queue(hand[offset]!);
    if (this.waiting === 0) return best;
    for (let i = 1; i < hand.length; i++) {
      const queue = this.#queue(hand[(offset + i) % hand.length]!);
      if (queue.waitingWork < best.waitingWork) best = queue;
    }
    return best;
  }

  #queue(index: number): Queue {
    let queue = this.queues.get(index);
    if (!queue) {
      queue = new Queue(index);
      this.queues.set(index, queue);
    }
    return queue;
  }

  /** Takes the request that would be done first if all queues were served at once; undefined where it has to wait for its seats. */
  #next(): Ticket | undefined {
    let best: Queue | undefined;
    let bestFinish = Number.POSITIVE_INFINITY;
    for (const queue of this.#withWaiting) {
      const finish = queue.nextDispatchR + totalWork(queue.waiting[0]!);
      if (finish > bestFinish || (finish === bestFinish && this.#distance(queue) > this.#distance(best!))) continue;
      best = queue;
      bestFinish = finish;
    }
    const ticket = best?.waiting[0];
    if (!best || !ticket || !this.#fits(ticket.seats)) return undefined;
    this.#robin = best.index;
    best.remove(ticket);
    if (best.waiting.length === 0) this.#withWaiting.delete(best);
    this.waiting--;
    this.seatsWaiting -= ticket.seats;
    this.#runFrom(best, ticket);
    best.bound();
    return ticket;
  }

  /** How far behind the one that was served last: equals are served in turn. */
  #distance({ index }: Queue): number {
    const count = Math.max(1, this.config.queues);
    return (index - this.#robin - 1 + count) % count;
  }

  #release(ticket: Ticket): void {
    ticket.state = "done";
    this.sync();
    this.seatsInUse -= ticket.seats;
    if (ticket.queue) ticket.queue.seatsInUse -= ticket.seats;
    this.#noteDemand();
    if (this.waiting > 0) this.dispatch();
    if (ticket.queue) this.#dropUnwanted(ticket.queue);
  }

  #noteDemand(): void {
    this.#demand.set(this.seatsInUse + this.seatsWaiting);
  }

  /** Queues that are too many go as they empty. */
  #dropUnwanted(queue: Queue): void {
    if (queue.index >= this.config.queues && !queue.isActive && queue.seatsInUse === 0) this.queues.delete(queue.index);
  }

  /** Takes note of the time that went by. */
  sync(): void {
    const now = this.#clock.now();
    if (now === this.#syncedAt) return;
    const elapsed = Math.max(0, now - this.#syncedAt);
    this.#syncedAt = now;
    this.#demand.pass(elapsed);
    this.onElapsed(elapsed);
  }
}
