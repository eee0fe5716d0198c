/** A schema as codecs, patches, apply and OpenAPI walk it: the tables with their references resolved and inline structs spread out. */

import type { FieldTable } from "./table.ts";

export type Schema = ScalarSchema | StructSchema | ListSchema | MapSchema;

export type Scalar =
  | "string"
  | "bool"
  | "int32"
  | "int64"
  | "float64"
  | "bytes"
  | "quantity"
  | "intOrString"
  | "time"
  | "microTime"
  | "duration"
  | "raw"
  | "fieldsV1";

export interface ScalarSchema {
  readonly type: "scalar";
  readonly scalar: Scalar;
  /** Of `raw`: ownership looks into it, as into JSON that nobody declared. */
  readonly open?: true;
}

export interface StructSchema {
  readonly type: "struct";
  /** `core.v1.PodSpec` */
  readonly id: string;
  /** `io.k8s.api.core.v1.PodSpec` */
  readonly openapi: string;
  /** Apply and merges treat it as one value. */
  readonly atomic: boolean;
  /** Members that no field declares are kept: a custom resource's `x-kubernetes-preserve-unknown-fields`. */
  readonly open?: true;
  /** The JSON fields in the order in which they are written; those of inline structs are spread out in their place. */
  readonly fields: readonly Field[];
  readonly byName: ReadonlyMap<string, Field>;
  /** The protobuf fields by ascending tag; an inline struct is one field here. */
  readonly messageFields: readonly MessageField[];
}

export interface ListSchema {
  readonly type: "list";
  readonly items: Schema;
}

export interface MapSchema {
  readonly type: "map";
  readonly values: Schema;
}

export interface Field {
  readonly name: string;
  /** The Go names of the inline structs that the field comes from, joined by dots: Kubernetes' decoding errors name them. */
  readonly within?: string;
  readonly schema: Schema;
  readonly table: FieldTable;
}

export interface MessageField {
  readonly tag: number;
  /** Undefined for an inline struct: its fields are those of the same JSON object. */
  readonly name: string | undefined;
  readonly schema: Schema;
  readonly table: FieldTable;
  /** Of a raw field that is a message in protobuf: that message (JSONSchemaPropsOrBool). */
  readonly union?: StructSchema | undefined;
}
