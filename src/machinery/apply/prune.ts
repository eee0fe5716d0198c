/** Taking out what a manager applied last time and doesn't any more, as far as nobody else owns it (structured-merge-diff merge/update.go: prune). */

import type { Plain } from "../plain.ts";
import { extract, withNamedFields } from "./extract.ts";
import type { Owners } from "./managed.ts";
import { removeItems } from "./remove.ts";
import { difference, type FieldSet, intersection, isEmpty, union } from "./set.ts";
import type { Type } from "./types.ts";

/**
 * @param merged the live object with what is applied now
 * @param last what the manager applied last time
 * @param owners everybody, the manager with what it applies now
 * @returns the object without the fields that only the manager's last apply asked for; null where a container lost everything
 */
export function prune(type: Type, merged: Plain, last: FieldSet, owners: Owners): Plain {
  let owned: FieldSet = {};
  for (const owner of owners.values()) owned = union(owned, owner.set);
  if (isEmpty(difference(last, owned))) return merged;
  const lastNamed = withNamedFields(last, type);
  const mergedSet = withNamedFields(extract(type, merged), type);
  const named = (object: unknown): FieldSet => withNamedFields(extract(type, (object ?? {}) as Plain), type);
  const remove = (set: FieldSet): Plain => (removeItems(type, merged, set) ?? {}) as Plain;
  const pruned = remove(lastNamed);
  const ownedKept = remove(difference(mergedSet, union(named(pruned), withNamedFields(owned, type))));
  return remove(intersection(difference(mergedSet, named(ownedKept)), lastNamed));
}
