/** The names that Kubernetes' decoding errors give to types: those of Go. */

import type { Scalar, Schema } from "../schema/schema.ts";

const SCALARS: Readonly<Record<Scalar, string>> = {
  string: "string",
  bool: "bool",
  int32: "int32",
  int64: "int64",
  float64: "float64",
  bytes: "[]uint8",
  quantity: "resource.Quantity",
  intOrString: "intstr.IntOrString",
  time: "v1.Time",
  microTime: "v1.MicroTime",
  duration: "v1.Duration",
  raw: "runtime.RawExtension",
  fieldsV1: "v1.FieldsV1",
};

/** `v1.PodSpec`, `[]v1.Container`, `map[string]string` */
export function goTypeName(schema: Schema): string {
  switch (schema.type) {
    case "scalar":
      return SCALARS[schema.scalar];
    case "struct":
      return schema.id.split(".").slice(-2).join(".");
    case "list":
      return `[]${goTypeName(schema.items)}`;
    case "map":
      return `map[string]${goTypeName(schema.values)}`;
  }
}
