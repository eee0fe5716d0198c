/** Rolls a pod template out through replica sets: one a template, the newest growing while the older ones shrink. */

import { Deployment, ReplicaSet } from "../../api/resources.ts";
import type { Deployment as DeploymentObject, ReplicaSet as ReplicaSetObject } from "../../api/tables/apps-v1.ts";
import { again, controller, note } from "../../client/controller.ts";
import { labelSelector } from "../../machinery/selectors/labels.ts";
import { controllerReference } from "../owner.ts";
import { REVISION, revisionOf, setAnnotations, sizes } from "./annotations.ts";
import { type Bounds, boundsOf } from "./bounds.ts";
import { isScaling, proportional, type Resize, recreateStep, rollingStep, sizeOf, total } from "./scale.ts";
import { deadlineIn, isComplete, statusOf } from "./status.ts";
import { HASH_LABEL, sameTemplate, templateHash } from "./template.ts";

export default controller({
  name: "deployment-controller",
  for: Deployment,
  watches: { owned: ReplicaSet.ownedBy(Deployment), orphans: ReplicaSet.orphans(), every: ReplicaSet.all() },
  writes: [ReplicaSet.create, ReplicaSet.patch, ReplicaSet.delete, Deployment.patch, Deployment.status],
  claims: (deployment, orphan) => labelSelector(deployment.spec.selector).matches(orphan.metadata.labels),

  reconcile(deployment, { owned, orphans, every }, { now }) {
    const selector = labelSelector(deployment.spec.selector);
    const living = deployment.metadata.deletionTimestamp === undefined;
    const adoptable = living ? orphans.filter((set) => set.metadata.deletionTimestamp === undefined && selector.matches(set.metadata.labels)) : [];
    const sets = [...owned.filter((set) => selector.matches(set.metadata.labels)), ...adoptable];
    const bounds = boundsOf(deployment);
    const found = sets.filter((set) => sameTemplate(deployment, set)).toSorted(oldestFirst)[0];
    const old = sets.filter((set) => set !== found);
    const status = (newest: ReplicaSetObject | undefined, extra: { readonly name?: string; readonly created?: boolean; readonly collisions?: number } = {}) => {
      const newestName = extra.name ?? newest?.metadata.name;
      const collisions = extra.collisions ?? deployment.status?.collisionCount ?? 0;
      return statusOf({ deployment, newest, newestName, wasCreated: extra.created ?? false, sets, bounds, collisions, now });
    };
    if (!living) return [Deployment.status(deployment, status(found))];

    const adopted = adoptable.map((set) =>
      ReplicaSet.patch(set, { metadata: { uid: set.metadata.uid, ownerReferences: [controllerReference(Deployment, deployment)] } }),
    );
    const resize = (steps: readonly Resize[]) =>
      steps.flatMap(({ set, to }) => [
        ReplicaSet.patch(set, {
          metadata: { resourceVersion: set.metadata.resourceVersion, annotations: sizes(deployment, bounds.wanted + bounds.surge) },
          spec: { replicas: to },
        }),
        note(
          deployment,
          "Normal",
          "ScalingReplicaSet",
          `Scaled ${to > sizeOf(set) ? "up" : "down"} replica set ${set.metadata.name} from ${sizeOf(set)} to ${to}`,
        ),
      ]);
    const isRolling = deployment.spec.strategy?.type !== "Recreate";
    if (deployment.spec.paused || isScaling(deployment, sets)) {
      return [...adopted, ...resize(proportional(bounds, found, sets, isRolling)), Deployment.status(deployment, status(found))];
    }

    const current = largest([...old.map((set) => revisionOf(set) + 1n), found ? revisionOf(found) : 0n, 1n]);
    const revised = revisionOf(deployment) === current ? [] : [Deployment.patch(deployment, { metadata: { annotations: { [REVISION]: String(current) } } })];
    if (!found) {
      const waits =
        !isRolling && (old.some((set) => sizeOf(set) > 0) || total(old, (set) => (set.status?.replicas ?? 0) + (set.status?.terminatingReplicas ?? 0)) > 0);
      if (waits) return [...adopted, ...resize(recreateStep(bounds, undefined, old)), Deployment.status(deployment, status(undefined))];
      const collisions = deployment.status?.collisionCount ?? 0;
      const made = newSet(deployment, bounds, current, collisions, isRolling ? roomForNew(bounds, sets) : bounds.wanted);
      const name = made.metadata.name ?? "";
      // Somebody else's set has the name: the next try gets another one.
      if (every.get(deployment.metadata.namespace ?? "", name))
        return [...adopted, Deployment.status(deployment, status(undefined, { collisions: collisions + 1 }))];
      const created = note(deployment, "Normal", "ScalingReplicaSet", `Scaled up replica set ${name} from 0 to ${made.spec.replicas}`);
      return [...adopted, ReplicaSet.create(made), created, ...revised, Deployment.status(deployment, status(undefined, { name, created: true }))];
    }
    const annotations = setAnnotations(deployment, found, current, bounds.wanted + bounds.surge);
    const marks = ReplicaSet.patch(found, { metadata: { annotations }, spec: { minReadySeconds: deployment.spec.minReadySeconds ?? 0 } });
    const steps = isRolling ? rollingStep(bounds, found, old) : recreateStep(bounds, found, old);
    const next = status(found);
    const surplus = isComplete(deployment, next) ? beyondHistory(deployment, old) : [];
    const deadline = deadlineIn(deployment, next, now);
    return [
      ...adopted,
      ...(marked(found, annotations, deployment.spec.minReadySeconds ?? 0) ? [] : [marks]),
      ...resize(steps),
      ...surplus.map((set) => ReplicaSet.delete(set)),
      ...revised,
      Deployment.status(deployment, next),
      ...(deadline === undefined ? [] : [again(deadline)]),
    ];
  },
});

function largest(numbers: readonly bigint[]): bigint {
  return numbers.reduce((most, number) => (number > most ? number : most));
}

function oldestFirst(a: ReplicaSetObject, b: ReplicaSetObject): number {
  return (a.metadata.creationTimestamp ?? "").localeCompare(b.metadata.creationTimestamp ?? "");
}

function marked(set: ReplicaSetObject, annotations: Readonly<Record<string, string>>, minReadySeconds: number): boolean {
  return (set.spec.minReadySeconds ?? 0) === minReadySeconds && Object.entries(annotations).every(([key, value]) => set.metadata.annotations?.[key] === value);
}

/** How many a new set may have at once, beside the old ones. */
function roomForNew({ wanted, surge }: Bounds, sets: readonly ReplicaSetObject[]): number {
  return Math.max(Math.min(wanted + surge - total(sets, sizeOf), wanted), 0);
}

function newSet(deployment: DeploymentObject, bounds: Bounds, revision: bigint, collisions: number, replicas: number): ReplicaSetObject {
  const { template, minReadySeconds, selector } = deployment.spec;
  const hash = templateHash(template, collisions);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  return {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? "",
      labels,
      annotations: setAnnotations(deployment, undefined, revision, bounds.wanted + bounds.surge),
      ownerReferences: [controllerReference(Deployment, deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** Old sets without replicas that the history has no room for, oldest revision first. */
function beyondHistory({ spec }: DeploymentObject, old: readonly ReplicaSetObject[]): ReplicaSetObject[] {
  const limit = spec.revisionHistoryLimit ?? 10;
  const idle = old.filter(
    ({ metadata, spec: { replicas }, status }) =>
      replicas === 0 && (status?.replicas ?? 0) === 0 && metadata.deletionTimestamp === undefined && status?.observedGeneration === metadata.generation,
  );
  return old.length <= limit ? [] : idle.toSorted((a, b) => (revisionOf(a) < revisionOf(b) ? -1 : 1)).slice(0, old.length - limit);
}
