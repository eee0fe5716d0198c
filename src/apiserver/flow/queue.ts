/** One queue of a priority level: who waits in it, who runs from it, and when the next one is due. */

import type { Ticket } from "./ticket.ts";

/** What a request is taken to last before it is known, in milliseconds. */
export const SERVICE_MS = 3;
/** The least that a request counts for: the clock may not have moved meanwhile. */
export const SERVICE_MIN_MS = 0.2;

/** @returns the seat-milliseconds that a request is taken to need */
export function totalWork({ work }: Ticket): number {
  return work.initialSeats * SERVICE_MS + work.finalSeats * work.additionalMs;
}

export class Queue {
  readonly index: number;
  readonly waiting: Ticket[] = [];
  readonly running = new Set<Ticket>();
  /** Of the running and of those that linger. */
  seatsInUse = 0;
  waitingSeats = 0;
  waitingWork = 0;
  /** When the next request is due, in the level's virtual time. */
  nextDispatchR = 0;

  constructor(index: number) {
    this.index = index;
  }

  get isActive(): boolean {
    return this.waiting.length > 0 || this.running.size > 0;
  }

  add(ticket: Ticket): void {
    this.waiting.push(ticket);
    this.waitingSeats += ticket.seats;
    this.waitingWork += totalWork(ticket);
  }

  /** @returns whether the ticket waited here */
  remove(ticket: Ticket): boolean {
    const at = this.waiting.indexOf(ticket);
    if (at === -1) return false;
    this.waiting.splice(at, 1);
    this.waitingSeats -= ticket.seats;
    this.waitingWork -= totalWork(ticket);
    return true;
  }

  /** No request is served before it came: a queue that uses less than its share doesn't save it up. */
  bound(): void {
    const oldest = this.waiting[0];
    if (oldest && this.nextDispatchR < oldest.arrivalR) this.nextDispatchR = oldest.arrivalR;
  }
}
