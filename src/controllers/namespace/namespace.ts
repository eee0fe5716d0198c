/** Finishes the deletion of namespaces: empties them, says in conditions what holds them up, and lets them go. */

import { isDeepStrictEqual } from "node:util";
import { Namespace } from "../../api/resources.ts";
import type { NamespaceCondition, Namespace as NamespaceObject } from "../../api/tables/core-v1.ts";
import { type RoutineContext, routine } from "../../client/controller.ts";
import { discover, type Served } from "../../client/discovery.ts";
import { WorkQueue } from "../../client/queue.ts";
import { timestamp } from "../../machinery/clock.ts";
import { emptyNamespace, type Remains } from "./empty.ts";

const FINALIZER = "kubernetes";
/** What holds a namespace up is looked at again so soon: mostly pods that take their time to end. */
const AGAIN_MS = 500;
const ALL = ["get", "list", "delete", "deletecollection"].map((verb) => ({ group: "*", resource: "*", verb }));

export default routine({
  name: "namespace-controller",
  reads: [Namespace],
  needs: [
    ...ALL,
    { group: "", resource: "namespaces/finalize", verb: "update" },
    { group: "", resource: "namespaces/status", verb: "patch" },
    { group: "", resource: "namespaces", verb: "delete" },
  ],
  async run(context) {
    const namespaces = context.informer(Namespace);
    const queue = new WorkQueue({
      clock: context.clock,
      workers: 10,
      retryMaxMs: 30_000,
      work: async (name) => {
        const namespace = namespaces.get("", name);
        if (namespace?.metadata.deletionTimestamp === undefined || !namespace.spec.finalizers?.includes(FINALIZER)) return;
        if (!(await finish(namespace, context))) queue.addAfter(name, AGAIN_MS);
      },
      onError: (name, error, retryInMs) => context.log("namespace could not be emptied", { name, error: String(error), retryInMs }),
    });
    context.signal.addEventListener("abort", () => queue.close(), { once: true });
    namespaces.handle((now) => {
      if (now?.metadata.deletionTimestamp !== undefined) queue.add(now.metadata.name ?? "");
    });
  },
});

/** @returns whether the namespace was let go */
async function finish(namespace: NamespaceObject, { client, clock }: RoutineContext): Promise<boolean> {
  const name = namespace.metadata.name ?? "";
  const served = await discover(client);
  const remains = await emptyNamespace(client, name, served);
  const conditions = conditionsOf(namespace.status?.conditions ?? [], served, remains, timestamp(clock.now()));
  if (!isDeepStrictEqual(conditions, namespace.status?.conditions ?? []))
    await client.patch(Namespace, "", name, { status: { conditions } }, { subresource: "status" });
  if (remains.counts.size > 0 || remains.failures.length > 0 || served.unavailable.length > 0) return false;
  const fresh = await client.find(Namespace, "", name);
  if (!fresh || fresh.metadata.uid !== namespace.metadata.uid) return true;
  await client.update(
    Namespace,
    { ...fresh, spec: { ...fresh.spec, finalizers: fresh.spec.finalizers?.filter((finalizer) => finalizer !== FINALIZER) ?? [] } },
    "finalize",
  );
  return true;
}

function conditionsOf(
  before: readonly NamespaceCondition[],
  { unavailable }: Served,
  { counts, finalizers, failures }: Remains,
  now: string,
): NamespaceCondition[] {
  const list = (map: ReadonlyMap<string, number>, word: string): string =>
    [...map]
      .toSorted()
      .map(([name, count]) => `${name} ${word} ${count}`)
      .join(", ");
  const say = (type: string, wrong: boolean, reason: [bad: string, good: string], bad: string, good: string): NamespaceCondition => {
    const status = wrong ? "True" : "False";
    const last = before.find((condition) => condition.type === type);
    const message = wrong ? bad : good;
    if (last?.status === status && last.message === message) return last;
    return { type, status, reason: reason[wrong ? 0 : 1], message, lastTransitionTime: last?.status === status ? (last.lastTransitionTime ?? now) : now };
  };
  return [
    say(
      "NamespaceDeletionDiscoveryFailure",
      unavailable.length > 0,
      ["DiscoveryFailed", "ResourcesDiscovered"],
      `Cannot ask for the resources of ${unavailable.join(", ")}`,
      "All resources successfully discovered",
    ),
    say(
      "NamespaceDeletionGroupVersionParsingFailure",
      false,
      ["GroupVersionParsingFailed", "ParsedGroupVersions"],
      "",
      "All legacy kube types successfully parsed",
    ),
    say(
      "NamespaceDeletionContentFailure",
      failures.length > 0,
      ["ContentDeletionFailed", "ContentDeleted"],
      `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(", ")}`,
      "All content successfully deleted, may be waiting on finalization",
    ),
    say(
      "NamespaceContentRemaining",
      counts.size > 0,
      ["SomeResourcesRemain", "ContentRemoved"],
      `Some resources are remaining: ${list(counts, "has")} resource instances`,
      "All content successfully removed",
    ),
    say(
      "NamespaceFinalizersRemaining",
      finalizers.size > 0,
      ["SomeFinalizersRemain", "ContentHasNoFinalizers"],
      `Some content in the namespace has finalizers remaining: ${list(finalizers, "in")} resource instances`,
      "All content-preserving finalizers finished",
    ),
  ];
}
