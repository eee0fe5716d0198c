/** The cluster's trust bundles, watched from the first pod on that mounts any: most nodes have none, and older servers serve none. */

import { ClusterTrustBundle } from "../../api/resources.ts";
import type { ClusterTrustBundle as ClusterTrustBundleObject } from "../../api/tables/certificates-v1.ts";
import { Informer, type InformerOptions } from "../../client/informer.ts";
import type { AgentPod } from "../pods/agent-pod.ts";

/** How long a volume waits for the first list before it says that it can't be made now. */
const FIRST_LIST_MS = 10_000;

export interface TrustBundlesOptions extends InformerOptions {
  /** Told the UIDs of the pods that mount bundles, when one has changed. */
  onChange(podUids: readonly string[]): void;
}

export class TrustBundles {
  readonly #options: TrustBundlesOptions;
  readonly #users = new Set<string>();
  #informer: Informer<ClusterTrustBundleObject> | undefined;

  constructor(options: TrustBundlesOptions) {
    this.#options = options;
  }

  /** From now on this pod hears of changes, if it mounts bundles. */
  use({ metadata, spec }: AgentPod): void {
    const mounts = spec.volumes?.some(({ projected }) => projected?.sources?.some(({ clusterTrustBundle }) => clusterTrustBundle));
    if (mounts) this.#users.add(metadata.uid);
  }

  forget(podUid: string): void {
    this.#users.delete(podUid);
  }

  /** @returns every bundle of the cluster. @throws Error where they can't be had now */
  async all(): Promise<readonly ClusterTrustBundleObject[]> {
    this.#informer ??= this.#watch();
    await this.#firstList(this.#informer);
    return this.#informer.list();
  }

  #watch(): Informer<ClusterTrustBundleObject> {
    const informer = new Informer<ClusterTrustBundleObject>(ClusterTrustBundle, this.#options);
    void informer.run();
    void informer.synced.then(() => informer.handle(() => this.#options.onChange([...this.#users])));
    return informer;
  }

  async #firstList(informer: Informer<ClusterTrustBundleObject>): Promise<void> {
    const late = Promise.withResolvers<never>();
    const cancel = this.#options.clock.after(FIRST_LIST_MS, () => late.reject(new Error("ClusterTrustBundle informer has not yet synced")));
    await Promise.race([informer.synced, late.promise]).finally(cancel);
  }
}
