/** A priority level at work: its seats, what it lends and borrows, and its queues. */

import type { PriorityLevelConfiguration } from "../../api/tables/flowcontrol-v1.ts";
import type { Clock } from "../../machinery/clock.ts";
import { Demand } from "./demand.ts";
import { Dropped } from "./dropped.ts";
import { type QueueConfig, QueueSet } from "./queue-set.ts";

/** A request takes no more than this part of its level. */
const SEATS_MAX_FRACTION = 0.15;

export class Level {
  readonly name: string;
  readonly demand: Demand;
  readonly set: QueueSet;
  readonly dropped = new Dropped();
  uid = "";
  shares = 0;
  exempt = false;
  /** Its object is gone, and its last requests are not. */
  quiescing = false;
  /** Seats that are its own, that it keeps, and that it may have at most. */
  nominal = 0;
  lower = 0;
  upper = 0;
  /** The widest that a request of this level is taken to be; 0 where only the general bound holds. */
  seatsMax = 0;
  /** Where the level stands among others when the server catches up: the lowest is next. */
  pass = 0;
  /** What it wanted when seats were last divided. */
  target = 0;
  #bounds: PriorityLevelConfiguration["spec"];

  constructor(object: PriorityLevelConfiguration, clock: Clock, gate: { readonly open: boolean }) {
    this.name = object.metadata.name ?? "";
    this.demand = new Demand();
    this.set = new QueueSet(queueConfig(object), clock, this.demand, gate);
    this.#bounds = object.spec;
    this.adopt(object);
  }

  adopt(object: PriorityLevelConfiguration): void {
    const { limited, exempt } = object.spec;
    this.uid = object.metadata.uid ?? "";
    this.exempt = object.spec.type === "Exempt";
    this.shares = limited?.nominalConcurrencyShares ?? exempt?.nominalConcurrencyShares ?? 0;
    this.quiescing = false;
    this.set.configure(queueConfig(object));
  }

  /** @param object where it is still there. @param total seats of the server. @param shareSum of all levels */
  divide(object: PriorityLevelConfiguration | undefined, total: number, shareSum: number): void {
    const isNew = this.upper === 0;
    if (object) this.#bounds = object.spec;
    const { limited, exempt } = this.#bounds;
    this.nominal = shareSum > 0 ? Math.ceil((total * this.shares) / shareSum) : 0;
    const lendable = Math.round((this.nominal * (limited?.lendablePercent ?? exempt?.lendablePercent ?? 0)) / 100);
    const borrowing = limited?.borrowingLimitPercent;
    this.lower = this.nominal - lendable;
    this.upper = this.nominal + (borrowing === undefined ? total : Math.round((this.nominal * borrowing) / 100));
    const { kind, handSize } = this.set.config;
    if (kind === "queue") this.seatsMax = Math.max(1, Math.min(Math.ceil(this.nominal * SEATS_MAX_FRACTION), Math.floor(this.nominal / handSize)));
    if (isNew) this.set.setLimit(this.nominal - Math.floor(lendable / 2));
  }
}

function queueConfig({ spec }: PriorityLevelConfiguration): QueueConfig {
  if (spec.type === "Exempt") return { kind: "exempt", queues: 0, handSize: 0, queueLengthLimit: 0 };
  const queuing = spec.limited?.limitResponse?.queuing;
  if (!queuing) return { kind: "reject", queues: 0, handSize: 0, queueLengthLimit: 0 };
  const { queues = 1, handSize = 1, queueLengthLimit = 1 } = queuing;
  return { kind: "queue", queues, handSize, queueLengthLimit };
}

/** @returns whether the object is one that can be followed: its parts agree with each other and with its name */
export function isSound({ metadata, spec }: PriorityLevelConfiguration): boolean {
  const isExempt = spec.type === "Exempt";
  if (isExempt !== (metadata.name === "exempt") || isExempt !== (spec.exempt !== undefined) || isExempt === (spec.limited !== undefined)) return false;
  const response = spec.limited?.limitResponse;
  return isExempt || (response !== undefined && (response.type === "Reject") === (response.queuing === undefined));
}
