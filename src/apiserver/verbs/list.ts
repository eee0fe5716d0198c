/** LIST: objects in key order, of the present or of an older revision, whole or in pages. */

import type { Kind } from "../../api/kind.ts";
import { badRequest, expired, StatusError } from "../../machinery/status/status-error.ts";
import type { Selection, WatchCache } from "../cache/watch-cache.ts";
import type { Call } from "../call.ts";
import type { ListAnswer } from "../respond.ts";
import { continueToken, parseContinueToken } from "./continue-token.ts";
import { FRESH_WAIT_MS, freshEnough } from "./get.ts";
import { kindOf } from "./kind-of.ts";
import { type ListOptions, listOptions } from "./list-options.ts";
import { badListVersion, revisionOf } from "./query.ts";
import { selectionOf } from "./selection.ts";

export async function list(call: Call): Promise<void> {
  const kind = kindOf(call);
  call.context.respond.list(call, kind, await listAnswer(call, kind, listOptions(call, kind, false)));
}

/** @returns what a list with these options shows at the call's path */
export async function listAnswer(call: Call, kind: Kind, options: ListOptions): Promise<ListAnswer> {
  const cache = call.context.caches.of(kind);
  await cache.ready();
  const { namespace } = call.attributes;
  const base = namespace && kind.namespaced ? `${namespace}/` : "";
  return answer(cache, selectionOf(kind, namespace, options.labels, options.fields), options, base, kind.rules.ttlSeconds !== undefined);
}

/**
 * @param base what keys in continue tokens are relative to, beside the resource's own prefix
 * @param paged whether a limit counts for any version: Kubernetes keeps no cache of what lives for an hour only
 */
async function answer(cache: WatchCache, selection: Selection, options: ListOptions, base: string, paged: boolean): Promise<ListAnswer> {
  const { resourceVersion, match, limit } = options;
  if (options.continue !== "") return continued(cache, selection, options, base);
  const revision = revisionOf(resourceVersion, badListVersion);
  const exact = revision !== undefined && revision > 0 && (match === "Exact" || (match === "" && limit > 0));
  if (!exact) {
    await freshEnough(cache, resourceVersion);
    if (limit === 0 || (resourceVersion === "0" && !paged)) return { objects: cache.list(selection), resourceVersion: String(cache.revision) };
    return page(cache, selection, options, cache.revision, "", base);
  }
  await cache.waitFor(revision, FRESH_WAIT_MS);
  return page(cache, selection, options, revision, "", base);
}

async function continued(cache: WatchCache, selection: Selection, options: ListOptions, base: string): Promise<ListAnswer> {
  const { revision, after } = parseContinueToken(options.continue);
  if (options.resourceVersion !== "" && options.resourceVersion !== "0") {
    throw badRequest("specifying resource version is not allowed when using continue");
  }
  const from = base + after;
  if (revision < 0) {
    await cache.waitForPresent();
    return page(cache, selection, options, cache.revision, from, base);
  }
  await cache.waitFor(revision, FRESH_WAIT_MS);
  try {
    return await page(cache, selection, options, revision, from, base);
  } catch (error) {
    if (!(error instanceof StatusError) || error.status.code !== 410) throw error;
    throw expired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
      continueToken({ revision: -1, after }),
    );
  }
}

async function page(cache: WatchCache, selection: Selection, options: ListOptions, revision: number, from: string, base: string): Promise<ListAnswer> {
  const limit = options.limit > 0 ? options.limit : Number.POSITIVE_INFINITY;
  const { objects, next, remaining } = await cache.page(selection, revision, from, limit);
  const unselected = options.labels.isEverything && options.fields.isEverything;
  return {
    objects,
    resourceVersion: String(revision),
    ...(next !== undefined && { continue: continueToken({ revision, after: next.slice(base.length) }) }),
    ...(next !== undefined && unselected && { remaining }),
  };
}
