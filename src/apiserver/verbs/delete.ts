/** DELETE: removes an object, or marks it for those who have to clean up first. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import { conflict, notFound, type StatusError } from "../../machinery/status/status-error.ts";
import type { CachedObject } from "../cache/watch-cache.ts";
import type { Call } from "../call.ts";
import { type DeleteOptions, type Deletion, decideDeletion } from "../registry/deletion.ts";
import { answersDeletedObject, orphansByDefault } from "../registry/traits.ts";
import { admissionRequest, mutateAll, validateAll } from "./admission.ts";
import { deleteOptions } from "./delete-options.ts";
import { kindOf } from "./kind-of.ts";
import { unsafeDelete } from "./unsafe-delete.ts";
import { asAnswered } from "./write/commit.ts";
import { removeObject, replaceObject } from "./write/deletion-commit.ts";

export async function remove(call: Call): Promise<void> {
  const kind = kindOf(call);
  const { namespace, name } = call.attributes;
  const options = await deleteOptions(call);
  if (options.ignoreReadErrors) return unsafeDelete(call, kind, namespace, name, options.dryRun);
  warnOfOrphans(call, kind, options);
  const { object, removed } = await deleteOne(call, kind, namespace, name, options);
  const { respond } = call.context;
  if (removed && !answersDeletedObject(kind)) {
    const { group } = kind;
    return respond.status(call, 200, { details: { name, ...(group && { group }), kind: kind.resource, uid: object.uid } });
  }
  respond.object(call, !removed && options.orphanDependents === false ? 202 : 200, kind, object.bytes);
}

/** Where dependents stay although the client may not know. */
export function warnOfOrphans(call: Call, kind: Kind, { propagationPolicy, orphanDependents }: DeleteOptions): void {
  if (kind.resource === "jobs" && orphansByDefault(kind) && !propagationPolicy && orphanDependents === undefined) call.warnings.push(KEEPS_PODS);
}

const KEEPS_PODS =
  "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning";

/** How many writers may come in between before a deletion gives up. */
const ATTEMPTS_MAX = 100;

/** @returns the object as it last stood or now stands, and whether it is gone */
export async function deleteOne(
  call: Call,
  kind: Kind,
  namespace: string,
  name: string,
  options: DeleteOptions,
): Promise<{ object: CachedObject; removed: boolean }> {
  const cache = call.context.caches.of(kind);
  await cache.ready();
  let fresh = false;
  for (let tries = 1; ; tries++) {
    const cached = cache.get(kind.namespaced ? namespace : "", name);
    const mismatch = cached && preconditionFailure(cached, options);
    if (!cached || mismatch) {
      if (fresh) throw mismatch ? otherThan(kind, name, mismatch, cached, options) : notFound(kind, name);
      await cache.waitForPresent(); // What the request means may be newer than the cache.
      fresh = true;
      continue;
    }
    const deletion = decideDeletion(kind, cache.decode<KubeObject>(cached), options, call.context.clock.now());
    if (deletion.kind === "pending") return { object: cached, removed: false };
    const old = cache.view<KubeObject>(cached);
    await admit(call, kind, old, options);
    if (options.dryRun) return { object: asItWouldBe(kind, cached, deletion), removed: deletion.kind === "remove" };
    const object = await (deletion.kind === "remove"
      ? removeObject(call, kind, cached, old, deletion.last)
      : replaceObject(call, kind, cached, deletion.object));
    if (object) return { object, removed: deletion.kind === "remove" };
    if (tries >= ATTEMPTS_MAX) throw conflict(kind, name, "the object keeps changing; please try again");
  }
}

/** Of namespaces the conflict is found by their own code, which words it in its own way. */
function otherThan(kind: Kind, name: string, mismatch: string, { uid, resourceVersion }: CachedObject, options: DeleteOptions): StatusError {
  if (kind.resource !== "namespaces") return conflict({ group: kind.rules.storedAs?.group ?? kind.group, resource: kind.name }, name, mismatch);
  const { preconditions = {} } = options;
  const other = preconditions.uid !== undefined && preconditions.uid !== uid;
  const [what, asked, found] = other ? ["UID", preconditions.uid, uid] : ["ResourceVersion", preconditions.resourceVersion, resourceVersion];
  return conflict(kind, name, `Precondition failed: ${what} in precondition: ${asked}, ${what} in object meta: ${found}`);
}

/** An eviction has been admitted as what it is. Of a collection's objects none is named by the request, and none in what admission is asked. */
async function admit(call: Call, kind: Kind, old: KubeObject, options: DeleteOptions): Promise<void> {
  const { subresource, name } = call.attributes;
  if (subresource === "eviction") return;
  const { dryRun } = options;
  const request = admissionRequest(call, { operation: "DELETE", kind, name, object: undefined, old, dryRun, options: shownOptions(options) });
  await mutateAll(call, request);
  await validateAll(call, request);
}

/** In the order of the Go struct. */
function shownOptions({ gracePeriodSeconds, preconditions, orphanDependents, propagationPolicy, dryRun }: DeleteOptions): Record<string, unknown> {
  return {
    kind: "DeleteOptions",
    apiVersion: "meta.k8s.io/v1",
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(preconditions && { preconditions }),
    ...(orphanDependents !== undefined && { orphanDependents }),
    ...(propagationPolicy && { propagationPolicy }),
    ...(dryRun && { dryRun: ["All"] }),
  };
}

/** What a deletion that isn't made would answer. */
function asItWouldBe(kind: Kind, cached: CachedObject, deletion: Exclude<Deletion, { kind: "pending" }>): CachedObject {
  const shown = deletion.kind === "mark" ? deletion.object : deletion.last;
  return shown ? { ...cached, bytes: asAnswered(kind, shown, cached.resourceVersion) } : cached;
}

function preconditionFailure({ uid, resourceVersion }: CachedObject, { preconditions }: DeleteOptions): string | undefined {
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    return `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== String(resourceVersion)) {
    return `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
  }
  return undefined;
}
