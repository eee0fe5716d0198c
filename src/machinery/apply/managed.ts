/** The entries of `metadata.managedFields`: reading, writing, ordering them, and keeping their number down (k8s.io/apimachinery util/managedfields/internal). */

import { compareUtf8 } from "../json/key-order.ts";
import { equal, isObject } from "../plain.ts";
import { type FieldSet, isEmpty, parseSet, union } from "./set.ts";

/** One entry as it stands in the object. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: unknown;
  readonly subresource?: string;
}

/** One entry as it is computed with. */
export interface Owner {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly set: FieldSet;
  /** The entry this was read from, which is written again where nothing changed. */
  readonly entry?: ManagedFieldsEntry;
}

/** Owners by identity: one manager has one entry an operation, subresource and, for updates, version. */
export type Owners = Map<string, Owner>;

/** How many entries of updates an object keeps. */
export const UPDATERS_MAX = 10;
const ANCIENT = "ancient-changes";

export function identity(owner: Pick<Owner, "manager" | "operation" | "apiVersion" | "subresource">): string {
  return JSON.stringify([owner.manager, owner.operation, owner.operation === "Apply" ? "" : owner.apiVersion, owner.subresource]);
}

/**
 * @param entries of a stored object, whose sets are canonical, or of a client's
 * @param stored whether the sets can be taken as they are
 * @throws Error for entries that can't be read
 */
export function readOwners(entries: readonly ManagedFieldsEntry[] | undefined, stored: boolean): Owners {
  const owners: Owners = new Map();
  for (const [i, entry] of (entries ?? []).entries()) {
    if (entry.operation !== "Apply" && entry.operation !== "Update") throw new Error("operation must be `Apply` or `Update`");
    if (!entry.apiVersion) throw new Error("apiVersion must not be empty");
    if (entry.fieldsType !== "FieldsV1") {
      throw new Error(
        entry.fieldsType
          ? `invalid fieldsType ${JSON.stringify(entry.fieldsType)} in managed fields entry ${i}`
          : `missing fieldsType in managed fields entry ${i}`,
      );
    }
    const owner: Owner = {
      manager: entry.manager ?? "",
      operation: entry.operation,
      apiVersion: entry.apiVersion,
      subresource: entry.subresource ?? "",
      time: entry.time,
      set: stored ? ((entry.fieldsV1 ?? {}) as FieldSet) : parseSet(entry.fieldsV1 ?? {}),
      ...(stored && { entry }),
    };
    owners.set(identity(owner), owner);
  }
  return owners;
}

/**
 * Whose entries an update starts from. A client may write them itself, or clear them by `[{}]` or `[]`; one that leaves them out keeps
 * what the object has, and so does one that writes through a subresource or sends entries that can't be read.
 */
export function ownersOfUpdate(live: readonly ManagedFieldsEntry[] | undefined, next: readonly ManagedFieldsEntry[] | undefined, subresource: string): Owners {
  const stored = (): Owners => {
    try {
      return readOwners(live, true);
    } catch {
      return new Map();
    }
  };
  if (subresource !== "" || next === undefined || next === live) return stored();
  if (next.length === 0 || (next.length === 1 && isObject(next[0]) && Object.keys(next[0]).length === 0)) return new Map();
  if (equal(live, next)) return stored();
  try {
    return readOwners(next, false);
  } catch {
    return stored();
  }
}

/** @returns the entries in their order: applies first, then by time, manager, version and subresource; undefined when there are none */
export function writeOwners(owners: Owners): ManagedFieldsEntry[] | undefined {
  if (owners.size === 0) return undefined;
  const all = [...owners.values()].filter(({ set }) => !isEmpty(set)); // Who owns nothing isn't named.
  if (all.length === 0) return undefined;
  if (all.length > 1) all.sort(compareOwners);
  return all.map(
    (owner) =>
      owner.entry ?? {
        manager: owner.manager,
        operation: owner.operation,
        apiVersion: owner.apiVersion,
        ...(owner.time !== undefined && { time: owner.time }),
        fieldsType: "FieldsV1",
        fieldsV1: owner.set,
        ...(owner.subresource !== "" && { subresource: owner.subresource }),
      },
  );
}

function compareOwners(a: Owner, b: Owner): number {
  return (
    compareUtf8(a.operation, b.operation) ||
    seconds(a) - seconds(b) ||
    compareUtf8(a.manager, b.manager) ||
    compareUtf8(a.apiVersion, b.apiVersion) ||
    compareUtf8(a.subresource, b.subresource)
  );
}

function seconds(owner: Owner): number {
  return owner.time === undefined ? 0 : Math.floor(Date.parse(owner.time) / 1000) || 0;
}

/** Merges the oldest updates of each version into one entry until there are no more than allowed. Changes `owners`. */
export function capUpdaters(owners: Owners): void {
  const updaters = [...owners].filter(([, owner]) => owner.operation === "Update");
  let count = updaters.length;
  if (count <= UPDATERS_MAX) return;
  updaters.sort(([, a], [, b]) => seconds(a) - seconds(b) || compareUtf8(goIdentity(a), goIdentity(b)));
  const firsts = new Map<string, string>();
  for (const [key, owner] of updaters) {
    if (count <= UPDATERS_MAX) return;
    const first = firsts.get(owner.apiVersion);
    if (first === undefined) {
      firsts.set(owner.apiVersion, key);
      continue;
    }
    const bucket = { manager: ANCIENT, operation: "Update", apiVersion: owner.apiVersion, subresource: "" } as const;
    const bucketKey = identity(bucket);
    let before = owners.get(bucketKey);
    if (before === undefined) {
      before = owners.get(first);
      owners.delete(first);
    }
    owners.delete(key);
    owners.set(bucketKey, { ...bucket, time: owner.time, set: union(owner.set, before?.set ?? {}) });
    count--;
  }
}

/** The identity as Kubernetes writes it, by which it breaks ties. */
function goIdentity(owner: Owner): string {
  return JSON.stringify({
    manager: owner.manager || undefined,
    operation: owner.operation,
    apiVersion: owner.apiVersion,
    subresource: owner.subresource || undefined,
  });
}
