/** ResourceClaims: a pod, or several, ask for devices (KEP-4381). */

import { invalid } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { IMMUTABLE } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import { sameStruct } from "../meta/semantic.ts";
import { keepMetadata } from "../meta/status-update.ts";
import type { ResourceClaim as ResourceClaimType } from "../tables/resource-v1.ts";
import { claimStatusErrors, dropFreed } from "./claim-status.ts";
import { adminErrors, claimErrors, requestDefaults } from "./device-request.ts";
import { tolerationDefaults } from "./taints.ts";

export const ResourceClaim = kind<ResourceClaimType>("resource.k8s.io/v1", "resourceclaims", {
  defaults({ spec, status }) {
    requestDefaults(spec.devices ?? {});
    for (const { tolerations } of status?.allocation?.devices?.results ?? []) tolerationDefaults(tolerations);
  },
  validateCreate: ({ spec: { devices = {} } }, context) => [...adminErrors("spec.devices.requests", devices, context), ...claimErrors("spec.devices", devices)],
  validateUpdate: (next, last) => (sameStruct("resource.v1.ResourceClaimSpec", next.spec, last.spec) ? [] : [invalid("spec", null, IMMUTABLE)]),
  subresources: {
    status: {
      prepareUpdate(next, last) {
        next.spec = last.spec;
        keepMetadata(next, last);
        dropFreed(next, last);
      },
      validateUpdate: claimStatusErrors,
    },
  },
  columns: [nameColumn, column("State", "string", "Whether it has its devices, and whether somebody uses them.", stateOf), ageColumn],
});

function stateOf({ metadata, status }: ResourceClaimType): string {
  const isGoing = metadata.deletionTimestamp !== undefined;
  const states = [
    ...(isGoing ? ["deleted"] : []),
    ...(status?.allocation ? ["allocated", ...(status.reservedFor?.length ? ["reserved"] : [])] : isGoing ? [] : ["pending"]),
  ];
  return states.join(",");
}
