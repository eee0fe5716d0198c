/** PersistentVolumeClaims: storage that a pod asks for. */

import { kind } from "../declare.ts";
import { ageColumn, column, nameColumn, wide } from "../meta/columns.ts";
import { roundToMilli } from "../meta/resource-list.ts";
import { copyMember } from "../meta/status-update.ts";
import type { PersistentVolumeClaim as PersistentVolumeClaimType } from "../tables/core-v1.ts";
import { accessModesCell, CLASS, classCell, phaseCell, UNSET } from "./volume/cells.ts";
import { claimChangeErrors, claimStatusErrors } from "./volume/claim-change.ts";
import { settleSources } from "./volume/claim-source.ts";
import { claimSpecErrors } from "./volume/claim-spec.ts";
import { claimSpecDefaults } from "./volume/defaults.ts";
import { claimSpecWarnings } from "./volume/warnings.ts";

export const PersistentVolumeClaim = kind<PersistentVolumeClaimType>("v1", "persistentvolumeclaims", {
  defaults(claim) {
    claimSpecDefaults(claim.spec);
    claim.status ??= {};
    const { status } = claim;
    status.phase ||= "Pending";
    roundToMilli(status.capacity);
    roundToMilli(status.allocatedResources);
  },
  prepareCreate(claim) {
    claim.status = { phase: "Pending" };
    settleSources(claim.spec);
  },
  prepareUpdate(next, last) {
    copyMember(next, last, "status");
    settleSources(next.spec, last.spec);
  },
  validate: ({ spec }) => claimSpecErrors("spec", spec),
  validateUpdate: claimChangeErrors,
  subresources: { status: { validateUpdate: claimStatusErrors } },
  warnings: ({ metadata: { annotations }, spec }) => [
    ...(annotations && Object.hasOwn(annotations, CLASS)
      ? [`metadata.annotations[${CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`]
      : []),
    ...claimSpecWarnings("spec", spec),
  ],
  columns: [
    nameColumn,
    column("Status", "string", "Whether it is bound to a volume.", phaseCell),
    column("Volume", "string", "The volume that it is bound to.", ({ spec }) => spec.volumeName ?? ""),
    column("Capacity", "string", "How much the volume holds.", ({ spec, status }) => (spec.volumeName ? (status?.capacity?.storage ?? "0") : "")),
    column("Access Modes", "string", "From how many nodes it can be mounted at once, and how.", ({ spec, status }) =>
      spec.volumeName ? accessModesCell(status?.accessModes) : "",
    ),
    column("StorageClass", "string", "Its class.", classCell),
    column("VolumeAttributesClass", "string", "The class of its attributes.", ({ spec }) => spec.volumeAttributesClassName ?? UNSET),
    ageColumn,
    wide("VolumeMode", "Whether it is a file system or a raw block device.", ({ spec }) => spec.volumeMode ?? UNSET),
  ],
});
