/** Field ownership of creates, updates and patches: who changed a field owns it (k8s.io/apimachinery util/managedfields, structured-merge-diff merge/update.go). */

import { isObject, type Plain } from "../plain.ts";
import type { StructSchema } from "../schema/schema.ts";
import { type Comparison, compare } from "./compare.ts";
import { capUpdaters, identity, type ManagedFieldsEntry, type Owner, type Owners, ownersOfUpdate, writeOwners } from "./managed.ts";
import { alike, difference, type FieldSet, intersection, isEmpty, matching, type Pattern, patternOf, recursiveDifference, setOfPaths, union } from "./set.ts";
import { ItemError, type Type, typeOf } from "./types.ts";

export interface UpdateRequest {
  readonly schema: StructSchema;
  /** The stored object; undefined for a create. */
  readonly live: Plain | undefined;
  /** The object as it is after decoding, patching and defaulting, before admission. */
  readonly next: Plain;
  /** The client's field manager: `fieldManager`, or its user agent up to the slash. */
  readonly manager: string;
  readonly subresource?: string;
  readonly apiVersion: string;
  /** Now, as `metadata.managedFields[].time` shows it. */
  readonly time: string;
  readonly fields?: EndpointFields;
}

/** What an endpoint owns. Give the same arrays each time: sets are made of them once. */
export interface EndpointFields {
  /** Dotted paths of what it doesn't own: `status`. */
  readonly resetFields?: readonly string[] | undefined;
  /** Dotted paths of all that it owns, with `*` for any item of a list; everything when absent. */
  readonly ownFields?: readonly string[] | undefined;
}

/**
 * @returns the entries for the object to store; the very entries of `live` where they didn't change, undefined for none
 * An object that can't be compared (two list items that can't be told apart) keeps the entries it has, as in kube-apiserver.
 */
export function managedUpdate(request: UpdateRequest): readonly ManagedFieldsEntry[] | undefined {
  const { schema, live, next, subresource = "", apiVersion, time, fields } = request;
  const before = entriesOf(live);
  const owners = ownersOfUpdate(before, entriesOf(next), subresource);
  // An object whose ownership was lost or cleared isn't tracked until somebody applies it.
  if (owners.size === 0 && live !== undefined && typeof (live.metadata as Plain | undefined)?.uid === "string") return undefined;
  try {
    const like = live === undefined ? lastNew.get(schema) : undefined;
    const changes = comparison(typeOf(schema), live, next, fields, false, like);
    const gained = recordUpdate(owners, changes, { manager: request.manager || "unknown", operation: "Update", apiVersion, subresource, time }, like);
    if (live === undefined) lastNew.set(schema, gained);
    capUpdaters(owners);
    return writeOwners(owners);
  } catch (error) {
    if (error instanceof ItemError) return before;
    throw error;
  }
}

/** What a type's last new object was owned as: most are made from a template, and then one tree, written once, serves them all. */
const lastNew = new WeakMap<StructSchema, FieldSet>();

export function entriesOf(object: Plain | undefined): readonly ManagedFieldsEntry[] | undefined {
  const metadata = object?.metadata;
  return isObject(metadata) ? (metadata.managedFields as readonly ManagedFieldsEntry[] | undefined) : undefined;
}

/** @returns what changed, without what the endpoint doesn't own */
export function comparison(type: Type, live: Plain | undefined, next: Plain, fields: EndpointFields | undefined, applied = false, like?: FieldSet): Comparison {
  const all = compare(type, live, next, applied, like);
  if (!fields?.resetFields && !fields?.ownFields) return all;
  return { added: ownedBy(fields, all.added), modified: ownedBy(fields, all.modified), removed: ownedBy(fields, all.removed) };
}

const resetSets = new WeakMap<readonly string[], FieldSet>();
const patterns = new WeakMap<readonly string[], Pattern>();

/** @returns the part of the set that the endpoint owns */
export function ownedBy(fields: EndpointFields | undefined, set: FieldSet): FieldSet {
  let owned = set;
  if (fields?.ownFields) owned = matching(owned, remembered(patterns, fields.ownFields, patternOf));
  if (fields?.resetFields) owned = recursiveDifference(owned, remembered(resetSets, fields.resetFields, setOfPaths));
  return owned;
}

function remembered<T>(all: WeakMap<readonly string[], T>, paths: readonly string[], make: (paths: readonly string[]) => T): T {
  let known = all.get(paths);
  if (known === undefined) {
    known = make(paths);
    all.set(paths, known);
  }
  return known;
}

/** What the server keeps itself, or what is the same for everyone: nobody owns it. */
const UNOWNED = setOfPaths([
  "apiVersion",
  "kind",
  "metadata",
  "metadata.name",
  "metadata.namespace",
  "metadata.creationTimestamp",
  "metadata.selfLink",
  "metadata.uid",
  "metadata.clusterName",
  "metadata.generation",
  "metadata.managedFields",
  "metadata.resourceVersion",
]);

export function withoutUnowned(set: FieldSet): FieldSet {
  return difference(set, UNOWNED);
}

/** Gives what was added and modified to the updater and takes it, and what was removed, from everyone else. Changes `owners`. @returns what the updater gained */
export function recordUpdate(owners: Owners, changes: Comparison, updater: Omit<Owner, "set">, like?: FieldSet): FieldSet {
  const taken = union(changes.modified, changes.added);
  takeFrom(owners, taken, changes.removed);
  const gained = alike(withoutUnowned(taken), like);
  if (isEmpty(gained)) return gained;
  const key = identity(updater);
  owners.set(key, { ...updater, set: union(gained, owners.get(key)?.set ?? {}) });
  return gained;
}

/** @returns nothing; owners that are left with nothing are gone from `owners` */
export function takeFrom(owners: Owners, taken: FieldSet, removed: FieldSet, except?: string): void {
  const nothingTaken = isEmpty(taken);
  const nothingRemoved = isEmpty(removed);
  if (nothingTaken && nothingRemoved) return;
  for (const [key, owner] of owners) {
    if (key === except) continue;
    let set = nothingTaken ? owner.set : difference(owner.set, taken);
    if (!nothingRemoved) set = difference(set, removed);
    if (set === owner.set) continue;
    if (isEmpty(set)) owners.delete(key);
    else owners.set(key, { ...owner, set, entry: undefined });
  }
}

/** @returns who else owns any of these fields, and which */
export function conflictsWith(owners: Owners, taken: FieldSet, except: string): { owner: Owner; set: FieldSet }[] {
  const conflicts: { owner: Owner; set: FieldSet }[] = [];
  for (const [key, owner] of owners) {
    if (key === except) continue;
    const set = intersection(owner.set, taken);
    if (!isEmpty(set)) conflicts.push({ owner, set });
  }
  return conflicts;
}
