/**
 * What a claim's volume is to be filled with, which can be said in two fields. The older one takes only claims and snapshots, and drops
 * the rest in silence; the newer one takes anything (KEP-1495).
 */

import type { PersistentVolumeClaimSpec } from "../../tables/core-v1.ts";

/** @param last the stored spec, of an update */
export function settleSources(spec: PersistentVolumeClaimSpec, last?: PersistentVolumeClaimSpec): void {
  if (spec.dataSourceRef?.namespace && !last?.dataSourceRef) delete spec.dataSourceRef; // Sources in other namespaces: the gate is closed.
  if (!last?.dataSource && !last?.dataSourceRef && !spec.dataSourceRef && !isClaimOrSnapshot(spec.dataSource)) delete spec.dataSource;
  copySource(spec);
}

/** Each of the two fields says what the other does. */
export function copySource(spec: PersistentVolumeClaimSpec): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource && !dataSourceRef) spec.dataSourceRef = { ...dataSource };
  else if (dataSourceRef && !dataSource && !dataSourceRef.namespace) {
    const { namespace: _, ...local } = dataSourceRef;
    spec.dataSource = local;
  }
}

function isClaimOrSnapshot(source: PersistentVolumeClaimSpec["dataSource"]): boolean {
  const { apiGroup = "", kind } = source ?? {};
  return (kind === "PersistentVolumeClaim" && apiGroup === "") || (kind === "VolumeSnapshot" && apiGroup === "snapshot.storage.k8s.io");
}
