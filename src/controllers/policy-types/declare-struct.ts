/** What the fields of a built-in kind say of its objects, for the type check of expressions. [Kubernetes' apiserver pkg/cel/common/schemas.go, over the kinds' OpenAPI] */

import type { CelType } from "../../machinery/cel/declaration.ts";
import { escapeField } from "../../machinery/cel/escape.ts";
import type { Scalar, Schema, StructSchema } from "../../machinery/schema/schema.ts";

const KINDS: Readonly<Record<Scalar, CelType["kind"] | undefined>> = {
  string: "string",
  bool: "bool",
  int32: "int",
  int64: "int",
  float64: "double",
  bytes: "bytes",
  quantity: "string",
  intOrString: "intOrString",
  time: "timestamp",
  microTime: "timestamp",
  duration: "string",
  raw: undefined,
  fieldsV1: undefined,
};

/** @param name of the type, which no other may have: messages show it */
export function declareStruct(schema: StructSchema, name: string): CelType {
  return declare(schema, name, new Set());
}

/** A struct within itself is dynamic: schemas of custom resources. */
function declare(schema: Schema, name: string, around: ReadonlySet<StructSchema>): CelType {
  const base = { sizeMax: 0, bytesMin: 1 };
  switch (schema.type) {
    case "scalar": {
      const kind = KINDS[schema.scalar];
      return kind ? { kind, ...base } : { kind: "object", name, fields: new Map(), ...base };
    }
    case "list":
      return { kind: "list", items: declare(schema.items, `${name}.@idx`, around), ...base };
    case "map":
      return { kind: "map", items: declare(schema.values, `${name}.@elem`, around), ...base };
    case "struct": {
      if (around.has(schema)) return { kind: "dyn", ...base };
      const within = new Set([...around, schema]);
      const fields = schema.fields.flatMap((field) => {
        const escaped = escapeField(field.name);
        return escaped === undefined ? [] : [[escaped, { jsonName: field.name, type: declare(field.schema, `${name}.${escaped}`, within) }] as const];
      });
      return { kind: "object", name, fields: new Map(fields), ...base };
    }
  }
}
