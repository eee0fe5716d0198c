/** GET of one object: bytes that exist, once the cache is proven fresh enough. */

import type { Kind } from "../../api/kind.ts";
import { badRequest, notFound } from "../../machinery/status/status-error.ts";
import type { WatchCache } from "../cache/watch-cache.ts";
import type { Call } from "../call.ts";
import { kindOf } from "./kind-of.ts";
import { revisionOf } from "./query.ts";

/** How long a read waits for a revision that this server has yet to see (as kube-apiserver does). */
export const FRESH_WAIT_MS = 3000;

export function get(call: Call): void | Promise<void> {
  const kind = kindOf(call);
  if (call.query.size > 0 && call.query.has("export")) refuseExport(call.query.get("export")!);
  const cache = call.context.caches.of(kind);
  const waiting = freshEnough(cache, call.query.size > 0 ? (call.query.get("resourceVersion") ?? "") : "");
  return waiting ? waiting.then(() => answer(call, kind, cache)) : answer(call, kind, cache);
}

/** An object without what the server had filled in: long gone, and refused where it is still asked for. */
function refuseExport(asked: string): void {
  if (TRUE.has(asked)) throw badRequest("the export parameter, deprecated since v1.14, is no longer supported");
}

const TRUE: ReadonlySet<string> = new Set(["1", "t", "T", "true", "TRUE", "True"]);

function answer(call: Call, kind: Kind, cache: WatchCache): void {
  const { namespace, name } = call.attributes;
  const object = cache.get(kind.namespaced ? namespace : "", name); // A namespace's own path names it as its namespace too.
  if (!object) throw call.context.caches.stored(kind).damage(kind.namespaced ? namespace : "", name) ?? notFound(kind, name);
  call.context.respond.object(call, 200, kind, object.bytes);
}

/** Waits as a resourceVersion asks: not at all for "0", until the store's present for none, else until that version is there. @returns undefined where there is nothing to wait for */
export function freshEnough(cache: WatchCache, version: string): Promise<void> | undefined {
  const revision = revisionOf(version);
  if (cache.present && (revision === undefined || revision <= cache.revision)) return undefined;
  return waitUntilFresh(cache, revision);
}

async function waitUntilFresh(cache: WatchCache, revision: number | undefined): Promise<void> {
  await cache.ready();
  if (revision === undefined) await cache.waitForPresent();
  else if (revision > 0) await cache.waitFor(revision, FRESH_WAIT_MS);
}
