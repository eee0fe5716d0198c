/** pods/eviction: deletes a pod, as far as the disruption budgets over it allow. */

import type { Kind, KubeObject } from "../../../api/kind.ts";
import { timestamp } from "../../../machinery/clock.ts";
import { type LabelSelectorObject, labelSelector } from "../../../machinery/selectors/labels.ts";
import { badRequest, conflict, forbidden, internalError, notFound, type StatusCause, StatusError } from "../../../machinery/status/status-error.ts";
import type { CachedObject } from "../../cache/watch-cache.ts";
import type { Call } from "../../call.ts";
import { bodyKind } from "../../registry/body-kind.ts";
import type { DeleteOptions } from "../../registry/deletion.ts";
import { admissionRequest, mutateAll, validateAll } from "../admission.ts";
import { deleteOne } from "../delete.ts";
import { kindOf } from "../kind-of.ts";
import { objectOf, readBody } from "../write/body.ts";
import { changeStored } from "../write/change-stored.ts";
import { settleNamespace } from "../write/names.ts";
import { writeOptions } from "../write/options.ts";
import { CHANGED } from "../write/run.ts";

/** Evictions that the budget's controller hasn't yet seen come true. */
const UNCONFIRMED_MAX = 2000;
const RETRY_SECONDS = 10;
const BLOCKED = "Cannot evict pod as it would violate the pod's disruption budget.";

interface Eviction extends KubeObject {
  deleteOptions?: { gracePeriodSeconds?: number; propagationPolicy?: string; preconditions?: { uid?: string; resourceVersion?: string }; dryRun?: string[] };
}

interface Pod extends KubeObject {
  status?: { phase?: string; conditions?: { type: string; status: string }[] };
}

interface Budget extends KubeObject {
  spec?: { selector?: LabelSelectorObject; unhealthyPodEvictionPolicy?: string };
  status?: {
    observedGeneration?: number;
    disruptionsAllowed?: number;
    currentHealthy?: number;
    desiredHealthy?: number;
    disruptedPods?: Record<string, string>;
    conditions?: { type: string; status: string; reason?: string; message?: string; lastTransitionTime?: string; observedGeneration?: number }[];
  };
}

export async function evict(call: Call): Promise<void> {
  const pods = kindOf(call);
  const { namespace, name } = call.attributes;
  const kind = bodyKind(pods, "eviction");
  const options = writeOptions(call, "CreateOptions");
  const eviction: Eviction = objectOf(kind, await readBody(call), options.fieldValidation, (message) => call.warnings.push(message));
  settleNamespace(call, eviction);
  if (eviction.metadata.name && eviction.metadata.name !== name) throw badRequest("name in URL does not match name in Eviction object");
  const { dryRun } = deletionOf(eviction, options.dryRun);
  const request = admissionRequest(call, { operation: "CREATE", kind, name, object: eviction, old: undefined, dryRun });
  await mutateAll(call, request);
  await validateAll(call, request);
  const how = deletionOf(eviction, options.dryRun); // As it is now.

  const cache = call.context.caches.of(pods);
  await cache.ready();
  await cache.waitForPresent();
  const cached = cache.get(namespace, name);
  if (!cached) throw notFound(pods, name);
  const pod = cache.view<Pod>(cached);
  const budget = needsNoBudget(pod) ? undefined : await budgetOver(call, pod);
  const pinned = budget && !isReady(pod) && mayGoUnhealthy(budget); // Only as it is now: it could become healthy in between.
  if (budget && !pinned) await take(call, budget, name, how.dryRun);
  const marked = how.dryRun ? cached : await markEvicted(call, pods, namespace, name, pinned ? cached.resourceVersion : undefined);
  const preconditions = pinned ? { ...how.preconditions, resourceVersion: String(marked.resourceVersion) } : how.preconditions;
  await deleteOne(call, pods, namespace, name, { ...how, preconditions });
  call.context.respond.status(call, 201, { code: 201 });
}

/** Tells, on the pod itself, why it goes (KEP-3329). @param only the one version that may be marked; any, where undefined */
function markEvicted(call: Call, kind: Kind, namespace: string, name: string, only: number | undefined): Promise<CachedObject> {
  const lastTransitionTime = timestamp(call.context.clock.now());
  return changeStored(call, {
    kind,
    namespace,
    name,
    dryRun: false,
    change(object) {
      if (only !== undefined && object.metadata.resourceVersion !== String(only)) throw conflict(kind, name, CHANGED);
      const pod = object as Pod;
      const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== "DisruptionTarget");
      const condition = { type: "DisruptionTarget", status: "True", lastTransitionTime, reason: "EvictionByEvictionAPI", message: "Eviction API: evicting" };
      pod.status = { ...pod.status, conditions: [...others, condition] };
    },
  });
}

function deletionOf({ deleteOptions = {} }: Eviction, dryRun: boolean): DeleteOptions {
  const { gracePeriodSeconds, propagationPolicy, preconditions } = deleteOptions;
  return {
    gracePeriodSeconds: gracePeriodSeconds === undefined ? undefined : Number(gracePeriodSeconds),
    propagationPolicy: propagationPolicy as DeleteOptions["propagationPolicy"],
    orphanDependents: undefined,
    preconditions,
    dryRun: dryRun || (deleteOptions.dryRun?.length ?? 0) > 0,
  };
}

/** A pod that doesn't run disrupts nothing by going. */
function needsNoBudget({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined || ["Succeeded", "Failed", "Pending"].includes(status?.phase ?? "");
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;
}

function mayGoUnhealthy({ spec, status }: Budget): boolean {
  if (spec?.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  const desired = status?.desiredHealthy ?? 0;
  return (status?.currentHealthy ?? 0) >= desired && desired > 0;
}

async function budgetOver(call: Call, { metadata }: Pod): Promise<Budget | undefined> {
  const kind = call.context.kinds.find("policy", "v1", "poddisruptionbudgets");
  if (!kind) return undefined;
  const cache = call.context.caches.of(kind);
  await cache.ready();
  const budgets = cache.list({ namespace: metadata.namespace ?? "" }).map((object) => cache.view<Budget>(object));
  const over = budgets.filter(({ spec }) => labelSelector(spec?.selector).matches(metadata.labels));
  if (over.length > 1) throw internalError(new Error("This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."));
  return over[0];
}

/** Takes one disruption off the budget, or throws a 429 StatusError. */
async function take(call: Call, { metadata }: Budget, pod: string, dryRun: boolean): Promise<void> {
  const { namespace = "", name = "" } = metadata;
  const kind = call.context.kinds.find("policy", "v1", "poddisruptionbudgets")!;
  const now = timestamp(call.context.clock.now());
  try {
    await changeStored(call, { kind, namespace, name, dryRun, ownedThrough: "status", change: (budget) => takeOne(budget, pod, now) });
  } catch (error) {
    if (error instanceof StatusError && error.status.code === 409) throw blocked(RETRY_SECONDS);
    throw error;
  }
}

/** @param retrySeconds 0: nobody can say when */
function blocked(retrySeconds: number, causes?: readonly StatusCause[]): StatusError {
  const details = { ...(retrySeconds > 0 && { retryAfterSeconds: retrySeconds }), ...(causes && { causes }) };
  return new StatusError({ code: 429, reason: "TooManyRequests", message: BLOCKED, details });
}

function takeOne(object: KubeObject, pod: string, now: string): void {
  const budget = object as Budget;
  const name = budget.metadata.name ?? "";
  const status = { ...budget.status };
  const allowed = status.disruptionsAllowed ?? 0;
  const refuse = (why: string, retrySeconds: number) => blocked(retrySeconds, [{ reason: "DisruptionBudget", message: why }]);
  if (Number(status.observedGeneration ?? 0) < Number(budget.metadata.generation ?? 0)) {
    throw refuse(`The disruption budget ${name} is still being processed by the server.`, RETRY_SECONDS);
  }
  const target = { group: "policy", resource: "poddisruptionbudget" };
  if (allowed < 0) throw forbidden(target, name, "pdb disruptions allowed is negative");
  if (Object.keys(status.disruptedPods ?? {}).length > UNCONFIRMED_MAX) {
    throw forbidden(target, name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
  }
  if (allowed === 0)
    throw refuse(`The disruption budget ${name} needs ${status.desiredHealthy ?? 0} healthy pods and has ${status.currentHealthy ?? 0} currently`, 0);
  status.disruptionsAllowed = allowed - 1;
  if (allowed === 1) {
    const others = (status.conditions ?? []).filter(({ type }) => type !== "DisruptionAllowed");
    const generation = status.observedGeneration;
    status.conditions = [
      ...others,
      {
        type: "DisruptionAllowed",
        status: "False",
        reason: "InsufficientPods",
        lastTransitionTime: now,
        message: "",
        ...(generation !== undefined && { observedGeneration: generation }),
      },
    ];
  }
  status.disruptedPods = Object.assign(Object.create(null), status.disruptedPods, { [pod]: now });
  budget.status = status;
}
