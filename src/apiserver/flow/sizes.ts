/** What a list of a resource looks at: how many objects, and how large they are on average. */

import type { Clock } from "../../machinery/clock.ts";
import type { StoreCaches } from "../cache/caches.ts";
import type { ServedKinds } from "../kind-table.ts";
import type { Sizes } from "./estimate.ts";

/** The average is taken of a few objects, now and then. */
const SAMPLE = 16;
const SAMPLE_EVERY_MS = 10_000;

export function sizesOf(caches: StoreCaches, kinds: ServedKinds, clock: Clock): (group: string, resource: string, namespace: string) => Sizes | undefined {
  const sampled = new Map<string, { at: number; bytes: number }>();
  return (group, resource, namespace) => {
    const kind = kinds.ofResource(group, resource);
    if (!kind || kind.rules.virtual) return undefined;
    const cache = caches.stored(kind);
    if (!cache.filled) return undefined;
    const now = clock.now();
    const key = `${group}/${resource}`;
    let sample = sampled.get(key);
    if (!sample || now - sample.at > SAMPLE_EVERY_MS) {
      sample = { at: now, bytes: cache.averageBytes(SAMPLE) };
      sampled.set(key, sample);
    }
    return { objects: cache.count(kind.namespaced && namespace ? namespace : undefined), averageBytes: sample.bytes };
  };
}
