/**
 * The rows of tables. Most cells of an object never change, and what changes with time is its age: a row is made once and kept in two pieces, with the age put
 * between them for each answer. A row that says more about the time (when a pod was last restarted) is made anew.
 */

import { randomUUID } from "node:crypto";
import type { Kind, KubeObject } from "../../api/kind.ts";
import { decode } from "../../machinery/json/decode.ts";
import { humanDuration, since } from "../../machinery/table/duration.ts";
import { type IncludeObject, type TableColumn, tableRow } from "../../machinery/table/print.ts";
import { textOf } from "./json-form.ts";
import { MadeForms } from "./made-forms.ts";
import { metadataOf, partialObject } from "./metadata-form.ts";

/** What the server itself holds may be as large as it is. */
const OWN_BUDGET = { maxBytes: 64 << 20, maxDepth: 10_000, maxMembers: 10_000_000 };
/** A time so far from now that a cell which depends on the time says something else. */
const FAR_MS = 100 * 365 * 24 * 3_600_000;
/** Where a row's age goes: a text that no object can hold, because nobody can guess it. */
const MARK = randomUUID();

export interface RowOptions {
  readonly columns: readonly TableColumn<KubeObject>[];
  readonly include: IncludeObject;
  readonly version: "v1" | "v1beta1";
}

/** The cells of a row before and after its age, and where the object's metadata lies in its bytes. */
interface KeptRow {
  readonly before: string;
  /** When the object was made, in milliseconds; undefined where the row has no age. */
  readonly created: number | undefined;
  readonly after: string;
  readonly metadata: Uint8Array;
  readonly length: number;
}

const BUDGET_BYTES = 16 * 1024 * 1024;
/** What an entry costs beside its texts. */
const ENTRY_BYTES = 200;
const kept = new MadeForms<Uint8Array, KeptRow>(BUDGET_BYTES);
/** Objects whose rows can't be kept. */
const changing = new WeakSet<Uint8Array>();
const CLOSE = Buffer.from("}}");

/** @returns a row's bytes, in parts */
export function rowParts(kind: Kind, bytes: Uint8Array, options: RowOptions, now: number): readonly Uint8Array[] {
  const row = options.include === "Metadata" && options.version === "v1" ? kept.get(bytes, () => makeRow(kind, bytes, options, now)) : undefined;
  if (!row) return [Buffer.from(freshRow(kind, bytes, options, now))];
  const { before, created, after, metadata } = row;
  return [Buffer.from(created === undefined ? before : `${before}"${humanDuration(now - created)}"${after}`), metadata, CLOSE];
}

/** @returns a row as JSON */
export function freshRow(kind: Kind, bytes: Uint8Array, { columns, include, version }: RowOptions, now: number): string {
  return tableRow(columns, decodedObject(kind, bytes), now, beside(kind, bytes, include, version));
}

function makeRow(kind: Kind, bytes: Uint8Array, { columns }: RowOptions, now: number): KeptRow | undefined {
  if (changing.has(bytes)) return undefined;
  const object = decodedObject(kind, bytes);
  const created = object.metadata.creationTimestamp;
  let ages = 0;
  const marked = columns.map((column): TableColumn<KubeObject> => {
    const value = column.value(object, now);
    const later = column.value(object, now + FAR_MS);
    if (value === later) return { ...column, value: () => value };
    ages += value === since(created, now) && later === since(created, now + FAR_MS) ? 1 : 2;
    return { ...column, value: () => MARK };
  });
  const metadata = metadataOf(kind, bytes);
  if (ages > 1 || !metadata) {
    changing.add(bytes);
    return undefined;
  }
  const text = tableRow(marked, object, now, PARTIAL).slice(0, -CLOSE.length);
  const mark = JSON.stringify(MARK);
  const at = ages === 0 ? -1 : text.indexOf(mark);
  const length = text.length + ENTRY_BYTES;
  if (at === -1 || !created) return { before: text, created: undefined, after: "", metadata, length };
  return { before: text.slice(0, at), created: Date.parse(created), after: text.slice(at + mark.length), metadata, length };
}

/** What stands around the metadata in the row: `{"kind":"PartialObjectMetadata",…,"metadata":` and the brace that ends it. */
const PARTIAL = partialObject(new Uint8Array(), "v1").toString();

export function decodedObject(kind: Kind, bytes: Uint8Array): KubeObject {
  return kind.form ? kind.form.decodeStored(bytes) : decode<KubeObject>(bytes, kind.schema, OWN_BUDGET).value;
}

function beside(kind: Kind, bytes: Uint8Array, include: IncludeObject, version: "v1" | "v1beta1"): string | undefined {
  if (include === "None") return undefined;
  const metadata = include === "Metadata" ? metadataOf(kind, bytes) : undefined;
  return textOf(metadata ? partialObject(metadata, version) : bytes);
}
