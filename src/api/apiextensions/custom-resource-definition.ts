/** CustomResourceDefinitions: kinds that users bring along (k8s.io/apiextensions-apiserver pkg/registry/customresourcedefinition). */

import { kind } from "../declare.ts";
import type { KindRules } from "../kind.ts";
import type { CustomResourceDefinition as DefinitionType } from "../tables/apiextensions-v1.ts";
import { definitionColumns } from "./columns.ts";
import { takesLong } from "./length.ts";
import { readNestedSchemas } from "./nested-schemas.ts";
import { definitionErrors, definitionUpdateErrors, statusErrors } from "./validate.ts";
import { definitionWarnings } from "./warnings.ts";

const PORT = 443;

const rules: KindRules<DefinitionType> = {
  conditionalUpdateOnly: true,
  generation: true,
  defaults(definition) {
    const { spec } = definition;
    if (!spec) return;
    const { names } = spec;
    for (const { schema } of spec.versions ?? []) if (schema?.openAPIV3Schema) schema.openAPIV3Schema = readNestedSchemas(schema.openAPIV3Schema);
    if (!names.singular) names.singular = (names.kind ?? "").toLowerCase();
    if (!names.listKind && names.kind) names.listKind = `${names.kind}List`;
    spec.conversion ??= { strategy: "None" };
    const service = spec.conversion.webhook?.clientConfig?.service;
    if (service) service.port ??= PORT;
    storeVersion(definition, false);
  },
  prepareCreate(definition) {
    definition.status = { acceptedNames: { plural: "", kind: "" } };
    storeVersion(definition, true);
  },
  prepareUpdate(next, last) {
    if (last.status) next.status = { ...last.status };
    else delete next.status;
    storeVersion(next, true);
  },
  validateCreate: (definition) => definitionErrors(definition),
  validateUpdate: (next, last) => definitionUpdateErrors(next, last),
  takesLong: ({ spec }) => takesLong(spec),
  warnings: (definition, last) => definitionWarnings(definition.spec, last?.spec),
  subresources: { status: { validateUpdate: (next) => statusErrors(next) } },
  columns: definitionColumns,
};

/** Notes the storage version among those that objects may be stored in. @param always also where versions are noted already */
function storeVersion(definition: DefinitionType, always: boolean): void {
  const storage = (definition.spec.versions ?? []).find((version) => version.storage)?.name;
  const stored = definition.status?.storedVersions ?? [];
  if (storage === undefined || stored.includes(storage) || (!always && stored.length > 0)) return;
  definition.status = { ...(definition.status ?? { acceptedNames: { plural: "", kind: "" } }), storedVersions: [...stored, storage] };
}

export const CustomResourceDefinition = kind<DefinitionType>("apiextensions.k8s.io/v1", "customresourcedefinitions", rules);
