/** One object's turn: what is to be done about it, given its owners (Kubernetes, "Garbage Collection"). */

import type { KubeObject, Metadata } from "../../api/kind.ts";
import type { ResourceName } from "../../api/resource.ts";
import { type Client, pathOf } from "../../client/client.ts";
import { StatusError } from "../../machinery/status/status-error.ts";
import type { OwnedObject, OwnershipGraph } from "./graph.ts";

export const FOREGROUND = "foregroundDeletion";
export const ORPHAN = "orphan";

type Owner = NonNullable<Metadata["ownerReferences"]>[number];

export interface Collection {
  readonly client: Client;
  readonly graph: OwnershipGraph;
  /** The served resource of an owner reference; undefined while its kind isn't known. */
  resourceOf(apiVersion: string, kind: string): (ResourceName & { readonly namespaced: boolean }) | undefined;
}

/** Handles an object that is on its way out and waits for its dependents, or one whose owners may be gone. */
export async function collect(object: OwnedObject, collection: Collection): Promise<void> {
  const { finalizers = [], deletionTimestamp, ownerReferences = [] } = object.metadata;
  if (deletionTimestamp !== undefined) {
    if (finalizers.includes(ORPHAN)) return orphanDependents(object, collection);
    if (finalizers.includes(FOREGROUND)) return foreground(object, collection);
    return;
  }
  if (ownerReferences.length === 0) return;
  const states = await Promise.all(ownerReferences.map(async (owner) => ({ owner, state: await stateOf(owner, object, collection) })));
  const solid = states.filter(({ state }) => state === "there");
  const gone = states.filter(({ state }) => state === "gone");
  const waiting = states.filter(({ state }) => state === "waiting");
  if (solid.length > 0) {
    if (gone.length + waiting.length > 0) await patch(object, { ownerReferences: solid.map(({ owner }) => owner) }, collection);
    return;
  }
  // An owner that waits for this one to go wants everything beneath it to go first.
  const dependents = waiting.length > 0 ? collection.graph.dependentsOf(object.metadata.uid ?? "") : [];
  // Where one of those waits too, they may own each other in a circle and would wait for ever: this one then holds up no owner.
  if (dependents.some(({ metadata }) => isWaiting(metadata)) && ownerReferences.some(({ blockOwnerDeletion }) => blockOwnerDeletion))
    await patch(object, { ownerReferences: ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: false })) }, collection);
  await remove(object, dependents.length > 0 ? "Foreground" : policyOf(finalizers), collection);
}

/** On its way out, and waits for what it owns. */
function isWaiting({ deletionTimestamp, finalizers }: Metadata): boolean {
  return deletionTimestamp !== undefined && (finalizers?.includes(FOREGROUND) ?? false);
}

function policyOf(finalizers: readonly string[]): string {
  if (finalizers.includes(ORPHAN)) return "Orphan";
  return finalizers.includes(FOREGROUND) ? "Foreground" : "Background";
}

/** `waiting`: on its way out in the foreground, held up by this very object. */
async function stateOf(owner: Owner, dependent: OwnedObject, { client, graph, resourceOf }: Collection): Promise<"there" | "gone" | "waiting"> {
  const judge = (metadata: Metadata): "there" | "waiting" => (isWaiting(metadata) ? "waiting" : "there");
  const known = graph.get(owner.uid)?.metadata;
  // A UID that is known elsewhere is a reference to what isn't there: an owner stands in its dependent's namespace, or in none.
  const isHere = known?.name === owner.name && (known.namespace === undefined || known.namespace === dependent.metadata.namespace);
  if (known && isHere) return judge(known);
  const resource = resourceOf(owner.apiVersion, owner.kind);
  // An owner of a kind that nobody serves now may come back: nothing is deleted on its account.
  if (!resource) return "there";
  const namespace = resource.namespaced ? (dependent.metadata.namespace ?? "") : "";
  // A namespaced owner of a cluster-scoped object can't exist.
  if (resource.namespaced && !namespace) return "gone";
  const live = await client.find(resource, namespace, owner.name);
  return live?.metadata.uid === owner.uid ? judge(live.metadata) : "gone";
}

async function foreground(object: OwnedObject, collection: Collection): Promise<void> {
  const uid = object.metadata.uid ?? "";
  if (collection.graph.blockersOf(uid).length > 0) return;
  await withoutFinalizer(object, FOREGROUND, collection);
}

async function orphanDependents(object: OwnedObject, collection: Collection): Promise<void> {
  const uid = object.metadata.uid ?? "";
  for (const dependent of collection.graph.dependentsOf(uid)) {
    await patch(dependent, { ownerReferences: dependent.metadata.ownerReferences?.filter((owner) => owner.uid !== uid) }, collection);
  }
  await withoutFinalizer(object, ORPHAN, collection);
}

async function withoutFinalizer(object: OwnedObject, finalizer: string, collection: Collection): Promise<void> {
  await patch(
    object,
    { resourceVersion: object.metadata.resourceVersion, finalizers: object.metadata.finalizers?.filter((name) => name !== finalizer) },
    collection,
  );
}

async function patch({ resource, metadata }: OwnedObject, change: object, { client }: Collection): Promise<void> {
  const path = pathOf(resource, metadata.namespace ?? "", metadata.name);
  await unlessGone(client.json<KubeObject>("PATCH", path, { metadata: { uid: metadata.uid, ...change } }, "application/merge-patch+json"));
}

async function remove({ resource, metadata }: OwnedObject, propagationPolicy: string, { client }: Collection): Promise<void> {
  const body = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy, preconditions: { uid: metadata.uid } };
  await unlessGone(client.json("DELETE", pathOf(resource, metadata.namespace ?? "", metadata.name), body));
}

/** What has gone meanwhile, or was made anew under the same name, is no longer ours to change. */
async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof StatusError && error.status.code === 404)) throw error;
  }
}
