/** Which node ports are taken, kept from the Services themselves: a hint for choosing, where the claims decide. */

import type { KubeObject } from "../../../api/kind.ts";
import { relativeKey } from "../../cache/keys.ts";
import type { KindCache } from "../../cache/kind-cache.ts";
import type { CachedObject } from "../../cache/watch-cache.ts";
import { portsOf } from "./node-ports.ts";
import { specOf } from "./service.ts";

export class PortHolders {
  readonly #cache: KindCache;
  /** Which Services hold a port, as `NAMESPACE/NAME`: one, but for the moment between two changes. */
  readonly #held = new Map<number, Set<string>>();

  constructor(cache: KindCache) {
    this.#cache = cache;
    for (const object of cache.list({})) this.#take(object);
    cache.onChange(({ object, previous }) => {
      if (previous) this.#free(previous);
      if (object) this.#take(object);
    });
  }

  /** @returns whether a Service other than this one has the port */
  isTaken(port: number, by: string): boolean {
    const holders = this.#held.get(port);
    return holders !== undefined && !(holders.size === 1 && holders.has(by));
  }

  #take(object: CachedObject): void {
    for (const port of this.#portsOf(object)) this.#held.getOrInsertComputed(port, () => new Set()).add(relativeKey(object.namespace, object.name));
  }

  #free(object: CachedObject): void {
    for (const port of this.#portsOf(object)) {
      const holders = this.#held.get(port);
      holders?.delete(relativeKey(object.namespace, object.name));
      if (holders?.size === 0) this.#held.delete(port);
    }
  }

  #portsOf(object: CachedObject): readonly number[] {
    return portsOf(specOf(this.#cache.view<KubeObject>(object)));
  }
}
