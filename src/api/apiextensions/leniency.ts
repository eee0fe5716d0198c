/** What an update may keep although a new definition couldn't have it: it was let through when less was asked. */

import { below, type SchemaProps, someSchema } from "../../machinery/structural/schema-props.ts";
import { NotStructuralError, structuralOf } from "../../machinery/structural/structural.ts";
import { structuralErrors } from "../../machinery/structural/structural-errors.ts";
import { same } from "../meta/checks.ts";
import type { CustomResourceDefinition } from "../tables/apiextensions-v1.ts";
import { isAuthority, REVIEW_VERSIONS } from "./validate-conversion.ts";
import { listKeyErrors, OPENAPI_TYPES } from "./validate-schema.ts";

export interface Leniency {
  readonly withoutSchema: boolean;
  readonly notStructural: boolean;
  readonly anyType: boolean;
  readonly anySetItems: boolean;
  readonly anyListKeys: boolean;
  readonly unknownReviews: boolean;
  readonly anyAuthority: boolean;
  readonly anyNumberOfFields: boolean;
  /** Whether a version had this schema before. */
  unchanged?(version: string, schema: SchemaProps | undefined): boolean;
}

/** Of a new definition, which isn't established yet: authorities may follow. */
export const STRICT: Leniency = {
  withoutSchema: false,
  notStructural: false,
  anyType: false,
  anySetItems: false,
  anyListKeys: false,
  unknownReviews: false,
  anyAuthority: true,
  anyNumberOfFields: false,
};

const SELECTABLE_MAX = 8;

export function leniencyOf({ spec, status }: CustomResourceDefinition): Leniency {
  const versions = spec.versions ?? [];
  const schemas = versions.map(({ schema }) => schema?.openAPIV3Schema as SchemaProps | undefined);
  const any = (holds: (props: SchemaProps) => boolean): boolean => schemas.some((one) => someSchema(one, holds));
  const webhook = spec.conversion?.webhook;
  const established = status?.conditions?.some((one) => one.type === "Established" && one.status === "True") ?? false;
  const reviews = webhook?.conversionReviewVersions ?? [];
  const bundle = webhook?.clientConfig?.caBundle;
  return {
    withoutSchema: schemas.some((one) => !one),
    notStructural: schemas.some((one) => one && !isStructural(one)),
    anyType: any(({ type }) => Boolean(type) && !OPENAPI_TYPES.includes(type!)),
    anySetItems: any(hasCompoundSet),
    anyListKeys: any((props) => listKeyErrors("", props).length > 0),
    unknownReviews: reviews.length > 0 && !reviews.some((version) => REVIEW_VERSIONS.includes(version)),
    anyAuthority: !established || (bundle !== undefined && !isAuthority(bundle)),
    unchanged: (name, schema) => versions.some((version) => version.name === name && same(version.schema?.openAPIV3Schema, schema)),
    anyNumberOfFields: versions.some(({ selectableFields }) => (selectableFields?.length ?? 0) > SELECTABLE_MAX),
  };
}

function isStructural(props: SchemaProps): boolean {
  try {
    return structuralErrors("", structuralOf(props)).length === 0;
  } catch (error) {
    if (error instanceof NotStructuralError) return false;
    throw error;
  }
}

function hasCompoundSet(props: SchemaProps): boolean {
  if (props["x-kubernetes-list-type"] !== "set") return false;
  return below(props).some(({ type, ...item }) =>
    type === "object" ? item["x-kubernetes-map-type"] !== "atomic" : type === "array" && (item["x-kubernetes-list-type"] ?? "atomic") !== "atomic",
  );
}
