/** What a CustomResourceDefinition's version says of how it is served, read once. */

import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
} from "../../api/tables/apiextensions-v1.ts";
import { compareVersions } from "../../machinery/openapi/group-order.ts";
import type { SchemaProps } from "../../machinery/structural/schema-props.ts";
import { type Structural, structuralOf } from "../../machinery/structural/structural.ts";
import type { DefinitionText } from "./definition-text.ts";

/** One version of a definition whose names are accepted. */
export interface ServedVersion {
  readonly group: string;
  readonly version: string;
  readonly names: CustomResourceDefinitionNames;
  readonly namespaced: boolean;
  /** The version's schema as the definition has it: kept from the first use on, by those who hold objects against it. */
  readonly props: SchemaProps | undefined;
  /** The same for who needs it once. */
  readProps(): SchemaProps | undefined;
  /** Where all this comes from. */
  readonly text: DefinitionText;
  /** Built on first use, since most definitions are never written to. */
  schema(): Structural | undefined;
  readonly keepsEverything: boolean;
  readonly hasStatus: boolean;
  readonly scale: CustomResourceSubresourceScale | undefined;
  readonly columns: readonly CustomResourceColumnDefinition[];
  /** Paths as the definition writes them: `.spec.color`. */
  readonly selectable: readonly string[];
  /** What each answer warns of. */
  readonly deprecation: string | undefined;
  readonly storageVersion: string;
  /** The definition is being deleted: nothing new may be made. */
  readonly terminating: boolean;
}

/** @param text of the definition, which is read from it again when somebody needs a schema */
export function servedVersions(definition: CustomResourceDefinition, text: DefinitionText): ServedVersion[] {
  const { spec, status, metadata } = definition;
  const versions = spec.versions ?? [];
  const all = {
    group: spec.group,
    names: status?.acceptedNames ?? spec.names,
    namespaced: spec.scope === "Namespaced",
    keepsEverything: spec.preserveUnknownFields === true,
    storageVersion: versions.find(({ storage }) => storage)?.name ?? "",
    terminating: metadata.deletionTimestamp !== undefined || (status?.conditions ?? []).some(({ type, status: is }) => type === "Terminating" && is === "True"),
    text,
  };
  return versions
    .filter(({ served, storage }) => served || storage)
    .map((version) =>
      Object.assign(schemasOf(text, version.name, version.schema?.openAPIV3Schema !== undefined), {
        ...all,
        version: version.name,
        hasStatus: version.subresources?.status !== undefined,
        scale: version.subresources?.scale,
        columns: version.additionalPrinterColumns ?? [],
        selectable: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath),
        deprecation: version.deprecated ? (version.deprecationWarning ?? deprecationOf(definition, version)) : undefined,
      }),
    );
}

/** A function of its own: what is made here lives as long as the kind, and nothing of the decoded definition may live with it. */
function schemasOf(text: DefinitionText, name: string, hasProps: boolean): Pick<ServedVersion, "props" | "readProps" | "schema"> {
  const readProps = (): SchemaProps | undefined =>
    hasProps ? (text.read().spec.versions?.find((one) => one.name === name)?.schema?.openAPIV3Schema as SchemaProps | undefined) : undefined;
  let props: SchemaProps | undefined;
  let schema: Structural | undefined;
  return {
    get props() {
      props ??= readProps();
      return props;
    },
    readProps,
    schema() {
      if (hasProps) schema ??= structuralOf(this.props!);
      return schema;
    },
  };
}

/** Names the newest version that one should use instead. */
function deprecationOf({ spec }: CustomResourceDefinition, { name }: CustomResourceDefinitionVersion): string {
  const said = `${spec.group}/${name} ${spec.names.kind} is deprecated`;
  const better = (spec.versions ?? []).filter((one) => one.served && !one.deprecated && compareVersions(name, one.name) > 0).map((one) => one.name);
  const newest = better.sort(compareVersions)[0];
  return newest ? `${said}; use ${spec.group}/${newest} ${spec.names.kind}` : said;
}
