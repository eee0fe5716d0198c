/**
 * Fields of features that are off in this release. Kubernetes accepts such a field and then clears it, unless the stored object has
 * one of the same feature already (strategies' "drop disabled fields"); validation never sees it.
 */

import type { StructSchema } from "../../machinery/schema/schema.ts";
import { type Members, type Plan, planner, walk } from "./plan.ts";

/**
 * The gates that v1.37 has closed by default, of those that the tables' fields are marked with; but CrossNamespaceVolumeDataSource, with which
 * more goes than the marked field: claims see to it themselves.
 */
const CLOSED: ReadonlySet<string> = new Set([
  "AtomicWriteVolumeUserFields",
  "CSIVolumeHealth",
  "ContainerStopSignals",
  "CoordinatedLeaderElection",
  "DRADerivedAttributes",
  "DRADeviceCompatibilityGroups",
  "DRAListTypeAttributes",
  "DRANodeAllocatableResources",
  "DRAOptionalNodeOperations",
  "DRAPartitionableDevicesType",
  "EmptyDirVolumeMode",
  "EvictionRequestAPI",
  "GRPCContainerProbeTLS",
  "GenericWorkload",
  "H2CContainerProbe",
  "ImageVolumeWithDigest",
  "VolumeBindMountOptions",
  "WorkloadWithJob",
]);

/** Gated fields that the published types don't mark. */
const UNMARKED: ReadonlyMap<string, string> = new Map([["core.v1.Lifecycle.stopSignal", "ContainerStopSignals"]]);

const planOf = planner((struct, { name, table }) => {
  const gate = table.featureGate ?? UNMARKED.get(`${struct.id}.${name}`);
  return gate && CLOSED.has(gate) ? gate : undefined;
});

/** Structs that held nothing but such fields. */
export const emptied: WeakSet<object> = new WeakSet();

/** Clears the fields of closed gates in `object`, save those of a gate that `last` uses. */
export function dropClosedFields(struct: StructSchema, object: object, last: object | undefined): void {
  const plan = planOf(struct);
  const members = object as Members;
  const used = gatesIn(plan, members);
  if (used.size === 0) return;
  const inUse = last ? gatesIn(plan, last as Members) : new Set();
  walk(plan, members, (holder, own) => {
    for (const { field, mark } of own)
      if (holder[field.name] !== undefined && !inUse.has(mark) && delete holder[field.name] && isVoid(holder)) emptied.add(holder);
  });
}

function isVoid(object: Members): boolean {
  for (const _ in object) return false;
  return true;
}

function gatesIn(plan: Plan<string>, object: Members): Set<string> {
  const gates = new Set<string>();
  walk(plan, object, (holder, own) => {
    for (const { field, mark } of own) if (holder[field.name] !== undefined) gates.add(mark);
  });
  return gates;
}
