/** Which node ports are taken, kept from the Services themselves: a hint for choosing, where the claims decide. */

import type { KubeObject } from "../../../api/kind.ts";
import type { KindCache } from "../../cache/kind-cache.ts";
import type { CachedObject } from "../../cache/watch-cache.ts";
import { portsOf } from "./node-ports.ts";
import { specOf } from "./service.ts";

export class PortHolders {
  readonly #cache: KindCache;
  /** How many Services hold a port: one, but for the moment between two changes. */
  readonly #held = new Map<number, number>();

  constructor(cache: KindCache) {
    this.#cache = cache;
    for (const object of cache.list({})) this.#count(object, 1);
    cache.onChange(({ object, previous }) => {
      if (previous) this.#count(previous, -1);
      if (object) this.#count(object, 1);
    });
  }

  has(port: number): boolean {
    return this.#held.has(port);
  }

  #count(object: CachedObject, by: 1 | -1): void {
    for (const port of new Set(portsOf(specOf(this.#cache.view<KubeObject>(object))))) {
      const count = (this.#held.get(port) ?? 0) + by;
      if (count > 0) this.#held.set(port, count);
      else this.#held.delete(port);
    }
  }
}
