/** The form of the imported field tables: what the published Go types say about each struct, as plain values. */

/**
 * A type in the tables' notation:
 * `string`, `bool`, `int32`, `int64`, `float64`, `bytes` (base64 in JSON), `quantity`, `intOrString`, `time`, `microTime`, `duration`,
 * `raw` (any JSON: RawExtension, JSON, JSONSchemaPropsOrBool …), `fieldsV1`, a struct's id such as `core.v1.PodSpec`,
 * `[]T` for a list of T and `map[]T` for a map from string to T.
 */
export type TypeExpression = string;

/** One field of a struct, in the order of the Go source, which is the order of the JSON. */
export interface FieldTable {
  /** JSON name; of an embedded (JSON-inline) struct, its Go name. */
  readonly name: string;
  readonly type: TypeExpression;
  /** Protobuf tag; 0 where protobuf leaves the field out. */
  readonly tag: number;
  /** When JSON leaves the field out: `empty` (omitempty), `zero` (omitzero), absent: never (nil lists and maps are then written as null). */
  readonly omit?: "empty" | "zero";
  /** The Go field is a pointer: zero differs from absent. */
  readonly pointer?: true;
  /** The struct's fields stand in the parent's JSON object; in protobuf it is a message of its own. */
  readonly inline?: true;
  /** `+required`, or neither `+optional` nor omitempty. */
  readonly required?: true;
  readonly listType?: "atomic" | "set" | "map";
  readonly listMapKeys?: readonly string[];
  readonly mapType?: "atomic" | "granular";
  readonly structType?: "atomic" | "granular";
  /** Strategic merge: `merge`, `replace`, `retainKeys`, `merge,retainKeys`. */
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  readonly enum?: readonly string[];
  /** The JSON value of `+default`. */
  readonly default?: unknown;
  /** The gate of `+featureGate`, where the field is behind one; several are separated by commas. */
  readonly featureGate?: string;
  readonly deprecated?: true;
  /** `+k8s:unionMember` and `+unionDiscriminator` facts, where OpenAPI shows them. */
  readonly union?: "discriminator" | "member";
  /** In protobuf each value of the type's inner list is a message of its own, whose field 1 repeats the items: ExtraValue, Verbs. */
  readonly wrapped?: true;
  /** A `raw` field that is a message in protobuf: the id of the struct that lists that message's fields (JSONSchemaPropsOrBool). */
  readonly message?: string;
}

export interface StructTable {
  /** `core.v1.PodSpec`: the API group's first word (`core`, `apps`, `rbac`, `meta` …), version, Go name. */
  readonly id: string;
  readonly fields: readonly FieldTable[];
  /** `+structType=atomic` on the type itself. */
  readonly atomic?: true;
  /** The OpenAPI definition's name: `io.k8s.api.core.v1.PodSpec`. */
  readonly openapi: string;
}

/** One resource as discovery shows it, with its subresources. */
export interface ResourceTable {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs: readonly string[];
  /** For a subresource whose kind is of another group: `autoscaling/v1` Scale. */
  readonly responseGroup?: string;
  readonly responseVersion?: string;
  /** The struct's id. */
  readonly struct: string;
  readonly subresources: readonly SubresourceTable[];
  /** Of a custom resource. */
  readonly custom?: {
    readonly storageVersion: string;
    /** Its definition is being deleted. */
    readonly terminating: boolean;
    readonly listKind?: string;
  };
}

export interface SubresourceTable {
  /** `log` of `pods/log` */
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  /** Where the kind is of another group than the resource: `autoscaling/v1` Scale. */
  readonly group?: string;
  readonly version?: string;
  /** The struct's id. */
  readonly struct: string;
}
