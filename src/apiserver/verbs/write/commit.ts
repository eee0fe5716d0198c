/** The one transaction of a write, and the object as it then stands. */

import type { Kind, KubeObject } from "../../../api/kind.ts";
import { unclassified } from "../../../machinery/patch/failures.ts";
import { alreadyExists, StatusError } from "../../../machinery/status/status-error.ts";
import type { Entry, Put } from "../../../storage/store.ts";
import { keyOf, relativeKey, storedAs } from "../../cache/keys.ts";
import { servable } from "../../cache/stored-object.ts";
import type { Call } from "../../call.ts";
import { encodeStored } from "../../registry/codec.ts";
import { completesDeletion } from "../../registry/deletion.ts";
import { specialOf } from "../../registry/special.ts";
import { ConflictError } from "./conflict-error.ts";
import type { Write } from "./write.ts";

/** As the limit of etcd requests in kube-apiserver's wake. */
const OBJECT_BYTES_MAX = 1.5 * 1024 * 1024;
/** How long an answer waits for its own write to come back through the watch. */
export const OWN_WRITE_MAX_MS = 30_000;

export async function commit(write: Write): Promise<void> {
  const { call, kind, next, last, cached, options } = write;
  if (last && cached && completesDeletion(kind, next, last)) return removeFinalized(write);
  const { storedAs: other } = kind.rules;
  if (other?.prepare) await other.prepare(next);
  const { value, stored } = fittingForm(call, kind, next);
  const before = cached && last ? call.context.caches.stored(kind).get(cached.namespace, cached.name) : undefined;
  if (before && !before.stale && cached?.resourceVersion === before.resourceVersion && unchanged(value, before.bytes, before.resourceVersion)) {
    write.result = cached.bytes;
    return;
  }
  if (options.dryRun) {
    if (!last) await refuseTaken(write);
    write.result = asAnswered(kind, next, cached?.resourceVersion ?? 0);
    return;
  }
  if (!last) refuseVersion(write);
  const revision = await put(write, value, stored);
  const standing = call.context.caches.of(kind).get(write.namespace, write.name);
  write.result = standing?.resourceVersion === revision ? standing.bytes : asAnswered(kind, next, revision);
}

/** What stands there would refuse a new object, if one were made. */
async function refuseTaken({ call, kind, namespace, name }: Write): Promise<void> {
  const cache = call.context.caches.of(kind);
  await cache.waitForPresent();
  if (cache.get(namespace, name)) throw alreadyExists(kind, name);
}

/** A new object has no version yet. In Kubernetes an error of the store, without a reason, and none of a PUT that creates. */
function refuseVersion({ call, next }: Write): void {
  const { resourceVersion = "" } = next.metadata;
  if (call.attributes.verb === "create" && /^[1-9]\d*$/.test(resourceVersion)) throw unclassified("resourceVersion should not be set on objects to be created");
}

/** What is too large with its record of owners may fit without. Throws a 500 StatusError for what doesn't. */
function fittingForm(call: Call, kind: Kind, next: KubeObject): { value: Buffer; stored: KubeObject } {
  const form = storedForm(call, kind, next);
  if (form.value.length <= OBJECT_BYTES_MAX) return form;
  if (!next.metadata.managedFields) throw tooLargeForStore(form.value.length);
  delete next.metadata.managedFields;
  return fittingForm(call, kind, next);
}

async function put(write: Write, value: Buffer, stored: KubeObject): Promise<number> {
  const { call, kind, namespace, name, cached, also } = write;
  const { store, caches } = call.context;
  const cache = caches.stored(kind);
  const key = cache.prefix + relativeKey(namespace, name);
  const { uid = "" } = stored.metadata;
  const change: Put = { put: key, value, uid, scope: scopeOf(call, kind, namespace), ...lifetimeOf(kind) };
  const takeBack = cache.expect(key, value, stored);
  const claims = specialOf(kind)?.claims?.(call.context, write.next, write.last);
  try {
    const result = await store.txn({
      if: [{ key, modified: cached?.resourceVersion ?? 0 }, ...also.if, ...(claims?.if ?? [])],
      then: [change, ...also.then, ...(claims?.then ?? [])],
    });
    if (!result.succeeded) throw await refused(write, result.revision, result.found);
    await cache.waitFor(result.revision, OWN_WRITE_MAX_MS);
    for (const other of also.caches) await other.waitFor(result.revision, OWN_WRITE_MAX_MS);
    return result.revision;
  } finally {
    takeBack();
  }
}

/** The last finalizer is gone from an object that was to be deleted: this write is its deletion. */
async function removeFinalized(write: Write): Promise<void> {
  const { call, kind, namespace, name, next, cached, options, also } = write;
  const { store, caches } = call.context;
  if (!options.dryRun) {
    const key = keyOf(storedAs(kind), namespace, name);
    const freed = specialOf(kind)?.claims?.(call.context, undefined, write.last)?.then ?? [];
    const result = await store.txn({ if: [{ key, modified: cached!.resourceVersion }, ...also.if], then: [{ delete: key }, ...also.then, ...freed] });
    if (!result.succeeded) throw await refused(write, result.revision, result.found);
    await caches.stored(kind).waitFor(result.revision, OWN_WRITE_MAX_MS);
    for (const other of also.caches) await other.waitFor(result.revision, OWN_WRITE_MAX_MS);
  }
  write.result = asAnswered(kind, next, cached!.resourceVersion);
}

/** Why the transaction wasn't made: the caller runs again from the newest object, or gives the error to the client. */
async function refused({ call, kind, name, cached, also }: Write, revision: number, found: readonly (Entry | undefined)[]): Promise<Error> {
  for (const cache of [call.context.caches.stored(kind), ...also.caches]) await cache.waitFor(revision, OWN_WRITE_MAX_MS);
  const standing = found[0];
  if (!cached && standing) return alreadyExists(kind, name);
  return new ConflictError(
    `Cannot write ${kind.resource} ${name}: it was changed at revision ${standing?.modified ?? 0}`,
    standing?.modified === cached?.resourceVersion,
  );
}

/** @returns the bytes for the store, and the object in the form they were made from */
export function storedForm(call: Call, kind: Kind, object: KubeObject): { value: Buffer; stored: KubeObject } {
  const form = kind.rules.storedAs;
  if (!form) return { value: encodeStored(kind, object), stored: object };
  const inForm = call.context.caches.stored(kind).kind;
  const stored = form.toStored(object);
  stored.apiVersion = inForm.apiVersion;
  stored.kind = inForm.name;
  return { value: encodeStored(inForm, stored), stored };
}

/** Events are kept for an hour, each from its last change. */
export function lifetimeOf({ group, resource, rules }: Kind): { ttlSeconds?: number } {
  const ttlSeconds = rules.ttlSeconds ?? (resource === "events" && (group === "" || group === "events.k8s.io") ? EVENT_SECONDS : undefined);
  return ttlSeconds ? { ttlSeconds } : {};
}

const EVENT_SECONDS = 3600;

/** Whose data key seals the object. */
export function scopeOf(call: Call, kind: Kind, namespace: string): string {
  if (!kind.namespaced) return "";
  const namespaces = call.context.kinds.find("", "v1", "namespaces");
  return (namespaces && call.context.caches.stored(namespaces).get("", namespace)?.uid) ?? "";
}

/** @returns the object's bytes as an answer shows them; without a version where that is 0 */
export function asAnswered(kind: Kind, object: KubeObject, revision: number): Buffer {
  const value = encodeStored(kind, object);
  if (revision > 0) return servable(value, revision).bytes;
  const hole = value.indexOf(0);
  return Buffer.concat([value.subarray(0, hole), value.subarray(hole + 1)]);
}

/** A write that changes nothing isn't written: compared around the place of the version, without making the whole. */
function unchanged(value: Buffer, before: Buffer, revision: number): boolean {
  const growth = `"resourceVersion":"${revision}",`.length - 1;
  if (value.length + growth !== before.length) return false;
  const hole = value.indexOf(0);
  const after = hole + 1;
  return before.compare(value, 0, hole, 0, hole) === 0 && before.compare(value, after, value.length, after + growth, before.length) === 0;
}

function tooLargeForStore(bytes: number): StatusError {
  return new StatusError({
    code: 500,
    reason: "",
    message: `etcdserver: request is too large: the object has ${bytes} bytes, at most ${OBJECT_BYTES_MAX} are kept`,
  });
}
