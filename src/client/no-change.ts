/** Tells a write that would change nothing, so that it needn't be sent. */

import { isDeepStrictEqual } from "node:util";
import type { KubeObject } from "../api/kind.ts";
import type { Write } from "../api/resource.ts";

/** @returns whether `write` is a merge patch of `object` that `object` already satisfies */
export function changesNothing(write: Write<string>, object: KubeObject): boolean {
  if (write.verb !== "patch" || write.patch?.type !== "merge" || write.object.metadata.uid !== object.metadata.uid) return false;
  return satisfied(object, write.patch.body);
}

/** RFC 7386: null removes, an object merges, all else replaces. */
function satisfied(value: unknown, patch: unknown): boolean {
  if (patch === null) return value === undefined || value === null;
  if (patch === undefined) return true;
  if (typeof patch !== "object" || Array.isArray(patch)) return isDeepStrictEqual(plain(value), plain(patch));
  if (typeof value !== "object" || value === null || Array.isArray(value)) return Object.keys(patch).length === 0 && value !== undefined;
  return Object.entries(patch).every(([key, member]) => satisfied(Object.hasOwn(value, key) ? value[key as keyof typeof value] : undefined, member));
}

/** Members that are undefined don't stand in JSON, so they don't count. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
