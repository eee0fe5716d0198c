/** Decides the sizes of a deployment's replica sets; nothing is written here. */

import type { Deployment, ReplicaSet } from "../../api/tables/apps-v1.ts";
import { DESIRED, MAXIMUM } from "./annotations.ts";
import type { Bounds } from "./bounds.ts";

/** A replica set and the size that it should have. */
export interface Resize {
  readonly set: ReplicaSet;
  readonly to: number;
}

export const sizeOf = (set: ReplicaSet): number => set.spec.replicas ?? 1;
const availableOf = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0;
export const total = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number): number => sets.reduce((sum, set) => sum + of(set), 0);
const oldestFirst = (a: ReplicaSet, b: ReplicaSet): number => (a.metadata.creationTimestamp ?? "").localeCompare(b.metadata.creationTimestamp ?? "");

/** @returns whether the wanted number changed since the sets were last sized: a scaling, not a rollout */
export function isScaling(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((set) => {
    const desired = set.metadata.annotations?.[DESIRED];
    return sizeOf(set) > 0 && desired !== undefined && Number(desired) !== (deployment.spec.replicas ?? 1);
  });
}

/** In the middle of a rollout a new number is shared out in proportion to the sets' sizes, so that a bad new version doesn't get all of it. */
export function proportional({ wanted, surge }: Bounds, newest: ReplicaSet | undefined, sets: readonly ReplicaSet[], isRolling: boolean): Resize[] {
  const active = sets.filter((set) => sizeOf(set) > 0);
  const [only] = active.length === 0 && newest ? [newest] : active;
  if (active.length <= 1) return only && sizeOf(only) !== wanted ? [{ set: only, to: wanted }] : [];
  const saturated = newest && sizeOf(newest) === wanted && availableOf(newest) === wanted;
  if (saturated) return active.filter((set) => set !== newest).map((set) => ({ set, to: 0 }));
  if (!isRolling) return [];
  const allowed = wanted > 0 ? wanted + surge : 0;
  let left = allowed - total(active, sizeOf);
  const order = active.toSorted((a, b) => sizeOf(b) - sizeOf(a) || (left > 0 ? -oldestFirst(a, b) : oldestFirst(a, b)));
  const planned = order.map((set) => {
    const before = Number(set.metadata.annotations?.[MAXIMUM] ?? 0) || allowed;
    const share = Math.round((sizeOf(set) * allowed) / before) - sizeOf(set);
    const change = left > 0 ? Math.min(Math.max(share, 0), left) : Math.max(Math.min(share, 0), left);
    left -= change;
    return { set, to: Math.max(sizeOf(set) + change, 0) };
  });
  // What rounding left over goes to the largest.
  return planned.map(({ set, to }, index) => ({ set, to: index === 0 ? Math.max(to + left, 0) : to })).filter(({ set, to }) => sizeOf(set) !== to);
}

/** The next step of a rolling update: the new set grows as far as the surge allows, then the old ones shrink as far as availability allows. */
export function rollingStep({ wanted, surge, unavailable }: Bounds, newest: ReplicaSet, old: readonly ReplicaSet[]): Resize[] {
  const all = [newest, ...old];
  const size = sizeOf(newest);
  if (size > wanted) return [{ set: newest, to: wanted }];
  const room = wanted + surge - total(all, sizeOf);
  if (size < wanted && room > 0) return [{ set: newest, to: size + Math.min(room, wanted - size) }];

  const minimum = wanted - unavailable;
  let maxDown = total(all, sizeOf) - minimum - (size - availableOf(newest));
  if (maxDown <= 0 || total(old, sizeOf) === 0) return [];
  const sizes = new Map(old.toSorted(oldestFirst).map((set) => [set, sizeOf(set)]));
  const shrink = (set: ReplicaSet, by: number): number => {
    const now = sizes.get(set) ?? 0;
    const down = Math.max(Math.min(now, by), 0);
    sizes.set(set, now - down);
    return down;
  };
  // Replicas that serve nobody go first: their loss costs nothing.
  for (const set of sizes.keys()) maxDown -= shrink(set, Math.min(maxDown, sizeOf(set) - availableOf(set)));
  let spare = total(all, availableOf) - minimum;
  for (const set of sizes.keys()) spare -= shrink(set, Math.min(spare, sizes.get(set) ?? 0));
  return [...sizes].filter(([set, to]) => sizeOf(set) !== to).map(([set, to]) => ({ set, to }));
}

/** All the old first, then all the new: never two versions at once. */
export function recreateStep({ wanted }: Bounds, newest: ReplicaSet | undefined, old: readonly ReplicaSet[]): Resize[] {
  const running = old.filter((set) => sizeOf(set) > 0);
  if (running.length > 0) return running.map((set) => ({ set, to: 0 }));
  const left = total(old, (set) => (set.status?.replicas ?? 0) + (set.status?.terminatingReplicas ?? 0));
  return newest && left === 0 && sizeOf(newest) !== wanted ? [{ set: newest, to: wanted }] : [];
}
