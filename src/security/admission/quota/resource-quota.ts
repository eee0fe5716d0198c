/**
 * ResourceQuota: what is made in a namespace is charged to its quotas, in the transaction that makes it, so that neither can be without the other.
 * What is given back is counted by the controller, which measures anew.
 */

import { evaluatorOf } from "../../../api/core/quota/evaluators.ts";
import type { QuotaContext } from "../../../api/core/quota/usage.ts";
import type { Pod, ResourceQuota } from "../../../api/tables/core-v1.ts";
import type { DeviceClass, ResourceClaim } from "../../../api/tables/resource-v1.ts";
import type { Clock } from "../../../machinery/clock.ts";
import { StatusError } from "../../../machinery/status/status-error.ts";
import type { Reader } from "../../reader.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { refused } from "../refuse.ts";
import { type Charge, charges, QuotaRefusal, ScopeRefusal } from "./check.ts";
import type { LimitedResource } from "./limited.ts";
import { Turns, TurnTimeoutError } from "./turns.ts";

/** @param limited what may only be used where a quota covers it */
export function resourceQuota(clock: Clock, limited: readonly LimitedResource[] = []): AdmissionPlugin {
  const turns = new Turns(clock);
  return {
    name: "ResourceQuota",
    on: ["*"],
    operations: ["CREATE", "UPDATE"],
    validate(request) {
      const { namespace, resource, reader } = request;
      if (namespace === "" || resource.resource === "namespaces" || (limited.length === 0 && !hasQuota(reader, namespace))) return;
      return charge(request, clock, turns, limited);
    },
  };
}

function hasQuota(reader: Reader, namespace: string): boolean {
  for (const _ of reader.list("", "resourcequotas", namespace)) return true;
  return false;
}

async function charge(request: AdmissionRequest, clock: Clock, turns: Turns, limited: readonly LimitedResource[]): Promise<void> {
  const { operation, subresource, object, old, namespace, resource, reader, dryRun, also } = request;
  const evaluator = evaluatorOf(resource.group, resource.resource);
  if (!evaluator || !object || (operation !== "CREATE" && operation !== "UPDATE")) return;
  const write = { operation, subresource, next: object, last: operation === "UPDATE" ? old : undefined };
  if (!evaluator.handles(write)) return;
  if (also && !dryRun) also.atEnd(await turnOf(turns, namespace));
  let found: Charge[];
  try {
    found = charges([...reader.list<ResourceQuota>("", "resourcequotas", namespace)], evaluator, write, contextOf(reader, clock), limited);
  } catch (error) {
    if (error instanceof ScopeRefusal) throw new StatusError({ code: 500, reason: "", message: error.message }); // As there: an error without a reason.
    throw error instanceof QuotaRefusal ? refused(request, error.message) : error;
  }
  for (const { quota, used } of found) {
    const charged: ResourceQuota = { ...quota, status: { ...quota.status, used } };
    also?.put("", "resourcequotas", charged);
  }
}

async function turnOf(turns: Turns, namespace: string): Promise<() => void> {
  try {
    return await turns.take(namespace);
  } catch (error) {
    if (!(error instanceof TurnTimeoutError)) throw error;
    throw new StatusError({ code: 500, reason: "InternalError", message: "Internal error occurred: resource quota evaluation timed out" });
  }
}

function contextOf(reader: Reader, clock: Clock): QuotaContext {
  return {
    now: clock.now(),
    deviceClasses: () => reader.list<DeviceClass>("resource.k8s.io", "deviceclasses"),
    pod: (namespace, name) => reader.get<Pod>("", "pods", namespace, name),
    claims: (namespace) => reader.list<ResourceClaim>("resource.k8s.io", "resourceclaims", namespace),
  };
}
