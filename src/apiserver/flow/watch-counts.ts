/** How many watches a write concerns: what it costs after its answer grows with them. */

import type { Attributes } from "../../security/attributes.ts";

/** Watches of pods that pin their node hear of few writes: they don't count. */
const PINNED = /(?:^|,)\s*spec\.nodeName==?[^,=!]/;

export class WatchCounts {
  readonly #counts = new Map<string, number>();

  /** @returns what forgets the watch */
  add(attributes: Attributes, fieldSelector: string | null): () => void {
    if (attributes.resource === "pods" && fieldSelector !== null && PINNED.test(fieldSelector)) return () => {};
    const key = keyOf(attributes, attributes.namespace, attributes.name);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return () => {
      const count = this.#counts.get(key)! - 1;
      if (count === 0) this.#counts.delete(key);
      else this.#counts.set(key, count);
    };
  }

  /** @returns how many watches may hear of a write at this path */
  of(attributes: Attributes): number {
    if (this.#counts.size === 0) return 0;
    const { namespace, name } = attributes;
    let count = this.#counts.get(keyOf(attributes, "", "")) ?? 0;
    if (namespace) count += this.#counts.get(keyOf(attributes, namespace, "")) ?? 0;
    if (name) count += this.#counts.get(keyOf(attributes, namespace, name)) ?? 0;
    return count;
  }
}

function keyOf({ group, resource }: Attributes, namespace: string, name: string): string {
  return `${group}/${resource}/${namespace}/${name}`;
}
