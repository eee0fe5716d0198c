/** Tables, which `kubectl get` asks for: the columns of the kind, a row an object, beside it the object's metadata. Made for each request, because ages are of now. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import { decode } from "../../machinery/json/decode.ts";
import { type IncludeObject, TABLE_END, type TableColumn, tableColumns, tableRow, tableStart } from "../../machinery/table/print.ts";
import { jsonEvent } from "./events.ts";
import { type BodyForm, once } from "./form.ts";
import { listMetadata } from "./items.ts";
import { joined, jsonForm, textOf } from "./json-form.ts";
import { metadataOf, partialObject } from "./metadata-form.ts";
import { yamlOf } from "./yaml-form.ts";

export interface TableOptions {
  readonly version: "v1" | "v1beta1";
  readonly include: IncludeObject;
  readonly now: () => number;
}

/** Rows made at a time before the client must have taken them. */
const ROWS_PER_CHUNK = 200;
const OWN_BUDGET = { maxBytes: 64 << 20, maxDepth: 10_000, maxMembers: 10_000_000 };

export function tableForm(options: TableOptions): BodyForm {
  const { version, now } = options;
  return {
    ...jsonForm,
    object: (kind, bytes) => Buffer.from(`${tableOf(kind, bytes, options, true)}\n`),
    list(kind, list) {
      const columns = columnsOf(kind);
      const { objects } = list;
      let next = -1;
      return () => {
        if (next > objects.length) return undefined;
        let text = next === -1 ? tableStart(version, listMetadata(list), columns) : "";
        const from = Math.max(next, 0);
        const end = Math.min(from + ROWS_PER_CHUNK, objects.length);
        const at = now();
        for (let index = from; index < end; index++) text += (index > 0 ? "," : "") + rowOf(kind, columns, objects[index]!.bytes, options.include, version, at);
        const last = end === objects.length;
        next = last ? objects.length + 1 : end;
        return Buffer.from(last ? `${text}${TABLE_END}\n` : text);
      };
    },
    events(kind) {
      let first = true;
      return (type, bytes) => {
        if (type === "ERROR") return jsonEvent(type, bytes);
        const table = tableOf(kind, bytes, options, first);
        first = false;
        return jsonEvent(type, Buffer.from(table));
      };
    },
  };
}

/** The same as YAML; it has no watch. */
export function yamlTableForm(options: TableOptions): BodyForm {
  const json = tableForm(options);
  return {
    ...json,
    contentType: "application/yaml",
    streamType: undefined,
    object: (kind, bytes) => yamlOf(textOf(json.object(kind, bytes))),
    list: (kind, list) => once(yamlOf(joined(json.list(kind, list)))),
  };
}

function tableOf(kind: Kind, bytes: Uint8Array, { version, include, now }: TableOptions, headers: boolean): string {
  const columns = columnsOf(kind);
  const object = decode<KubeObject>(bytes, kind.schema, OWN_BUDGET).value;
  const metadata = JSON.stringify({ resourceVersion: object.metadata.resourceVersion });
  return tableStart(version, metadata, headers ? columns : undefined) + row(kind, columns, object, bytes, include, version, now()) + TABLE_END;
}

function columnsOf(kind: Kind): readonly TableColumn<KubeObject>[] {
  return columns.getOrInsertComputed(kind, () => {
    const own: readonly TableColumn<KubeObject>[] | undefined = kind.rules.columns;
    return own?.[0]?.name === "Name" ? own : tableColumns(own);
  });
}
const columns = new WeakMap<Kind, readonly TableColumn<KubeObject>[]>();

function rowOf(
  kind: Kind,
  columns: readonly TableColumn<KubeObject>[],
  bytes: Uint8Array,
  include: IncludeObject,
  version: "v1" | "v1beta1",
  now: number,
): string {
  return row(kind, columns, decode<KubeObject>(bytes, kind.schema, OWN_BUDGET).value, bytes, include, version, now);
}

function row(
  kind: Kind,
  columns: readonly TableColumn<KubeObject>[],
  object: KubeObject,
  bytes: Uint8Array,
  include: IncludeObject,
  version: "v1" | "v1beta1",
  now: number,
): string {
  return tableRow(columns, object, now, beside(kind, bytes, include, version));
}

function beside(kind: Kind, bytes: Uint8Array, include: IncludeObject, version: "v1" | "v1beta1"): string | undefined {
  if (include === "None") return undefined;
  const metadata = include === "Metadata" ? metadataOf(kind, bytes) : undefined;
  return textOf(metadata ? partialObject(metadata, version) : bytes);
}
