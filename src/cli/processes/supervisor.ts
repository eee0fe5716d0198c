/** Starts the units in their order, restarts what ends by itself, with back-off, and says so; stops them in the reverse order. */

import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, type ProcessMark } from "./proc.ts";
import type { Started, Unit } from "./unit.ts";

const RESTART_MIN_MS = 100;
const RESTART_MAX_MS = 5000;
/** What ran for so long starts again without a wait. */
const HEALTHY_MS = 10_000;

export interface UnitState {
  readonly name: string;
  readonly user: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly ready: boolean;
}

export interface SupervisorEvents {
  /** A step of the first start. */
  starting(unit: Unit): void;
  ready(unit: Unit, tookMs: number): void;
  /** Something ended by itself and is started again. */
  ended(unit: Unit, how: string, restartInMs: number): void;
  /** The list of what runs has changed. */
  changed(states: readonly UnitState[]): void;
}

interface Slot {
  readonly unit: Unit;
  running: Started | undefined;
  isReady: boolean;
  failures: number;
  becameReady: PromiseWithResolvers<void>;
}

export class Supervisor {
  readonly #slots: Map<string, Slot>;
  readonly #events: SupervisorEvents;
  readonly #left: ReadonlyMap<string, ProcessMark>;
  #stopping = false;

  /** @param left what an earlier `up` left running, by unit name */
  constructor(units: readonly Unit[], left: ReadonlyMap<string, ProcessMark>, events: SupervisorEvents) {
    this.#slots = new Map(units.map((unit) => [unit.name, { unit, running: undefined, isReady: false, failures: 0, becameReady: Promise.withResolvers() }]));
    this.#events = events;
    this.#left = left;
  }

  /** @returns when every unit is ready. @throws the first failure, with the unit's name */
  async start(): Promise<void> {
    await Promise.all(
      [...this.#slots.values()].map(async (slot) => {
        await Promise.all(slot.unit.after.map((name) => this.#slots.get(name)?.becameReady.promise));
        if (this.#stopping) return;
        this.#events.starting(slot.unit);
        const began = performance.now();
        try {
          await this.#run(slot, this.#left.get(slot.unit.name));
        } catch (error) {
          throw new Error(`${slot.unit.label} (${slot.unit.name}) did not start: ${error instanceof Error ? error.message : error}`, { cause: error });
        }
        this.#events.ready(slot.unit, performance.now() - began);
      }),
    );
  }

  get states(): UnitState[] {
    return [...this.#slots.values()].flatMap(({ unit, running, isReady }) =>
      running?.mark ? [{ name: unit.name, user: unit.user, ...running.mark, ready: isReady && isAlive(running.mark) }] : [],
    );
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const level of this.#levels().toReversed()) await Promise.all(level.map((slot) => slot.running?.stop()));
    this.#events.changed([]);
  }

  async #run(slot: Slot, left?: ProcessMark): Promise<void> {
    const began = performance.now();
    const running = await slot.unit.start(left);
    slot.running = running;
    this.#events.changed(this.states);
    void running.ended.then((how) => this.#ended(slot, running, how, performance.now() - began));
    await running.ready;
    slot.isReady = true;
    slot.becameReady.resolve();
    this.#events.changed(this.states);
  }

  async #ended(slot: Slot, which: Started, how: string, ranMs: number): Promise<void> {
    if (slot.running !== which) return;
    const wasReady = slot.isReady;
    slot.running = undefined;
    slot.isReady = false;
    if (this.#stopping || !wasReady) return;
    slot.becameReady = Promise.withResolvers();
    slot.failures = ranMs > HEALTHY_MS ? 0 : slot.failures + 1;
    await this.#again(slot, how);
  }

  async #again(slot: Slot, how: string): Promise<void> {
    for (let reason = how; !this.#stopping; slot.failures++) {
      const delayMs = slot.failures === 0 ? 0 : Math.min(RESTART_MIN_MS * 2 ** (slot.failures - 1), RESTART_MAX_MS);
      this.#events.ended(slot.unit, reason, delayMs);
      this.#events.changed(this.states);
      await sleep(delayMs);
      if (slot.unit.within) await this.#slots.get(slot.unit.within)?.becameReady.promise;
      if (this.#stopping || slot.running) return;
      try {
        await this.#run(slot);
        return;
      } catch (error) {
        await (slot.running as Started | undefined)?.stop();
        slot.running = undefined;
        reason = error instanceof Error ? error.message : String(error);
      }
    }
  }

  /** Units by how far they are from the start. */
  #levels(): Slot[][] {
    const depth = new Map<string, number>();
    const depthOf = (name: string): number => {
      const known = depth.get(name);
      if (known !== undefined) return known;
      const slot = this.#slots.get(name);
      const found = slot ? 1 + Math.max(-1, ...slot.unit.after.map(depthOf)) : -1;
      depth.set(name, found);
      return found;
    };
    const levels: Slot[][] = Array.from({ length: this.#slots.size }, () => []);
    for (const [name, slot] of this.#slots) levels[depthOf(name)]?.push(slot);
    return levels;
  }
}
