/** Removes pods that nobody will finish: bound to a node that is gone, deleted before they had a node, and too many that have ended. */

import { Node, Pod } from "../api/resources.ts";
import type { Pod as PodObject } from "../api/tables/core-v1.ts";
import { type RoutineContext, routine } from "../client/controller.ts";
import { pause, timestamp } from "../machinery/clock.ts";
import { StatusError } from "../machinery/status/status-error.ts";

const PERIOD_MS = 20_000;
/** A node must be missing for so long: it may only be renewing its object. */
const QUARANTINE_MS = 40_000;
/** Kubernetes' default is 12,500; CIS asks that there be a limit. */
const TERMINATED_MAX = 12_500;

export default routine({
  name: "pod-garbage-collector",
  reads: [Pod, Node],
  needs: [
    { group: "", resource: "pods", verb: "delete" },
    { group: "", resource: "pods/status", verb: "patch" },
    { group: "", resource: "nodes", verb: "get" },
  ],
  async run(context) {
    const missingSince = new Map<string, number>();
    while (!context.signal.aborted) {
      const pods = context.informer(Pod).list();
      for (const pod of [...(await withoutNode(pods, missingSince, context)), ...deletedUnbound(pods), ...surplus(pods)]) {
        await remove(pod, context).catch((error: unknown) => context.log("could not remove a pod", { pod: pod.metadata.name, error: String(error) }));
      }
      await pause(context.clock, PERIOD_MS, context.signal);
    }
  },
});

async function withoutNode(pods: readonly PodObject[], missingSince: Map<string, number>, { informer, client, clock }: RoutineContext): Promise<PodObject[]> {
  const nodes = informer(Node);
  const missing = new Set(pods.flatMap(({ spec }) => (spec.nodeName && !nodes.get("", spec.nodeName) ? [spec.nodeName] : [])));
  for (const name of missingSince.keys()) if (!missing.has(name)) missingSince.delete(name);
  const gone = new Set<string>();
  for (const name of missing) {
    const since = missingSince.get(name) ?? clock.now();
    missingSince.set(name, since);
    if (clock.now() - since >= QUARANTINE_MS && !(await client.find(Node, "", name))) gone.add(name);
  }
  return pods.filter(({ spec }) => gone.has(spec.nodeName ?? ""));
}

function deletedUnbound(pods: readonly PodObject[]): PodObject[] {
  return pods.filter(({ metadata, spec }) => metadata.deletionTimestamp !== undefined && !spec.nodeName);
}

function surplus(pods: readonly PodObject[]): PodObject[] {
  const ended = pods.filter(
    ({ status, metadata }) => (status?.phase === "Succeeded" || status?.phase === "Failed") && metadata.deletionTimestamp === undefined,
  );
  const oldest = (a: PodObject, b: PodObject): number => (a.metadata.creationTimestamp ?? "").localeCompare(b.metadata.creationTimestamp ?? "");
  return ended.length > TERMINATED_MAX ? ended.toSorted(oldest).slice(0, ended.length - TERMINATED_MAX) : [];
}

/** A pod that had not ended is marked as failed first, so that who counts its outcome learns it. */
async function remove(pod: PodObject, { client, clock }: RoutineContext): Promise<void> {
  const { namespace = "", name = "", uid } = pod.metadata;
  try {
    if (pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed") {
      const target = {
        type: "DisruptionTarget",
        status: "True",
        reason: "DeletionByPodGC",
        message: "PodGC: node no longer exists",
        lastTransitionTime: timestamp(clock.now()),
      };
      const conditions = [...(pod.status?.conditions ?? []).filter(({ type }) => type !== target.type), target];
      await client.patch(Pod, namespace, name, { metadata: { uid }, status: { phase: "Failed", conditions } }, { subresource: "status" });
    }
    await client.delete(Pod, namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
  } catch (error) {
    if (!(error instanceof StatusError && (error.status.code === 404 || error.status.code === 409))) throw error;
  }
}
