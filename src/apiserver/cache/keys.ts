/** Where objects lie in the store: `/registry/GROUP/RESOURCE/[NAMESPACE/]NAME`, with `core` for the group without a name. */

import type { Kind } from "../../api/kind.ts";

/** Everything that the API server keeps lies below this, so that one watch sees every revision. */
export const ROOT = "/registry/";

/** What an object is stored as: its own group and resource, or those of the kind whose form it is stored in. */
export interface StoredAs {
  readonly group: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

/** @returns the prefix of every key of a resource, with its final slash */
export function prefixOf(kind: StoredAs): string {
  return `${ROOT}${kind.group || "core"}/${kind.resource}/`;
}

/** @returns the key of one object */
export function keyOf(kind: StoredAs, namespace: string, name: string): string {
  return prefixOf(kind) + relativeKey(namespace, name);
}

/** @returns an object's key below its resource's prefix: `NAMESPACE/NAME`, or `NAME` of a cluster-scoped object; lists are in the order of these */
export function relativeKey(namespace: string, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** @returns namespace and name of a relative key */
export function splitKey(relative: string, namespaced: boolean): { namespace: string; name: string } {
  const slash = namespaced ? relative.indexOf("/") : -1;
  return { namespace: slash < 0 ? "" : relative.slice(0, slash), name: relative.slice(slash + 1) };
}

/** @returns the kind's stored form as far as keys go */
export function storedAs(kind: Kind): StoredAs {
  const other = kind.rules.storedAs;
  return other ? { group: other.group, resource: kind.resource, namespaced: kind.namespaced } : kind;
}

/** @returns `GROUP/RESOURCE`, which names a cache */
export function cacheName(stored: StoredAs): string {
  return `${stored.group}/${stored.resource}`;
}
