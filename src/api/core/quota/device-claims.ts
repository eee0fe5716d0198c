/** How claims of devices count: their number, and the devices that they may get by class. [Kubernetes pkg/quota/v1/evaluator/core/resource_claims.go] */

import { Quantity } from "../../../machinery/quantity/quantity.ts";
import type { DeviceClass, DeviceRequest, ResourceClaim } from "../../tables/resource-v1.ts";
import { isExtendedRequest, podUsage } from "./pods.ts";
import { type Evaluator, ONE, type QuotaContext, quantityOf, type Usage } from "./usage.ts";

const COUNT = "count/resourceclaims.resource.k8s.io";
const BY_CLASS = ".deviceclass.resource.k8s.io/devices";
const IMPLICIT = "requests.deviceclass.resource.kubernetes.io/";
const EXTENDED_CLAIM = "resource.kubernetes.io/extended-resource-claim";
/** As many devices as one claim can be given. */
const ALL = 32;

export const deviceClaimEvaluator: Evaluator = {
  group: "resource.k8s.io",
  resource: "resourceclaims",
  names(hard, context) {
    const classes = extendedOf(context);
    return hard
      .filter((name) => {
        if (name === COUNT || name.endsWith(BY_CLASS)) return true;
        if (name.startsWith(IMPLICIT)) return classes.has(name.slice(IMPLICIT.length));
        return isExtendedRequest(name) && [...classes.values()].includes(name.slice("requests.".length));
      })
      .toSorted();
  },
  handles: ({ subresource }) => subresource === "",
  matchesScope: () => false,
  usage(object, context) {
    const claim = object as ResourceClaim;
    const usage: Usage = new Map([[COUNT, ONE]]);
    for (const request of claim.spec.devices?.requests ?? []) {
      for (const [name, devices] of devicesOf(request)) usage.set(name, (usage.get(name) ?? Quantity.zero).add(quantityOf(devices)));
    }
    addExtended(usage, claim, context);
    return usage;
  },
};

/** By the name of a class's devices, how many a request may get at most. */
function devicesOf({ exactly, firstAvailable = [] }: DeviceRequest): Map<string, number> {
  const found = new Map<string, number>();
  const choices = firstAvailable.length > 0 ? firstAvailable : exactly ? [exactly] : [];
  for (const { deviceClassName, allocationMode, count } of choices) {
    const devices = allocationMode === "ExactCount" ? Number(count ?? 0) : allocationMode === "All" ? ALL : 0;
    const name = `${deviceClassName}${BY_CLASS}`;
    found.set(name, Math.max(found.get(name) ?? 0, devices));
  }
  return found;
}

/** By class, the name of the extended resource that its devices can be asked for by. */
function extendedOf({ deviceClasses }: QuotaContext): Map<string, string> {
  const named = (one: DeviceClass): [string, string][] => (one.spec.extendedResourceName ? [[one.metadata.name ?? "", one.spec.extendedResourceName]] : []);
  return new Map([...deviceClasses()].flatMap(named));
}

/** Devices also count as the extended resource that they stand for, less what the pod that they are for has been counted with. */
function addExtended(usage: Usage, claim: ResourceClaim, context: QuotaContext): void {
  const classes = extendedOf(context);
  const counted = podOf(claim, context);
  for (const [name, amount] of [...usage]) {
    if (!name.endsWith(BY_CLASS)) continue;
    const className = name.slice(0, -BY_CLASS.length);
    const resource = classes.get(className);
    for (const alias of [`${IMPLICIT}${className}`, ...(resource ? [`requests.${resource}`] : [])]) {
      const left = amount.subtract(counted?.get(alias) ?? Quantity.zero);
      if (left.compare(Quantity.zero) > 0) usage.set(alias, left);
    }
  }
}

/** The usage of the pod that a scheduler made the claim for, where it is its first such claim. */
function podOf(claim: ResourceClaim, context: QuotaContext): Usage | undefined {
  const { annotations, namespace = "", name = "", uid } = claim.metadata;
  const owner = ownerOf(claim);
  if (annotations?.[EXTENDED_CLAIM] !== "true" || owner?.kind !== "Pod" || owner.apiVersion !== "v1") return undefined;
  const pod = context.pod(namespace, owner.name);
  if (pod?.metadata.uid !== owner.uid) return undefined;
  const own = pod.status?.extendedResourceClaimStatus?.resourceClaimName;
  if (own !== undefined ? own !== name : [...context.claims(namespace)].some((other) => other.metadata.uid !== uid && isBefore(other, claim, owner.uid))) {
    return undefined;
  }
  return podUsage(pod, context.now);
}

function isBefore(other: ResourceClaim, claim: ResourceClaim, podUid: string): boolean {
  if (other.metadata.annotations?.[EXTENDED_CLAIM] !== "true" || ownerOf(other)?.uid !== podUid) return false;
  const order = (one: ResourceClaim) => `${one.metadata.creationTimestamp ?? ""} ${one.metadata.name}`;
  return order(other) < order(claim);
}

function ownerOf({ metadata }: ResourceClaim) {
  return metadata.ownerReferences?.find(({ controller }) => controller);
}
