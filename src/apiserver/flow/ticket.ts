/** One request's place: in a queue, then on its seats, until it gives them back. */

import type { Attributes } from "../../security/attributes.ts";
import type { Work } from "./estimate.ts";
import type { Flow } from "./flow.ts";
import type { Queue } from "./queue.ts";

export class Ticket {
  readonly flow: Flow;
  readonly work: Work;
  readonly user: string;
  readonly attributes: Attributes;
  readonly arrivedAt: number;
  /** The most seats that the request takes at any time. */
  readonly seats: number;
  /** The level's progress when the request came. */
  arrivalR = 0;
  startedAt = 0;
  state: "new" | "waiting" | "running" | "lingering" | "done" = "new";
  queue: Queue | undefined = undefined;
  /** Called once the request, which waited, may run. */
  onRun: (() => void) | undefined = undefined;

  constructor(flow: Flow, work: Work, user: string, attributes: Attributes, now: number) {
    this.flow = flow;
    this.work = work;
    this.user = user;
    this.attributes = attributes;
    this.arrivedAt = now;
    this.seats = Math.max(work.initialSeats, work.finalSeats);
  }
}
