/** What pods are made of beside their own spec, read from the cluster: config maps, secrets, services, runtime classes, trust bundles. */

import { ConfigMap, RuntimeClass, Secret, Service } from "../../api/resources.ts";
import type { ConfigMap as ConfigMapObject, Secret as SecretObject, Service as ServiceObject } from "../../api/tables/core-v1.ts";
import type { RuntimeClass as RuntimeClassObject } from "../../api/tables/node-v1.ts";
import type { Client } from "../../client/client.ts";
import { Informer } from "../../client/informer.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { AgentPod } from "../pods/agent-pod.ts";
import type { PodObjects } from "../pods/config/environment.ts";
import { Referenced } from "./referenced.ts";
import { referencesOf } from "./references-of.ts";
import { TrustBundles } from "./trust-bundles.ts";
import type { WatchPool } from "./watch-pool.ts";

export interface ClusterObjectsOptions {
  readonly client: Client;
  readonly pool: WatchPool;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told the UIDs of the pods whose config maps, secrets or trust bundles have changed. */
  onChange(podUids: readonly string[]): void;
  failed(what: string): (error: unknown) => void;
}

export interface ClusterObjects extends PodObjects {
  /** From now on what this pod refers to is watched. */
  use(pod: AgentPod): void;
  forget(podUid: string): void;
  run(): void;
}

export function clusterObjects({ client, pool, clock, signal, onChange, failed }: ClusterObjectsOptions): ClusterObjects {
  const configMaps = new Referenced<ConfigMapObject>(ConfigMap, { pool, clock, signal, onChange });
  const secrets = new Referenced<SecretObject>(Secret, { pool, clock, signal, onChange });
  const services = new Informer<ServiceObject>(Service, { client, clock, signal, onError: failed("services not watched") });
  const runtimeClasses = new Informer<RuntimeClassObject>(RuntimeClass, { client, clock, signal, onError: failed("runtime classes not watched") });
  const trustBundles = new TrustBundles({ client, clock, signal, onChange, onError: failed("trust bundles not watched") });
  let servicesKnown = false;
  return {
    configMap: (namespace, name) => configMaps.get(namespace, name),
    secret: (namespace, name) => secrets.get(namespace, name),
    trustBundles: () => trustBundles.all(),
    services() {
      // A pod without the address of the API would be of no use to itself.
      if (!servicesKnown) throw new Error("services have not yet been read at least once, cannot construct envvars");
      return services.list();
    },
    runtimeHandler(name) {
      if (name === undefined) return "";
      const found = runtimeClasses.get("", name);
      if (!found) throw new Error(`RuntimeClass ${JSON.stringify(name)} not found`);
      return found.handler;
    },
    use(pod) {
      const references = referencesOf(pod);
      configMaps.use(pod.metadata.uid, references.configMaps);
      secrets.use(pod.metadata.uid, references.secrets);
      trustBundles.use(pod);
    },
    forget(podUid) {
      for (const referenced of [configMaps, secrets]) referenced.use(podUid, new Set());
      trustBundles.forget(podUid);
    },
    run() {
      void services.run();
      void runtimeClasses.run();
      void services.synced.then(() => {
        servicesKnown = true;
      });
    },
  };
}
