/** Undoes a write whose only news is the time in its managedFields, so that applying the same again and again writes nothing. */

import { equal, isObject, type Plain } from "../plain.ts";
import type { ManagedFieldsEntry } from "./managed.ts";
import { entriesOf } from "./update.ts";

/**
 * The last step before a write: kube-apiserver's IgnoreManagedFieldsTimestampsTransformer (endpoints/handlers/fieldmanager/equality.go).
 * @returns `next`; with the stored metadata where nothing but entries' times differs
 */
export function keepTimes<T extends Plain>(live: T, next: T): T {
  const before = entriesOf(live);
  const after = entriesOf(next);
  if (before === after || before === undefined || after === undefined || before.length !== after.length) return next;
  if (before.every((entry, i) => entry.time === after[i]?.time)) return next;
  if (!before.every((entry, i) => sameButTime(entry, after[i] as ManagedFieldsEntry))) return next;
  return sameButEntries(live, next) ? { ...next, metadata: live.metadata } : next;
}

function sameButTime({ time: _, ...a }: ManagedFieldsEntry, { time: __, ...b }: ManagedFieldsEntry): boolean {
  return equal(a, b);
}

function sameButEntries(live: Plain, next: Plain): boolean {
  const withoutEntries = (object: Plain): Plain => {
    if (!isObject(object.metadata)) return object;
    const { managedFields: _, ...metadata } = object.metadata;
    return { ...object, metadata };
  };
  return equal(withoutEntries(live), withoutEntries(next));
}
