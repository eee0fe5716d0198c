/** A claim that a placed pod uses isn't deleted under it, and says since when no pod refers to it (KEP-2926's finalizer; PersistentVolumeClaimUnusedSinceTime). */

import { PersistentVolumeClaim, Pod } from "../api/resources.ts";
import type { PersistentVolumeClaim as ClaimObject, Pod as PodObject, Volume } from "../api/tables/core-v1.ts";
import { controller } from "../client/controller.ts";
import { timestamp } from "../machinery/clock.ts";
import { protectionPatch } from "./protection.ts";

const FINALIZER = "kubernetes.io/pvc-protection";
const UNUSED = "Unused";

export default controller({
  name: "pvc-protection-controller",
  for: PersistentVolumeClaim,
  watches: { pods: Pod.all(claimsOf) },
  writes: [PersistentVolumeClaim.patch, PersistentVolumeClaim.status],
  reconcile(claim, { pods }, { now }) {
    const near = pods.list(claim.metadata.namespace ?? "");
    const patch = protectionPatch(claim, FINALIZER, () => near.some((pod) => holds(pod, claim)));
    const condition = unusedCondition(claim, near, now);
    return [
      ...(patch ? [PersistentVolumeClaim.patch(claim, patch)] : []),
      ...(condition ? [PersistentVolumeClaim.status(claim, { conditions: [...otherConditions(claim), condition] })] : []),
    ];
  },
});

/** The keys of the claims that a pod's volumes name. */
function claimsOf({ metadata, spec }: PodObject): string[] {
  return (spec.volumes ?? []).flatMap((volume) => {
    const name = claimName(metadata.name ?? "", volume);
    return name ? [`${metadata.namespace}/${name}`] : [];
  });
}

/** An ephemeral volume's claim is called after pod and volume. */
function claimName(pod: string, { name, persistentVolumeClaim, ephemeral }: Volume): string | undefined {
  return persistentVolumeClaim?.claimName ?? (ephemeral && `${pod}-${name}`);
}

function refersTo({ metadata, spec }: PodObject, claim: ClaimObject, withEphemeral: boolean): boolean {
  return (spec.volumes ?? []).some(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return persistentVolumeClaim.claimName === claim.metadata.name;
    if (!ephemeral || !withEphemeral || `${metadata.name}-${name}` !== claim.metadata.name) return false;
    return claim.metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === metadata.uid) ?? false;
  });
}

const isOver = ({ status }: PodObject): boolean => status?.phase === "Succeeded" || status?.phase === "Failed";

/** On a node, however it does: until the pod is gone its volumes may be mounted. */
function holds(pod: PodObject, claim: ClaimObject): boolean {
  return Boolean(pod.spec.nodeName) && refersTo(pod, claim, !isOver(pod));
}

type Condition = NonNullable<NonNullable<ClaimObject["status"]>["conditions"]>[number];

function otherConditions({ status }: ClaimObject): Condition[] {
  return (status?.conditions ?? []).filter(({ type }) => type !== UNUSED);
}

/** @returns the condition where it must change */
function unusedCondition(claim: ClaimObject, pods: readonly PodObject[], now: number): Condition | undefined {
  if (claim.metadata.deletionTimestamp !== undefined || claim.status?.phase !== "Bound") return undefined;
  const isUsed = pods.some((pod) => !isOver(pod) && refersTo(pod, claim, true));
  const known = claim.status.conditions?.find(({ type }) => type === UNUSED);
  if (known && (known.status === "True") === !isUsed) return undefined;
  const [status, reason, message] = isUsed
    ? ["False", "PodUsingPVC", "A pod is currently referencing this PVC"]
    : ["True", "NoPodsUsingPVC", "No pods are currently referencing this PVC"];
  return { type: UNUSED, status: status!, lastTransitionTime: timestamp(now), reason: reason!, message: message! };
}
