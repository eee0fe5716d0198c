/** Changes a stored object on the server's own account: not by a client's document, so neither defaulted nor validated. */

import type { Kind, KubeObject, Metadata } from "../../../api/kind.ts";
import { endpointFields } from "../../../api/meta/reset-fields.ts";
import { managedUpdate } from "../../../machinery/apply/update.ts";
import { timestamp } from "../../../machinery/clock.ts";
import type { Plain } from "../../../machinery/plain.ts";
import { conflict, notFound } from "../../../machinery/status/status-error.ts";
import type { CachedObject } from "../../cache/watch-cache.ts";
import type { Call } from "../../call.ts";
import { replaceObject } from "./deletion-commit.ts";
import { CHANGED } from "./run.ts";

const ATTEMPTS_MAX = 100;

export interface StoredChange {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly dryRun: boolean;
  /** Where the server shows among the owners, as it would had it come through this endpoint. */
  readonly ownedThrough?: string;
  /** Changes the copy it is given, again for each newer version; throws a StatusError to refuse. */
  change(object: KubeObject): void;
}

/** @returns the object as it now stands */
export async function changeStored(call: Call, { kind, namespace, name, dryRun, ownedThrough, change }: StoredChange): Promise<CachedObject> {
  const cache = call.context.caches.of(kind);
  await cache.ready();
  let fresh = false;
  for (let tries = 0; tries < ATTEMPTS_MAX; tries++) {
    const cached = cache.get(namespace, name);
    if (!cached) {
      if (fresh) throw notFound(kind, name);
      await cache.waitForPresent();
      fresh = true;
      continue;
    }
    const object = cache.decode<KubeObject>(cached);
    change(object);
    if (ownedThrough !== undefined) takeOwnership(call, kind, ownedThrough, cache.view<KubeObject>(cached), object);
    if (dryRun) return cached;
    const standing = await replaceObject(call, kind, cached, object);
    if (standing) return standing;
  }
  throw conflict(kind, name, CHANGED);
}

function takeOwnership(call: Call, kind: Kind, subresource: string, last: KubeObject, next: KubeObject): void {
  const entries = managedUpdate({
    schema: kind.schema,
    live: last as unknown as Plain, // Ownership walks members by the schema's names.
    next: next as unknown as Plain,
    manager: "kube-apiserver",
    subresource,
    apiVersion: kind.apiVersion,
    time: timestamp(call.context.clock.now()),
    fields: endpointFields(kind.table, subresource),
  });
  if (entries) next.metadata.managedFields = entries as NonNullable<Metadata["managedFields"]>;
}
