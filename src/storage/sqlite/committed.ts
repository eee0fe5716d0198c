/** What a commit is sent to clients as. */

import { readRecord } from "../sealing/record.ts";
import type { Request, WireEntry, WireServable, WireWatchedChange } from "./protocol.ts";
import type { SharedValues } from "./shared-values.ts";
import type { Outcome } from "./writer.ts";

type Txn = Request & { readonly ask: "txn" };
type Done = Exclude<Outcome, { readonly found: unknown }>;

/** Puts what was committed where all threads can read it. @returns the values by change */
export function shareAll(values: SharedValues, { then }: Txn, records: Uint8Array, { revision, created }: Done): (WireServable | undefined)[] {
  let at = 0;
  return then.map(({ key, length }, i) => {
    const start = at;
    at += Math.max(0, length);
    if (length >= 0) return values.put(key, readRecord(records.subarray(start, at)).value, revision);
    if (created[i] !== -1) values.delete(key);
    return undefined;
  });
}

/** What another client's watches see of a commit, in memory that can be sent. */
export function changesOf(request: Txn, records: Uint8Array, { revision, created }: Done, shared?: readonly (WireServable | undefined)[]): WireWatchedChange[] {
  let at = 0;
  return request.then.flatMap(({ key, length, ending }, i): WireWatchedChange | WireWatchedChange[] => {
    const since = created[i] ?? -1;
    const start = at;
    at += Math.max(0, length);
    if (since === -1) return [];
    if (length < 0) return ending ? { key, revision, ending } : { key, revision };
    return { key, revision, entry: { key, ...sentRecord(records.subarray(start, at), shared?.[i]), created: since, modified: revision } };
  });
}

function sentRecord(record: Uint8Array, shared: WireServable | undefined): Pick<WireEntry, "value" | "side" | "hole"> {
  if (!shared) return readRecord(record.slice());
  return { value: shared.bytes, side: readRecord(record).side?.slice(), hole: shared.hole };
}
