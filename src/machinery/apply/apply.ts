/** Server-side apply: merges a document into the live object and keeps account of who wants what (KEP-555; k8s.io/apimachinery util/managedfields). */

import { unclassified } from "../patch/failures.ts";
import { asGoPrints, equal, isObject, own, type Plain, shallow } from "../plain.ts";
import type { StructSchema } from "../schema/schema.ts";
import { badRequest } from "../status/status-error.ts";
import { check } from "./check.ts";
import type { Comparison } from "./compare.ts";
import { ApplyConflict, type Conflict } from "./conflict.ts";
import { extract } from "./extract.ts";
import { allowedByLastApplied, withLastApplied } from "./last-applied.ts";
import { identity, type ManagedFieldsEntry, type Owner, type Owners, readOwners, writeOwners } from "./managed.ts";
import { merge } from "./merge.ts";
import { withoutNullFields } from "./nulls.ts";
import { prune } from "./prune.ts";
import { has, isEmpty, pathsOf, union } from "./set.ts";
import { typeOf } from "./types.ts";
import { comparison, conflictsWith, type EndpointFields, entriesOf, ownedBy, recordUpdate, takeFrom, withoutUnowned } from "./update.ts";

export interface ApplyRequest {
  readonly schema: StructSchema;
  /** The stored object; undefined where there is none yet. */
  readonly live: Plain | undefined;
  /** The document as it was parsed: its nulls and zeros count. */
  readonly patch: unknown;
  readonly manager: string;
  /** Takes what others own. */
  readonly force: boolean;
  readonly subresource?: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Now, as `metadata.managedFields[].time` shows it. */
  readonly time: string;
  readonly fields?: EndpointFields;
  /** Nulls are values of the kind's objects, whose decoder knows which stay. */
  readonly keepsNulls?: boolean;
}

export interface Applied {
  /** The merged object, its managedFields set: not yet checked against the schema and defaulted. The live object itself when nothing changed in it. */
  readonly object: Plain;
  readonly managedFields: readonly ManagedFieldsEntry[] | undefined;
}

const KUBECTL = "kubectl";
const BEFORE_FIRST_APPLY = "before-first-apply";

/**
 * @throws StatusError 400 for another kind or version or a document with managedFields, 409 (ApplyConflict) for fields that others own,
 * 500 without a reason for a document that the schema doesn't know, as kube-apiserver answers
 */
export function managedApply(request: ApplyRequest): Applied {
  const { schema, live, apiVersion, kind } = request;
  if (!isObject(request.patch))
    throw badRequest(
      `error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${Array.isArray(request.patch) ? "array" : typeof request.patch} into Go value of type map[string]interface {}`,
    );
  const patch = withoutOwners(request.patch);
  if (own(patch, "apiVersion") !== apiVersion || own(patch, "kind") !== kind)
    throw badRequest(`invalid object type: ${goKind(own(patch, "apiVersion"), own(patch, "kind"))}`);
  const metadata = own(patch, "metadata");
  const owned = isObject(metadata) ? own(metadata, "managedFields") : undefined;
  if (Array.isArray(owned)) throw badRequest("metadata.managedFields must be nil");
  const failed = `failed to create typed patch object (${nameOf(patch)}; ${goKind(apiVersion, kind)})`;
  if (owned !== undefined) throw unclassified(`${failed}: .metadata.managedFields: expected list, got &{${asGoPrints(owned)}}`);
  const type = typeOf(schema);
  const checked = check(type, patch);
  if (checked.errors.length > 0) {
    const errors = checked.errors.length === 1 ? checked.errors[0] : ["errors:", ...checked.errors.map((error) => `  ${error}`)].join("\n");
    throw unclassified(`${failed}: ${errors}`);
  }
  const owners = ownersBeforeApply(request);
  try {
    return applied(request, patch, owners, request.force, checked.hasNulls);
  } catch (error) {
    // kubectl may take over what its own client-side apply set: the annotation proves it.
    if (!(error instanceof ApplyConflict) || request.manager !== KUBECTL || live === undefined) throw error;
    const allowed = allowedByLastApplied(type, live, apiVersion);
    if (allowed === undefined) throw error;
    const remaining = error.conflicts.filter(({ path }) => !has(allowed, path));
    if (remaining.length > 0) throw new ApplyConflict(remaining);
    return applied(request, patch, ownersBeforeApply(request), true, checked.hasNulls);
  }
}

/** A null says nothing of who owns what. */
function withoutOwners(patch: Plain): Plain {
  const metadata = own(patch, "metadata");
  if (!isObject(metadata) || own(metadata, "managedFields") !== null) return patch;
  const { managedFields: _, ...rest } = metadata;
  return { ...patch, metadata: rest };
}

/** An object that nobody tracks yet belongs, as it is, to whoever was before the first apply. */
function ownersBeforeApply(request: ApplyRequest): Owners {
  const { schema, live, apiVersion, subresource = "", time, fields } = request;
  const owners = readOwners(entriesOf(live), true);
  if (owners.size === 0 && live !== undefined) {
    recordUpdate(owners, comparison(typeOf(schema), undefined, live, fields), {
      manager: BEFORE_FIRST_APPLY,
      operation: "Update",
      apiVersion,
      subresource,
      time,
    });
  }
  return owners;
}

function applied(request: ApplyRequest, patch: Plain, owners: Owners, force: boolean, hasNulls: boolean): Applied {
  const { schema, apiVersion, kind, subresource = "", time, fields } = request;
  // Kind and version are the same by now, whether or not the stored form shows them.
  const live = request.live === undefined || request.live.kind !== undefined ? request.live : { apiVersion, kind, ...request.live };
  const type = typeOf(schema);
  const manager: Omit<Owner, "set"> = { manager: request.manager, operation: "Apply", apiVersion, subresource, time };
  const key = identity(manager);
  const last = owners.get(key);
  const set = ownedBy(fields, extract(type, patch));
  owners.set(key, { ...manager, set });
  const merged = merge(type, live ?? {}, patch) as Plain;
  const pruned = last === undefined ? merged : prune(type, merged, last.set, owners);
  const changes = comparison(type, live, pruned, fields, true);
  takeOver(owners, key, changes, force);
  const changed =
    live === undefined || !(isEmpty(changes.added) && isEmpty(changes.modified) && isEmpty(changes.removed)) || changesOthers(fields, live, pruned);
  const owned = withoutUnowned(set);
  if (isEmpty(owned)) owners.delete(key);
  else owners.set(key, ownerOf(manager, owned, last, changed));
  let object = changed ? pruned : live;
  if (changed && !request.keepsNulls && (hasNulls || pruned !== merged)) object = withoutNullFields(type, object) as Plain;
  if (request.manager === KUBECTL) object = withLastApplied(object, patch);
  const managedFields = writeOwners(owners);
  return { object: withEntries(object, managedFields), managedFields };
}

/** What the endpoint doesn't own is put back later: until then the apply has changed something, and bears the time. */
function changesOthers(fields: EndpointFields | undefined, live: Plain, next: Plain): boolean {
  return fields?.resetFields?.some((path) => !path.includes(".") && !equal(own(live, path) ?? null, own(next, path) ?? null)) ?? false;
}

/** Conflicts are refused or, by force, won; what the apply removes is nobody's any more. */
function takeOver(owners: Owners, key: string, changes: Comparison, force: boolean): void {
  const taken = union(changes.modified, changes.added);
  const conflicts = conflictsWith(owners, taken, key);
  if (!force && conflicts.length > 0) {
    const all: Conflict[] = conflicts.flatMap(({ owner, set }) => pathsOf(set).map((path) => ({ owner, path })));
    throw new ApplyConflict(all.sort((a, b) => (identity(a.owner) < identity(b.owner) ? -1 : identity(a.owner) > identity(b.owner) ? 1 : 0)));
  }
  takeFrom(owners, taken, changes.removed, key);
}

/** An apply that changes nothing in the object keeps its time, and its entry where the set is the same too. */
function ownerOf(manager: Omit<Owner, "set">, set: Owner["set"], last: Owner | undefined, changed: boolean): Owner {
  if (changed) return { ...manager, set };
  if (last !== undefined && last.apiVersion === manager.apiVersion && equal(last.set, set)) return last;
  return { ...manager, time: last?.time, set };
}

/** @returns the object with these entries; itself where it has them already */
export function withEntries(object: Plain, entries: readonly ManagedFieldsEntry[] | undefined): Plain {
  const current = entriesOf(object);
  if (
    current === entries ||
    (current !== undefined && entries !== undefined && current.length === entries.length && current.every((entry, i) => entry === entries[i]))
  )
    return object;
  const metadata = isObject(object.metadata) ? shallow(object.metadata) : {};
  if (entries === undefined) delete metadata.managedFields;
  else metadata.managedFields = entries;
  return { ...object, metadata };
}

function nameOf(object: Plain): string {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  return `${typeof metadata.namespace === "string" ? metadata.namespace : ""}/${typeof metadata.name === "string" ? metadata.name : ""}`;
}

/** As Go prints a GroupVersionKind: `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`. */
function goKind(apiVersion: unknown, kind: unknown): string {
  const version = typeof apiVersion === "string" ? apiVersion : "";
  return `${version.includes("/") ? version : `/${version}`}, Kind=${typeof kind === "string" ? kind : ""}`;
}
