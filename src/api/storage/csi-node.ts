/** CSINodes: which drivers a node has. */

import { duplicate, type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { csiDriverName } from "../core/volume/sources.ts";
import { kind } from "../declare.ts";
import { IMMUTABLE, nonNegative, qualifiedName } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import { sameStruct } from "../meta/semantic.ts";
import { keepMetadata } from "../meta/status-update.ts";
import type { CSINodeDriver, CSINode as CSINodeType } from "../tables/storage-v1.ts";

const NODE_ID_BYTES_MAX = 256;

export const CSINode = kind<CSINodeType>("storage.k8s.io/v1", "csinodes", {
  conditionalUpdateOnly: true,
  validate: ({ spec: { drivers = [] } }) => drivers.flatMap((driver, i) => driverErrors(`spec.drivers[${i}]`, driver, drivers.slice(0, i))),
  validateUpdate: (next, last) => changeErrors(next.spec.drivers ?? [], last.spec.drivers ?? []),
  subresources: {
    status: {
      prepareUpdate(next, last) {
        next.spec = last.spec;
        keepMetadata(next, last);
      },
    },
  },
  columns: [nameColumn, column("Drivers", "integer", "How many drivers it has.", ({ spec }) => spec.drivers?.length ?? 0), ageColumn],
});

function driverErrors(at: string, { name, nodeID = "", allocatable, topologyKeys = [] }: CSINodeDriver, earlier: readonly CSINodeDriver[]): FieldError[] {
  return [
    ...csiDriverName(`${at}.name`, name),
    ...(nodeID ? [] : [required(`${at}.nodeID`, "")]),
    ...(Buffer.byteLength(nodeID) > NODE_ID_BYTES_MAX ? [invalid(`${at}.nodeID`, nodeID, `must be ${NODE_ID_BYTES_MAX} characters or less`)] : []),
    ...nonNegative(`${at}.allocatable.count`, allocatable?.count),
    ...(earlier.some((one) => one.name === name) ? [duplicate(`${at}.name`, name)] : []),
    ...topologyKeys.flatMap((key, i) => [
      ...(key ? [] : [required(at, "")]),
      ...(topologyKeys.indexOf(key) < i ? [duplicate(at, key)] : []),
      ...qualifiedName(at, key),
    ]),
  ];
}

/** A driver that stays is what it was, but for how many volumes it can hold (KEP-4876). */
function changeErrors(next: readonly CSINodeDriver[], last: readonly CSINodeDriver[]): FieldError[] {
  return last.flatMap(({ allocatable: _, ...before }) =>
    next
      .filter(({ name }) => name === before.name)
      .flatMap(({ allocatable: __, ...driver }) =>
        sameStruct("storage.v1.CSINodeDriver", driver, before) ? [] : [invalid("spec.drivers", driver, IMMUTABLE)],
      ),
  );
}
