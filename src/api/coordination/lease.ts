/** Leases: who holds a role, or that a node is alive. */

import { type FieldError, forbiddenField, invalid } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { nonNegative } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import type { LeaseSpec, Lease as LeaseType } from "../tables/coordination-v1.ts";

export const Lease = kind<LeaseType>("coordination.k8s.io/v1", "leases", {
  validate: ({ spec }) => specErrors(spec),
  createOnUpdate: true,
  conditionalUpdateOnly: true,
  columns: [nameColumn, column("Holder", "string", "Who holds it.", ({ spec }) => spec.holderIdentity ?? ""), ageColumn],
});

function specErrors({ leaseDurationSeconds: duration, leaseTransitions, strategy, preferredHolder }: LeaseSpec): FieldError[] {
  return [
    ...(duration !== undefined && duration <= 0 ? [invalid("spec.leaseDurationSeconds", duration, "must be greater than 0")] : []),
    ...nonNegative("spec.leaseTransitions", leaseTransitions),
    ...(preferredHolder && !strategy ? [forbiddenField("spec.preferredHolder", "may only be specified if `strategy` is defined")] : []),
  ];
}
