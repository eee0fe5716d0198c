/** The object of a BOOKMARK event: nothing of its kind but the revision up to which the watcher has been told everything. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import { servable } from "../cache/stored-object.ts";
import { encodeStored } from "../registry/codec.ts";

/** One revision's bookmark serves all watchers of a kind. */
const last = new WeakMap<Kind, { readonly revision: number; readonly bytes: Buffer }>();

export function bookmarkOf(kind: Kind, revision: number, annotations?: Readonly<Record<string, string>>): Buffer {
  const known = last.get(kind);
  if (known?.revision === revision && !annotations) return known.bytes;
  const { apiVersion, name } = kind;
  const blank = kind.rules.blank;
  const told = { ...blank?.annotations, ...annotations };
  const metadata = { ...(Object.keys(told).length > 0 && { annotations: told }) };
  const value = encodeStored(kind, { apiVersion, kind: name, metadata, ...(blank?.spec && { spec: blank.spec }) } as KubeObject); // With the members that its kind has when blank.
  const { bytes } = servable(value, revision);
  if (!annotations) last.set(kind, { revision, bytes });
  return bytes;
}
