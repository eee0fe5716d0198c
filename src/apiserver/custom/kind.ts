/** A served version of a CustomResourceDefinition as a kind, which goes down the same path as those that are built in. */

import type { Kind } from "../../api/kind.ts";
import type { ResourceTable, SubresourceTable } from "../../machinery/schema/table.ts";
import { resourceSchema } from "../../machinery/structural/struct-schema.ts";
import { CustomForm, type FormFacts } from "./form.ts";
import { metadataSchema } from "./metadata.ts";
import { customRules } from "./rules.ts";
import type { ServedVersion } from "./served.ts";

const VERBS: readonly string[] = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const SUBRESOURCE_VERBS: readonly string[] = ["get", "patch", "update"];

/** @param conversion from the forms of other versions of the same definition */
export function customKind(served: ServedVersion, conversion: FormFacts["conversion"]): Kind {
  const { group, version, names, namespaced } = served;
  const apiVersion = `${group}/${version}`;
  const kind: Kind = {
    group,
    version,
    apiVersion,
    name: names.kind,
    resource: names.plural,
    namespaced,
    table: tableOf(served),
    get schema() {
      const made = resourceSchema(served.schema(), { id: structId(served), openapi: definitionName(served), metadata: metadataSchema });
      Object.defineProperty(kind, "schema", { value: made });
      return made;
    },
    rules: customRules(served, () => kind),
    form: new CustomForm({
      group,
      version,
      kind: names.kind,
      schema: () => served.schema(),
      keepsEverything: served.keepsEverything,
      conversion,
    }),
    definition: () => served.text,
    ...(names.listKind && { listKind: names.listKind }),
    ...(served.deprecation !== undefined && { deprecation: served.deprecation }),
  };
  return kind;
}

/** What a table names the struct by; no built-in one begins so. */
export function structId({ group, version, names }: ServedVersion): string {
  return `custom:${group}/${version}.${names.kind}`;
}

/** `com.example.v1.Widget` */
export function definitionName({ group, version, names }: Pick<ServedVersion, "group" | "version"> & { readonly names: { readonly kind: string } }): string {
  return [...group.split(".").toReversed(), version, names.kind].join(".");
}

function tableOf(served: ServedVersion): ResourceTable {
  const { group, version, names, namespaced, hasStatus, scale } = served;
  const struct = structId(served);
  const subresources: SubresourceTable[] = [];
  if (hasStatus) subresources.push({ name: "status", kind: names.kind, verbs: SUBRESOURCE_VERBS, struct });
  if (scale) subresources.push({ name: "scale", kind: "Scale", group: "autoscaling", version: "v1", verbs: SUBRESOURCE_VERBS, struct: "autoscaling.v1.Scale" });
  return {
    group,
    version,
    kind: names.kind,
    resource: names.plural,
    singular: names.singular ?? "",
    namespaced,
    ...(names.shortNames && { shortNames: names.shortNames }),
    ...(names.categories && { categories: names.categories }),
    verbs: VERBS,
    struct,
    subresources,
    custom: { storageVersion: served.storageVersion, terminating: served.terminating, ...(names.listKind && { listKind: names.listKind }) },
  };
}
