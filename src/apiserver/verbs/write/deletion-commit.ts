/** The transactions of a deletion: the object removed, or replaced by one that is marked. */

import type { Kind, KubeObject } from "../../../api/kind.ts";
import { keyOf, storedAs } from "../../cache/keys.ts";
import { StoredObject, servable } from "../../cache/stored-object.ts";
import type { CachedObject } from "../../cache/watch-cache.ts";
import type { Call } from "../../call.ts";
import { specialOf } from "../../registry/special.ts";
import { lifetimeOf, OWN_WRITE_MAX_MS, scopeOf, storedForm } from "./commit.ts";

/**
 * Removes the object and what it held.
 * @param last what the object is shown as, where that isn't what stands
 * @returns the object as it last stood under the deletion's revision; undefined where it was changed in between
 */
export async function removeObject(
  call: Call,
  kind: Kind,
  cached: CachedObject,
  old: KubeObject,
  last: KubeObject | undefined,
): Promise<CachedObject | undefined> {
  const { store, caches } = call.context;
  const cache = caches.stored(kind);
  const key = keyOf(storedAs(kind), cached.namespace, cached.name);
  const freed = specialOf(kind)?.claims?.(call.context, undefined, old)?.then ?? [];
  if (last) await kind.rules.storedAs?.prepare?.(last);
  const ending = last && storedForm(call, kind, last).value;
  const result = await store.txn({ if: [{ key, modified: cached.resourceVersion }], then: [{ delete: key, ...(ending && { ending }) }, ...freed] });
  await cache.waitFor(result.revision, OWN_WRITE_MAX_MS);
  if (!result.succeeded) return undefined;
  if (!(cached instanceof StoredObject)) return cached;
  if (!ending) return cached.stampedWith(result.revision);
  const { bytes, hole } = servable(ending, result.revision);
  return new StoredObject(cached.namespace, cached.name, cached, result.revision, bytes, hole);
}

/** @returns the object as it now stands; undefined where it was changed in between */
export async function replaceObject(call: Call, kind: Kind, cached: CachedObject, next: KubeObject): Promise<CachedObject | undefined> {
  const { store, caches } = call.context;
  const { namespace, name, uid } = cached;
  const cache = caches.stored(kind);
  const key = keyOf(storedAs(kind), namespace, name);
  await kind.rules.storedAs?.prepare?.(next);
  const { value, stored } = storedForm(call, kind, next);
  const takeBack = cache.expect(key, value, stored);
  try {
    const put = { put: key, value, uid, scope: scopeOf(call, kind, namespace), ...lifetimeOf(kind) };
    const result = await store.txn({ if: [{ key, modified: cached.resourceVersion }], then: [put] });
    await cache.waitFor(result.revision, OWN_WRITE_MAX_MS);
    if (!result.succeeded) return undefined;
    const standing = caches.of(kind).get(namespace, name);
    if (standing?.resourceVersion === result.revision) return standing;
    const { bytes, hole } = servable(value, result.revision);
    return new StoredObject(namespace, name, { uid, labels: next.metadata.labels, fields: cached.fields }, result.revision, bytes, hole);
  } finally {
    takeBack();
  }
}
