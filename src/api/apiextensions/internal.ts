/**
 * A definition's spec as Kubernetes validates it: what all versions say alike stands once, for all of them, and errors name that place
 * (k8s.io/apiextensions-apiserver pkg/apis/apiextensions/v1/conversion.go).
 */

import type { SchemaProps } from "../../machinery/structural/schema-props.ts";
import { same } from "../meta/checks.ts";
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  SelectableField,
} from "../tables/apiextensions-v1.ts";

/** Something that a version says, and where that stands. */
export interface Part<T> {
  readonly at: string;
  readonly value: T;
  readonly version: CustomResourceDefinitionVersion;
}

export interface Parts {
  readonly schemas: readonly Part<SchemaProps | undefined>[];
  readonly subresources: readonly Part<CustomResourceSubresources | undefined>[];
  readonly columns: readonly Part<readonly CustomResourceColumnDefinition[]>[];
  readonly selectable: readonly (Part<readonly SelectableField[]> & { readonly schema: SchemaProps | undefined })[];
}

export function partsOf(spec: CustomResourceDefinitionSpec): Parts {
  const versions = spec.versions ?? [];
  const schemaOf = ({ schema }: CustomResourceDefinitionVersion) => schema?.openAPIV3Schema as SchemaProps | undefined;
  const selectable = partsBy(versions, "selectableFields", "selectableFields", (version) => version.selectableFields ?? []);
  const schemas = partsBy(versions, "validation", "schema", schemaOf);
  return {
    schemas,
    subresources: partsBy(versions, "subresources", "subresources", (version) => version.subresources),
    columns: partsBy(versions, "additionalPrinterColumns", "additionalPrinterColumns", (version) => version.additionalPrinterColumns ?? []),
    // Where all versions have one schema, none of them has it by itself.
    selectable: selectable.map((part) => ({ ...part, schema: selectable.length > 1 && schemas.length === 1 ? undefined : schemaOf(part.version) })),
  };
}

/** @param whole the name of what all versions say; @param each its name within a version */
function partsBy<T>(
  versions: readonly CustomResourceDefinitionVersion[],
  whole: string,
  each: string,
  of: (version: CustomResourceDefinitionVersion) => T,
): Part<T>[] {
  const [first] = versions;
  if (!first) return [];
  if (versions.every((version) => same(of(version), of(first)))) return [{ at: `spec.${whole}`, value: of(first), version: first }];
  return versions.map((version, i) => ({ at: `spec.versions[${i}].${each}`, value: of(version), version }));
}
