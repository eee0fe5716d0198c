/** The server's health checks, under the names that clients and dashboards know (k8s.io/apiserver, pkg/server/healthz; k8s.io/kubernetes, pkg/controlplane). */

import type { Store } from "../../storage/store.ts";
import type { HealthCheck, HealthPath } from "./health.ts";

const ALL: readonly HealthPath[] = ["livez", "readyz", "healthz"];
/** The store must answer within this, or the server does not count as ready. */
const STORE_MAX_MS = 2000;

/** What is done before the server is ready: Kubernetes' names of what this server has, too. */
const STARTED = [
  "generic-apiserver-start-informers",
  "priority-and-fairness-config-consumer",
  "priority-and-fairness-filter",
  "storage-object-count-tracker-hook",
  "start-system-namespaces-controller",
  "start-cluster-authentication-info-controller",
  "storage-readiness",
  "rbac/bootstrap-roles",
  "scheduling/bootstrap-system-priority-classes",
  "priority-and-fairness-config-producer",
  "bootstrap-controller",
  "start-kubernetes-service-cidr-controller",
];

/** How far the server has come. */
export interface Phase {
  /** Its own objects stand. */
  started: boolean;
  /** It is told to stop: new clients shall go elsewhere. */
  draining: boolean;
}

export interface CheckedOptions {
  readonly store: Pick<Store, "revision">;
  readonly phase: Phase;
  /** Whether every cache is filled. */
  cachesFilled(): boolean;
  /** Calls back once after so many milliseconds. @returns what cancels it */
  after(delayMs: number, callback: () => void): () => void;
}

export function healthChecks({ store, phase, cachesFilled, after }: CheckedOptions): HealthCheck[] {
  const answers = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const cancel = after(STORE_MAX_MS, () => reject(new Error(`the store does not answer within ${STORE_MAX_MS} ms`)));
      store
        .revision()
        .then(() => resolve(), reject)
        .finally(cancel);
    });
  const must = (holds: () => boolean, otherwise: string) => () => {
    if (!holds()) throw new Error(otherwise);
  };
  return [
    { name: "ping", on: ALL, check: () => {} },
    { name: "log", on: ALL, check: must(() => process.stdout.writable, "the log can't be written") },
    { name: "etcd", on: ALL, check: answers },
    { name: "etcd-readiness", on: ["readyz"], check: answers },
    { name: "informer-sync", on: ["readyz"], expected: true, check: must(cachesFilled, "caches are being filled") },
    ...STARTED.map((name) => ({
      name: `poststarthook/${name}`,
      on: ALL,
      expected: true as const,
      check: must(() => phase.started, "not finished"),
    })),
    { name: "shutdown", on: ["readyz"], expected: true, check: must(() => !phase.draining, "process is shutting down") },
  ];
}
