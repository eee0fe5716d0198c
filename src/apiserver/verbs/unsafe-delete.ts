/** DELETE of what can't be read (KEP-3926): for who may, and only of an object that doesn't open. */

import type { Kind } from "../../api/kind.ts";
import { conflict, forbidden, notFound } from "../../machinery/status/status-error.ts";
import { relativeKey } from "../cache/keys.ts";
import type { Call } from "../call.ts";
import { OWN_WRITE_MAX_MS } from "./write/commit.ts";

const VERB = "unsafe-delete-ignore-read-errors";

/** @throws StatusError 403 without the right, 404 where nothing stands, 409 for what can be read */
export async function unsafeDelete(call: Call, kind: Kind, asked: string, name: string, dryRun: boolean): Promise<void> {
  const { attributes, user, context } = call;
  const { decision, reason } = await context.authorizer.authorize({ user, attributes: { ...attributes, verb: VERB } });
  if (decision !== "allow")
    throw forbidden({ group: kind.group, resource: kind.resource }, name, `not permitted to do ${JSON.stringify(VERB)}, reason: ${reason}`);
  const namespace = kind.namespaced ? asked : "";
  const cache = context.caches.stored(kind);
  await cache.ready();
  await cache.waitForPresent();
  if (cache.get(namespace, name)) throw conflict(kind, name, "unsafe deletion is not allowed because the object is decodable from storage");
  if (!cache.damage(namespace, name)) throw notFound(kind, name);
  if (!dryRun) {
    const { revision } = await context.store.txn({ if: [], then: [{ delete: cache.prefix + relativeKey(namespace, name) }] });
    await cache.waitFor(revision, OWN_WRITE_MAX_MS);
  }
  const { group } = kind;
  context.respond.status(call, 200, { details: { name, ...(group && { group }), kind: kind.resource } });
}
