/** The informers of a process: one a resource, started on first use. */

import type { KubeObject } from "../api/kind.ts";
import type { Resource, ResourceName } from "../api/resource.ts";
import { Informer, type InformerOptions, type Narrowing } from "./informer.ts";

export class InformerSet {
  readonly #options: InformerOptions;
  /** A resource's declaration fixes the type of its objects, which a map of all can't say. */
  readonly #informers = new Map<string, unknown>();

  constructor(options: InformerOptions) {
    this.#options = options;
  }

  /** The informer of a resource, or of a part of it; made where there is none, and run once `start` was called. */
  of<T extends KubeObject>(resource: Resource<T, string> | ResourceName, part?: Narrowing): Informer<T> {
    const key = `${resource.group}/${resource.resource}${part ? ` ${JSON.stringify(part)}` : ""}`;
    const found = (this.#informers.get(key) ?? new Informer<T>(resource, { ...this.#options, ...part })) as Informer<T>;
    this.#informers.set(key, found);
    return found;
  }

  /** The informer of a resource where this process has one. */
  known(resource: ResourceName): Informer<KubeObject> | undefined {
    return this.#informers.get(`${resource.group}/${resource.resource}`) as Informer<KubeObject> | undefined;
  }

  /** Runs every informer made so far. @returns when the first list of each is in */
  async start(): Promise<void> {
    const all = [...this.#informers.values()] as Informer<KubeObject>[];
    for (const informer of all) void informer.run();
    await Promise.all(all.map((informer) => informer.synced));
  }
}
