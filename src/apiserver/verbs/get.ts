/** GET of one object: bytes that exist, once the cache is proven fresh enough. */

import { notFound } from "../../machinery/status/status-error.ts";
import type { WatchCache } from "../cache/watch-cache.ts";
import type { Call } from "../call.ts";
import { kindOf } from "./kind-of.ts";
import { revisionOf } from "./query.ts";

/** How long a read waits for a revision that this server has yet to see (as kube-apiserver does). */
export const FRESH_WAIT_MS = 3000;

export async function get(call: Call): Promise<void> {
  const kind = kindOf(call);
  const { namespace, name } = call.attributes;
  const cache = call.context.caches.of(kind);
  await freshEnough(cache, call.query.get("resourceVersion") ?? "");
  const object = cache.get(kind.namespaced ? namespace : "", name); // A namespace's own path names it as its namespace too.
  if (!object) throw notFound(kind, name);
  call.context.respond.object(call, 200, kind, object.bytes);
}

/** Waits as a resourceVersion asks: not at all for "0", until the store's present for none, else until that version is there. */
export async function freshEnough(cache: WatchCache, version: string): Promise<void> {
  await cache.ready();
  const revision = revisionOf(version);
  if (revision === undefined) await cache.waitForPresent();
  else if (revision > 0) await cache.waitFor(revision, FRESH_WAIT_MS);
}
