/** Schemas made by hand, for tests of what walks them: small words for structs, lists, maps and scalars. */

import type { Field, ListSchema, MapSchema, Scalar, ScalarSchema, Schema, StructSchema } from "../../src/machinery/schema/schema.ts";
import type { FieldTable } from "../../src/machinery/schema/table.ts";

export const scalar = (name: Scalar): ScalarSchema => ({ type: "scalar", scalar: name });
export const string = scalar("string");
export const int32 = scalar("int32");
export const raw = scalar("raw");
export const list = (items: Schema): ListSchema => ({ type: "list", items });
export const map = (values: Schema): MapSchema => ({ type: "map", values });

type FieldSpec = Schema | readonly [Schema, Partial<FieldTable>];

/** @param fields name → schema, or schema and what the table says beside the type; fields are `omitempty` and not pointers unless told */
export function struct(id: string, fields: Record<string, FieldSpec>, more: { atomic?: boolean } = {}): StructSchema {
  const all: Field[] = Object.entries(fields).map(([name, spec]) => {
    const [schema, table] = Array.isArray(spec) ? (spec as readonly [Schema, Partial<FieldTable>]) : [spec as Schema, {}];
    return { name, schema, table: { name, type: "", tag: 0, omit: "empty", ...table } };
  });
  return {
    type: "struct",
    id,
    openapi: id,
    atomic: more.atomic ?? false,
    fields: all,
    byName: new Map(all.map((field) => [field.name, field])),
    messageFields: [],
  };
}

const ownerReference = struct("OwnerReference", { apiVersion: string, kind: string, name: string, uid: string }, { atomic: true });
export const objectMeta = struct("ObjectMeta", {
  name: string,
  namespace: string,
  uid: string,
  resourceVersion: string,
  generation: scalar("int64"),
  creationTimestamp: scalar("time"),
  labels: map(string),
  annotations: map(string),
  ownerReferences: [list(ownerReference), { listType: "map", listMapKeys: ["uid"], patchStrategy: "merge", patchMergeKey: "uid" }],
  finalizers: [list(string), { listType: "set", patchStrategy: "merge" }],
  managedFields: [list(raw), { listType: "atomic" }],
});

const port = struct("ContainerPort", { name: string, containerPort: int32, protocol: [string, { default: "TCP" }], hostPort: int32 });
const envVar = struct("EnvVar", { name: string, value: string });
const resources = struct("ResourceRequirements", { limits: map(scalar("quantity")), requests: map(scalar("quantity")) });
const container = struct("Container", {
  name: string,
  image: string,
  command: [list(string), { listType: "atomic" }],
  args: [list(string), { listType: "atomic" }],
  ports: [list(port), { listType: "map", listMapKeys: ["containerPort", "protocol"], patchStrategy: "merge", patchMergeKey: "containerPort" }],
  env: [list(envVar), { listType: "map", listMapKeys: ["name"], patchStrategy: "merge", patchMergeKey: "name" }],
  resources,
});
const volume = struct("Volume", {
  name: string,
  emptyDir: [struct("EmptyDir", { medium: string }), { pointer: true }],
  secret: [struct("SecretVolume", { secretName: string }), { pointer: true }],
});
export const podSpec = struct("PodSpec", {
  containers: [list(container), { listType: "map", listMapKeys: ["name"], patchStrategy: "merge", patchMergeKey: "name" }],
  volumes: [list(volume), { listType: "map", listMapKeys: ["name"], patchStrategy: "merge,retainKeys", patchMergeKey: "name" }],
  tolerations: [list(struct("Toleration", { key: string, effect: string })), { listType: "atomic" }],
  nodeSelector: [map(string), { mapType: "atomic" }],
  nodeName: string,
  restartPolicy: string,
});
const podTemplate = struct("PodTemplateSpec", { metadata: objectMeta, spec: podSpec });

/** A Deployment cut down to what patches and applies are tested with. */
export const deployment = struct("apps.v1.Deployment", {
  kind: string,
  apiVersion: string,
  metadata: objectMeta,
  spec: struct("DeploymentSpec", {
    replicas: [int32, { pointer: true }],
    selector: [struct("LabelSelector", { matchLabels: map(string) }, { atomic: true }), { pointer: true }],
    template: podTemplate,
    strategy: [
      struct("Strategy", { type: string, rollingUpdate: [struct("RollingUpdate", { maxSurge: scalar("intOrString") }), { pointer: true }] }),
      { patchStrategy: "retainKeys" },
    ],
  }),
  status: struct("DeploymentStatus", {
    replicas: int32,
    conditions: [
      list(struct("Condition", { type: string, status: string })),
      { listType: "map", listMapKeys: ["type"], patchStrategy: "merge", patchMergeKey: "type" },
    ],
  }),
});

/** A ConfigMap. */
export const configMap = struct("core.v1.ConfigMap", {
  kind: string,
  apiVersion: string,
  metadata: objectMeta,
  data: map(string),
  immutable: [scalar("bool"), { pointer: true }],
});
