/** What a version of a definition has beside its schema: columns, scale, selectable fields, a word for those who shouldn't use it any more. */

import { duplicate, type FieldError, invalid, required, tooMany } from "../../machinery/status/field-error.ts";
import { findField } from "../../machinery/structural/field-path.ts";
import type { SchemaProps } from "../../machinery/structural/schema-props.ts";
import { NotStructuralError, type Structural, structuralOf } from "../../machinery/structural/structural.ts";
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  SelectableField,
} from "../tables/apiextensions-v1.ts";
import type { Leniency } from "./leniency.ts";

const WARNING_BYTES_MAX = 256;
const SELECTABLE_MAX = 8;
const COLUMN_TYPES: readonly string[] = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS: readonly string[] = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

export function deprecationErrors(at: string, { deprecated, deprecationWarning: said }: CustomResourceDefinitionVersion): FieldError[] {
  if (said === undefined) return [];
  if (!deprecated) return [invalid(at, said, "can only be set for deprecated versions")];
  const errors: FieldError[] = [];
  if (Buffer.byteLength(said) > WARNING_BYTES_MAX) errors.push(invalid(at, said, `must be <= ${WARNING_BYTES_MAX} characters long`));
  if (said === "") errors.push(invalid(at, said, "must not be an empty string"));
  const strange = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.exec(said);
  if (strange) {
    const where = Buffer.byteLength(said.slice(0, strange.index));
    errors.push(invalid(at, said, `must only contain printable UTF-8 characters; non-printable character found at index ${where}`));
  }
  return errors;
}

export function columnErrors(at: string, { name, type, format, jsonPath }: CustomResourceColumnDefinition): FieldError[] {
  const types = `must be one of ${COLUMN_TYPES.join(",")}`;
  const errors: FieldError[] = name ? [] : [required(`${at}.name`, "")];
  if (!type) errors.push(required(`${at}.type`, types));
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalid(`${at}.type`, type, types));
  if (format && !COLUMN_FORMATS.includes(format)) errors.push(invalid(`${at}.format`, format, `must be one of ${COLUMN_FORMATS.join(",")}`));
  return [...errors, ...(jsonPath ? simplePath(`${at}.JSONPath`, jsonPath) : [required(`${at}.JSONPath`, "")])];
}

function simplePath(at: string, path: string): FieldError[] {
  return path.startsWith(".") ? [] : [invalid(at, path, "must be a simple json path starting with .")];
}

export function scaleErrors(at: string, subresources: CustomResourceSubresources | undefined): FieldError[] {
  const scale = subresources?.scale;
  if (!scale) return [];
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  const selector = `${at}.scale.labelSelectorPath`;
  return [
    ...pathUnder(`${at}.scale.specReplicasPath`, specReplicasPath, [".spec."], "should be a json path under .spec"),
    ...pathUnder(`${at}.scale.statusReplicasPath`, statusReplicasPath, [".status."], "should be a json path under .status"),
    ...(labelSelectorPath ? pathUnder(selector, labelSelectorPath, [".spec.", ".status."], "should be a json path under either .spec or .status") : []),
  ];
}

function pathUnder(at: string, path: string, roots: readonly string[], why: string): FieldError[] {
  if (!path) return [required(at, "")];
  const errors = simplePath(at, path);
  return errors.length > 0 || roots.some((root) => path.startsWith(root)) ? errors : [invalid(at, path, why)];
}

export function selectableErrors(at: string, fields: readonly SelectableField[], props: SchemaProps | undefined, lenient: Leniency): FieldError[] {
  if (fields.length === 0) return [];
  if (!props) return [invalid(at, "", "may only be set when validations.schema is included")];
  const schema = structural(props);
  if (!schema) return [];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, { jsonPath }] of fields.entries()) {
    const field = `${at}[${i}].jsonPath`;
    if (!jsonPath) {
      errors.push(required(field, ""));
      continue;
    }
    const found = findField(jsonPath, schema);
    if (typeof found === "string") {
      errors.push(invalid(field, jsonPath, `is an invalid path: ${found}`));
      continue;
    }
    if (found.root === "metadata") errors.push(invalid(field, jsonPath, "must not point to fields in metadata"));
    if (!["string", "boolean", "integer"].includes(found.schema?.type ?? "")) {
      const why = "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
      errors.push(invalid(field, jsonPath, why));
    }
    if (seen.has(found.path)) errors.push(duplicate(field, jsonPath));
    seen.add(found.path);
  }
  if (seen.size > SELECTABLE_MAX && !lenient.anyNumberOfFields) errors.push(tooMany(at, seen.size, SELECTABLE_MAX));
  return errors;
}

/** What isn't structural is complained of elsewhere. */
function structural(props: SchemaProps): Structural | undefined {
  try {
    return structuralOf(props);
  } catch (error) {
    if (error instanceof NotStructuralError) return undefined;
    throw error;
  }
}
