/** Tables, which `kubectl get` asks for: the columns of the kind, a row an object, beside it the object's metadata. Made for each request, because ages are of now. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import { type IncludeObject, TABLE_END, type TableColumn, tableColumns, tableStart } from "../../machinery/table/print.ts";
import { packed } from "../http/lent.ts";
import type { ListAnswer } from "../respond.ts";
import { jsonEvent } from "./events.ts";
import { type BodyForm, once } from "./form.ts";
import { listMetadata } from "./items.ts";
import { jsonForm, textOf } from "./json-form.ts";
import { metadataOf } from "./metadata-form.ts";
import { decodedObject, freshRow, rowParts } from "./table-rows.ts";

export interface TableOptions {
  readonly version: "v1" | "v1beta1";
  readonly include: IncludeObject;
  readonly now: () => number;
}

const COMMA = Buffer.from(",");
const END = Buffer.from(`${TABLE_END}\n`);

export function tableForm(options: TableOptions): BodyForm {
  const { version, include, now } = options;
  return {
    ...jsonForm,
    object: (kind, bytes) => Buffer.from(`${tableOf(kind, bytes, options, true)}\n`),
    list(kind, list) {
      const columns = columnsOf(kind);
      const objects = inRowOrder(kind, list.objects);
      if (objects.length === 0 && !kind.rules.columns) return once(withoutRows(tableStart(version, listMetadata(list), columns)));
      const options = { columns, include, version };
      const at = now();
      let next = -1;
      return packed(() => {
        const index = next++;
        if (index === -1) return [Buffer.from(tableStart(version, listMetadata(list), columns))];
        if (index >= objects.length) return index === objects.length ? [END] : undefined;
        const row = rowParts(kind, objects[index]!.bytes, options, at);
        return index === 0 ? row : [COMMA, ...row];
      });
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

/** Objects that are equal by the kind's own order stay in that of their names. */
function inRowOrder(kind: Kind, objects: ListAnswer["objects"]): ListAnswer["objects"] {
  const { rowOrder } = kind.rules;
  if (!rowOrder) return objects;
  const decoded = objects.map((object) => [object, decodedObject(kind, object.bytes)] as const);
  return decoded.sort(([, a], [, b]) => rowOrder(a, b)).map(([object]) => object);
}

/** A kind that says nothing of its columns has no rows where it has no objects, in place of an empty list of them. */
function withoutRows(start: string): Buffer {
  return Buffer.from(`${start.slice(0, -1)}null}\n`);
}

function tableOf(kind: Kind, bytes: Uint8Array, { version, include, now }: TableOptions, headers: boolean): string {
  const columns = columnsOf(kind);
  const metadata = JSON.stringify({ resourceVersion: resourceVersionOf(kind, bytes) });
  return tableStart(version, metadata, headers ? columns : undefined) + freshRow(kind, bytes, { columns, include, version }, now()) + TABLE_END;
}

function resourceVersionOf(kind: Kind, bytes: Uint8Array): string | undefined {
  const metadata = metadataOf(kind, bytes);
  return metadata && JSON.parse(textOf(metadata)).resourceVersion;
}

function columnsOf(kind: Kind): readonly TableColumn<KubeObject>[] {
  return columnsByKind.getOrInsertComputed(kind, () => tableColumns<KubeObject>(kind.rules.columns));
}
const columnsByKind = new WeakMap<Kind, readonly TableColumn<KubeObject>[]>();
