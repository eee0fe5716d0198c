/** The object of a BOOKMARK event: nothing of its kind but the revision up to which the watcher has been told everything. */

import type { Kind } from "../../api/kind.ts";
import { servable } from "../cache/stored-object.ts";
import { encodeStored } from "../registry/codec.ts";

/** One revision's bookmark serves all watchers of a kind. */
const last = new WeakMap<Kind, { readonly revision: number; readonly bytes: Buffer }>();

export function bookmarkOf(kind: Kind, revision: number, annotations?: Readonly<Record<string, string>>): Buffer {
  const known = last.get(kind);
  if (known?.revision === revision && !annotations) return known.bytes;
  const value = encodeStored(kind, { apiVersion: kind.apiVersion, kind: kind.name, metadata: { ...(annotations && { annotations: { ...annotations } }) } });
  const { bytes } = servable(value, revision);
  if (!annotations) last.set(kind, { revision, bytes });
  return bytes;
}
