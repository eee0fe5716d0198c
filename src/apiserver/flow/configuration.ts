/** The configuration that stands: schemas in their order and levels with their seats, from the objects that there are and those that must be. */

import type { FlowSchema, PriorityLevelConfiguration } from "../../api/tables/flowcontrol-v1.ts";
import type { Clock } from "../../machinery/clock.ts";
import { allocate } from "./allocate.ts";
import { isSound, Level } from "./level.ts";
import { CATCH_ALL, EXEMPT, mandatoryLevels, mandatorySchemas } from "./mandatory.ts";

export interface LevelMaking {
  readonly clock: Clock;
  readonly gate: { readonly open: boolean };
  /** Called for each level that is new. */
  follow(level: Level): void;
}

/** @returns levels by name; those of before go on with their queues, and what isn't wanted any more stays until it is idle */
export function digestLevels(
  before: ReadonlyMap<string, Level>,
  objects: readonly PriorityLevelConfiguration[],
  total: number,
  { clock, gate, follow }: LevelMaking,
): Map<string, Level> {
  const wanted = new Map(objects.filter(isSound).map((object) => [object.metadata.name ?? "", object]));
  for (const object of mandatoryLevels) if (!wanted.has(object.metadata.name!)) wanted.set(object.metadata.name!, object);
  const levels = new Map<string, Level>();
  for (const [name, object] of wanted) {
    let level = before.get(name);
    if (level) level.adopt(object);
    else {
      level = new Level(object, clock, gate);
      follow(level);
    }
    levels.set(name, level);
  }
  for (const [name, level] of before) {
    if (levels.has(name) || level.set.isIdle) continue;
    level.quiescing = true;
    levels.set(name, level);
  }
  const shareSum = [...levels.values()].reduce((sum, { shares }) => sum + shares, 0);
  for (const level of levels.values()) level.divide(wanted.get(level.name), total, shareSum);
  return levels;
}

/** @returns the schemas in the order in which they are asked; those whose level isn't there are left out */
export function digestSchemas(objects: readonly FlowSchema[], levels: ReadonlyMap<string, Level>): FlowSchema[] {
  const usable = objects.filter(({ spec }) => levels.get(spec.priorityLevelConfiguration.name)?.quiescing === false).toSorted(byPrecedence);
  const has = (name: string): boolean => usable.some(({ metadata }) => metadata.name === name);
  return [...(has(EXEMPT) ? [] : [mandatorySchemas.exempt]), ...usable, ...(has(CATCH_ALL) ? [] : [mandatorySchemas.catchAll])];
}

function byPrecedence(a: FlowSchema, b: FlowSchema): number {
  return a.spec.matchingPrecedence - b.spec.matchingPrecedence || ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1);
}

/** Divides the seats anew by what each level wanted in the period that ends. @returns what each was given of what it wanted */
export function borrow(levels: Iterable<Level>): number {
  const all = [...levels];
  for (const { set, demand } of all) {
    set.sync();
    demand.endPeriod();
  }
  let remaining = all.reduce((sum, { nominal }) => sum + nominal, 0);
  for (const { exempt, lower, demand, set } of all) {
    if (!exempt) continue;
    const seats = Math.max(lower, demand.peak);
    set.setLimit(seats);
    remaining -= seats;
  }
  const limited = all.filter(({ exempt }) => !exempt);
  const claims = limited.map(({ lower, nominal, upper, demand }) => {
    const least = Math.max(lower, Math.min(nominal, demand.peak));
    return { lower: least, target: Math.max(least, demand.smoothed), upper };
  });
  claims.forEach(({ target }, i) => {
    limited[i]!.target = target;
  });
  const least = claims.reduce((sum, { lower }) => sum + lower, 0);
  const kept = limited.reduce((sum, { lower }) => sum + lower, 0);
  if (remaining <= least) {
    // Exempt requests took so much that not even what each lately used is left: each has what it keeps, and a part of the rest.
    const part = remaining <= kept ? 0 : (remaining - kept) / (least - kept);
    limited.forEach((level, i) => void level.set.setLimit(level.lower + Math.round((claims[i]!.lower - level.lower) * part)));
    return 0;
  }
  const allocation = allocate(remaining, claims);
  if (allocation) limited.forEach((level, i) => void level.set.setLimit(Math.round(allocation.seats[i]!)));
  return allocation?.fraction ?? 0;
}
