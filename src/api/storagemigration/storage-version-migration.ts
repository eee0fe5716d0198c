/** StorageVersionMigrations: every object of a resource is to be stored anew (KEP-4192). */

import { isDNS1035Label, isDNS1123Subdomain } from "../../machinery/names.ts";
import { type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { IMMUTABLE } from "../meta/checks.ts";
import { column } from "../meta/columns.ts";
import { conditionErrors } from "../meta/conditions.ts";
import { immutableStruct } from "../meta/semantic.ts";
import { keepMetadata } from "../meta/status-update.ts";
import type { StorageVersionMigration as MigrationType } from "../tables/storagemigration-v1.ts";

const RESOURCE = "spec.resource";

export const StorageVersionMigration = kind<MigrationType>("storagemigration.k8s.io/v1", "storageversionmigrations", {
  conditionalUpdateOnly: true,
  validate: ({ spec: { resource } }) => [
    ...resourceErrors(resource?.resource),
    ...(resource?.group ? joined(`${RESOURCE}.group`, resource.group, isDNS1123Subdomain(resource.group)) : []),
  ],
  validateUpdate: (next, last) => immutableStruct("spec", "storagemigration.v1.StorageVersionMigrationSpec", next.spec, last.spec),
  subresources: {
    status: {
      prepareUpdate(next, last) {
        next.spec = last.spec;
        keepMetadata(next, last);
      },
      validateUpdate: statusErrors,
    },
  },
  columns: [
    column("Name", "string", "The migration's name.", ({ metadata }) => metadata.name ?? ""),
    column("Resource", "string", "What is stored anew.", ({ spec: { resource } }) =>
      resource?.group ? `${resource.resource}.${resource.group}` : (resource?.resource ?? ""),
    ),
    column("Status", "string", "How far it is.", stateOf),
  ],
});

function resourceErrors(resource = ""): FieldError[] {
  const field = `${RESOURCE}.resource`;
  return resource ? joined(field, resource, isDNS1035Label(resource)) : [required(field, "resource is required to be set")];
}

function joined(field: string, value: string, complaints: readonly string[]): FieldError[] {
  return complaints.length > 0 ? [invalid(field, value, complaints.join(","))] : [];
}

const isTrue = ({ status }: MigrationType, type: string): boolean =>
  status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;

function stateOf({ status }: MigrationType): string {
  const reached = (status?.conditions ?? []).filter(({ type, status: value }) => value === "True" && ["Running", "Failed", "Succeeded"].includes(type));
  return reached.at(-1)?.type ?? "Unknown";
}

function statusErrors(next: MigrationType, last: MigrationType): FieldError[] {
  const field = "status.conditions";
  const [now, before] = [next.status?.resourceVersion ?? "", last.status?.resourceVersion ?? ""];
  const torn = (detail: string) => invalid(field, next.status?.conditions, detail);
  return [
    ...(now && !/^[1-9][0-9]*$/.test(now) ? [invalid("status.resourceVersion", now, `resource version is not well formed: ${now}`)] : []),
    ...conditionErrors(field, next.status?.conditions),
    ...(before && before !== now ? [invalid("status.resourceVersion", now, IMMUTABLE)] : []),
    ...(isTrue(next, "Succeeded") && isTrue(next, "Failed") ? [torn("Both success and failed conditions cannot be true at the same time")] : []),
    ...(isTrue(last, "Succeeded") && !isTrue(next, "Succeeded") ? [torn("Success condition cannot be set to false once it is true")] : []),
    ...(isTrue(last, "Failed") && !isTrue(next, "Failed") ? [torn("Failed condition cannot be set to false once it is true")] : []),
  ];
}
