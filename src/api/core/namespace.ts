/** Namespaces: the walls within a cluster. */

import { isDNS1123Label } from "../../machinery/names.ts";
import { type FieldError, invalid } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { qualifiedName } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import { copyMember } from "../meta/status-update.ts";
import type { Namespace as NamespaceType } from "../tables/core-v1.ts";

/** Holds a namespace until its content is gone. */
const FINALIZER = "kubernetes";
/** By this label policies select a namespace by its name. */
const NAME_LABEL = "kubernetes.io/metadata.name";
const STANDARD_FINALIZERS: ReadonlySet<string> = new Set([FINALIZER, "orphan", "foregroundDeletion"]);

export const Namespace = kind<NamespaceType>("v1", "namespaces", {
  defaults({ metadata, status }) {
    if (metadata.name) metadata.labels = { ...metadata.labels, [NAME_LABEL]: metadata.name };
    if (status) status.phase ||= "Active";
  },
  prepareCreate(namespace) {
    namespace.status = { phase: "Active" };
    const finalizers = namespace.spec.finalizers ?? [];
    if (!finalizers.includes(FINALIZER)) namespace.spec = { ...namespace.spec, finalizers: [...finalizers, FINALIZER] };
    const { metadata } = namespace;
    metadata.labels = { ...metadata.labels, [NAME_LABEL]: metadata.name ?? "" }; // Generated names are known only now.
  },
  prepareUpdate(next, last) {
    copyMember(next, last, "status");
    next.spec = { ...next.spec };
    copyMember(next.spec, last.spec, "finalizers");
  },
  validateName: isDNS1123Label,
  validate: (namespace) => finalizerErrors(namespace.spec.finalizers, () => "spec.finalizers"),
  subresources: {
    status: {
      validateUpdate(next) {
        const phase = next.status?.phase ?? "";
        if (!next.metadata.deletionTimestamp) {
          return phase === "Active" ? [] : [invalid("status.Phase", phase, "may only be 'Active' if `deletionTimestamp` is empty")];
        }
        return phase === "Terminating" ? [] : [invalid("status.Phase", phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")];
      },
    },
    finalize: {
      resetFields: ["status"],
      prepareUpdate: (next, last) => copyMember(next, last, "status"),
      validateUpdate: (next) => finalizerErrors(next.spec.finalizers, (i) => `spec.finalizers[${i}]`),
    },
  },
  columns: [nameColumn, column("Status", "string", "Whether the namespace is in use or going.", ({ status }) => status?.phase ?? ""), ageColumn],
  selectableFields: { "status.phase": ({ status }) => status?.phase ?? "" },
});

function finalizerErrors(finalizers: readonly string[] | undefined, fieldAt: (index: number) => string): FieldError[] {
  return (finalizers ?? []).flatMap((finalizer, i) => {
    const errors = qualifiedName(fieldAt(i), finalizer);
    if (finalizer.includes("/") || STANDARD_FINALIZERS.has(finalizer)) return errors;
    return [...errors, invalid(fieldAt(i), finalizer, "name is neither a standard finalizer name nor is it fully qualified")];
  });
}
