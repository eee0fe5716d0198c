/**
 * Takes away service accounts' tokens in secrets that were made for every account in former times and that nobody has used for a year: first they are marked as
 * invalid, and a year later deleted (KEP-2799; pkg/controller/serviceaccount/legacy_serviceaccount_token_cleaner.go in Kubernetes).
 */

import { referencesOf } from "../api/references/of-pod.ts";
import { ConfigMap, Pod, Secret, ServiceAccount } from "../api/resources.ts";
import type { Secret as SecretObject } from "../api/tables/core-v1.ts";
import { type RoutineContext, routine } from "../client/controller.ts";
import { pause, timestamp } from "../machinery/clock.ts";
import { StatusError } from "../machinery/status/status-error.ts";

const DAY_MS = 86_400_000;
const PERIOD_MS = DAY_MS;
/** As kube-controller-manager's --legacy-service-account-token-clean-up-period. */
const UNUSED_MS = 365 * DAY_MS;
const NAMESPACE = "kube-system";
const TRACKING = "kube-apiserver-legacy-service-account-token-tracking";
const LAST_USED = "kubernetes.io/legacy-token-last-used";
const INVALID_SINCE = "kubernetes.io/legacy-token-invalid-since";

export default routine({
  name: "legacy-service-account-token-cleaner",
  reads: [Secret, ServiceAccount, Pod],
  narrows: { secrets: { fieldSelector: "type=kubernetes.io/service-account-token", metadataOnly: true } }, // What is in them is no business of this process.
  needs: [
    { group: "", resource: "configmaps", verb: "get" },
    { group: "", resource: "secrets", verb: "patch" },
    { group: "", resource: "secrets", verb: "delete" },
  ],
  async run(context) {
    while (!context.signal.aborted) {
      await cleanUp(context).catch((error: unknown) => context.log("could not look for unused tokens", { error: String(error) }));
      await pause(context.clock, PERIOD_MS, context.signal);
    }
  },
});

async function cleanUp(context: RoutineContext): Promise<void> {
  const { client, clock, informer, log } = context;
  const now = clock.now();
  const since = dayOf((await client.find(ConfigMap, NAMESPACE, TRACKING))?.data?.since);
  if (since === undefined) throw new Error(`the config map ${NAMESPACE}/${TRACKING} doesn't say since when tokens' uses are noted`);
  if (now < since + DAY_MS + UNUSED_MS) return; // Noted for too short a time to tell.
  for (const secret of informer(Secret).list()) {
    if (!isUnused(secret, now) || !isGenerated(secret, context) || isMounted(secret, context)) continue;
    await takeAway(secret, now, context).catch((error: unknown) => {
      if (!(error instanceof StatusError && (error.status.code === 404 || error.status.code === 409)))
        log("could not take an unused token away", { secret: secret.metadata.name, error: String(error) });
    });
  }
}

/** One without a label wasn't used since uses are noted; one whose label is no day may be in use. */
function isUnused({ metadata }: SecretObject, now: number): boolean {
  const { creationTimestamp, deletionTimestamp, labels } = metadata;
  if (deletionTimestamp !== undefined || Date.parse(creationTimestamp ?? "") >= now - UNUSED_MS) return false;
  const used = labels?.[LAST_USED];
  return used === undefined || (dayOf(used) !== undefined && used < lastKept(now));
}

function isGenerated({ metadata }: SecretObject, { informer }: RoutineContext): boolean {
  const { name, namespace = "", annotations } = metadata;
  const account = informer(ServiceAccount).get(namespace, annotations?.["kubernetes.io/service-account.name"] ?? "");
  const uid = annotations?.["kubernetes.io/service-account.uid"];
  return account?.secrets?.some((reference) => reference.name === name) === true && (!uid || uid === account.metadata.uid);
}

function isMounted({ metadata: { name, namespace = "" } }: SecretObject, { informer }: RoutineContext): boolean {
  return informer(Pod)
    .list(namespace)
    .some((pod) => referencesOf(pod).some((reference) => reference.resource === "secrets" && reference.name === name));
}

async function takeAway({ metadata }: SecretObject, now: number, { client }: RoutineContext): Promise<void> {
  const { name = "", namespace = "", uid, resourceVersion, labels } = metadata;
  const since = labels?.[INVALID_SINCE];
  if (dayOf(since) === undefined) await client.patch(Secret, namespace, name, { metadata: { uid, labels: { [INVALID_SINCE]: day(now) } } });
  else if (since! < lastKept(now)) await client.delete(Secret, namespace, name, { preconditions: { resourceVersion } });
}

const day = (at: number): string => timestamp(at).slice(0, 10);
const lastKept = (now: number): string => day(now - UNUSED_MS);

/** @returns the beginning of a day; undefined for what is none */
function dayOf(text: string | undefined): number | undefined {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text ?? "") ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
