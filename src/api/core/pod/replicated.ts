/** What ReplicaSets and their ancestors, ReplicationControllers, have in common: so many pods of one template. */

import type { Column, KindRules, KubeObject } from "../../kind.ts";
import { ageColumn, column, containerColumns, nameColumn } from "../../meta/columns.ts";
import { replicaErrors } from "../../meta/replica-status.ts";
import { copyMember } from "../../meta/status-update.ts";
import type { PodTemplateSpec, ReplicationControllerStatus } from "../../tables/core-v1.ts";
import { dropRetired } from "./prepare.ts";

interface Replicated extends KubeObject {
  readonly spec: { readonly replicas?: number; readonly template?: PodTemplateSpec };
  status?: Omit<ReplicationControllerStatus, "conditions">;
}

/** How objects are prepared, and their status. */
export const replicatedRules = {
  prepareCreate(object) {
    delete object.status;
    if (object.spec.template) dropRetired(object.spec.template);
  },
  prepareUpdate(next, last) {
    copyMember(next, last, "status");
    if (next.spec.template) dropRetired(next.spec.template);
  },
  generation: true,
  subresources: { status: { validateUpdate: ({ status }) => replicaErrors(status, ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"]) } },
} satisfies KindRules<Replicated>;

/** All but the last one, which shows the selector. */
export const replicatedColumns: readonly Column<Replicated>[] = [
  nameColumn,
  column("Desired", "integer", "How many pods there shall be.", ({ spec }) => spec.replicas ?? 0),
  column("Current", "integer", "How many pods there are.", ({ status }) => status?.replicas ?? 0),
  column("Ready", "integer", "How many of them take traffic.", ({ status }) => status?.readyReplicas ?? 0),
  ageColumn,
  ...containerColumns(({ spec }: Replicated) => spec.template?.spec.containers),
];
