/** OpenAPI of custom resources: one document for each group and version, made when somebody asks for it. */

import { schema } from "../../api/schemas.ts";
import { customDocument, type OpenApiPart } from "../../machinery/openapi/document.ts";
import type { Definitions } from "../../machinery/openapi/schemas.ts";
import type { StructSchema } from "../../machinery/schema/schema.ts";
import type { ResourceTable } from "../../machinery/schema/table.ts";
import { metaProperties, resourceDefinition } from "../../machinery/structural/openapi.ts";
import { definitionName, structId } from "./kind.ts";
import type { ServedVersion } from "./served.ts";

const LIST_METADATA_TEXT = "Standard list metadata: the version of the list, and how to go on where it isn't whole.";

export interface CustomResource {
  readonly served: ServedVersion;
  readonly table: ResourceTable;
}

/** @param resources all custom resources of one group and version */
export function customPart(group: string, version: string, resources: readonly CustomResource[]): OpenApiPart {
  const document = (published: (served: ServedVersion, props: ServedVersion["props"]) => ServedVersion["props"]) =>
    customDocument({
      group,
      version,
      rows: resources.map(({ table }) => table),
      resolve: resolver(resources),
      define(definitions) {
        for (const { served } of resources) define(definitions, served, published(served, served.readProps()));
      },
    });
  return {
    path: `apis/${group}/${version}`,
    document: () => document((_, props) => props),
    // Old clients take what has properties to have no others: of a root that keeps everything they are told nothing.
    forSwagger: () => document(({ keepsEverything }, props) => (keepsEverything || props?.["x-kubernetes-preserve-unknown-fields"] ? undefined : props)),
  };
}

function resolver(resources: readonly CustomResource[]): (id: string) => StructSchema {
  const custom = new Map(
    resources.flatMap(({ served }) => [standIn(structId(served), definitionName(served)), standIn(`${structId(served)}List`, listName(served))]),
  );
  return (id) => custom.get(id) ?? schema(id);
}

function listName(served: ServedVersion): string {
  const { names } = served;
  return names.listKind ? definitionName({ group: served.group, version: served.version, names: { kind: names.listKind } }) : `${definitionName(served)}List`;
}

/** What the paths refer to by its name alone: its definition is there already. */
function standIn(id: string, openapi: string): [string, StructSchema] {
  return [id, { type: "struct", id, openapi, atomic: false, fields: [], byName: new Map(), messageFields: [] }];
}

function define(definitions: Definitions, served: ServedVersion, props: ServedVersion["props"]): void {
  const { group, version, names, selectable } = served;
  const fields = selectable.length > 0 ? { "x-kubernetes-selectable-fields": selectable.map((path) => ({ fieldPath: path.replace(/^\./, "") })) } : {};
  const kindOf = (kind: string) => ({ "x-kubernetes-group-version-kind": [{ group, kind, version }], ...fields });
  const own = definitions.defined(definitionName(served), {
    ...resourceDefinition(props, definitions.struct(schema("meta.v1.ObjectMeta"))),
    ...kindOf(names.kind),
  });
  const listKind = names.listKind ?? `${names.kind}List`;
  definitions.defined(listName(served), {
    type: "object",
    description: `${listKind} is a list of ${names.kind}`,
    required: ["items"],
    properties: {
      ...metaProperties(definitions.struct(schema("meta.v1.ListMeta")), LIST_METADATA_TEXT),
      items: { type: "array", description: `List of ${names.plural}.`, items: own },
    },
    ...kindOf(listKind),
  });
}
