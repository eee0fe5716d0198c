/** ResourceClaimTemplates: the claims that are made for each pod that names one. */

import { kind } from "../declare.ts";
import { annotations, labels, notOfTemplates } from "../meta/checks.ts";
import { ageColumn, nameColumn } from "../meta/columns.ts";
import { immutableStruct } from "../meta/semantic.ts";
import type { ResourceClaimTemplate as TemplateType } from "../tables/resource-v1.ts";
import { adminErrors, claimErrors, requestDefaults } from "./device-request.ts";

export const ResourceClaimTemplate = kind<TemplateType>("resource.k8s.io/v1", "resourceclaimtemplates", {
  defaults: ({ spec }) => requestDefaults(spec.spec?.devices ?? {}),
  validate: ({ spec }) => [
    ...notOfTemplates("spec.metadata", spec.metadata),
    ...annotations("spec.metadata.annotations", spec.metadata?.annotations),
    ...labels("spec.metadata.labels", spec.metadata?.labels),
    ...claimErrors("spec.spec.devices", spec.spec?.devices ?? {}),
  ],
  // Named as in a claim, one `spec` short, as Kubernetes does.
  validateCreate: ({ spec }, context) => adminErrors("spec.devices.requests", spec.spec?.devices ?? {}, context),
  validateUpdate: (next, last) => immutableStruct("spec", "resource.v1.ResourceClaimTemplateSpec", next.spec, last.spec),
  columns: [nameColumn, ageColumn],
});
