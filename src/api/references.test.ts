/** Every mark names a real field, and every field that looks like a reference has a mark. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { kindFor } from "../../test/support/kind-write.ts";
import type { KubeObject } from "./kind.ts";
import { marks } from "./references/marks.ts";
import { references } from "./references.ts";
import { schema } from "./schemas.ts";
import { resources, structs } from "./tables/index.ts";

/** Fields that look like references and are none, each for its reason. */
const NONE: ReadonlySet<string> = new Set([
  "autoscaling.v1.ObjectMetricSource.target", // Not served: autoscaling/v1 keeps it in an annotation.
  "autoscaling.v1.ObjectMetricStatus.target",
  "core.v1.SerializedReference.reference", // An annotation of long ago.
  "scheduling.v1alpha3.WorkloadPodGroupResourceClaim.resourceClaimName", // Not served.
]);

test("each mark is of a field, and its target a resource or no object at all", () => {
  const known = new Set(resources.map(({ group, resource }) => (group ? `${resource}.${group}` : resource)));
  for (const [key, { to, namespaceIn }] of marks) {
    const dot = key.lastIndexOf(".");
    const struct = schema(key.slice(0, dot));
    assert.ok(struct.byName.has(key.slice(dot + 1)), `${key} is no field`);
    if (namespaceIn) assert.ok(struct.byName.has(namespaceIn), `${key}: no field ${namespaceIn}`);
    assert.ok(to === "" || to.startsWith("host/") || to.startsWith("external/") || known.has(to), `${key} → ${to}`);
  }
});

test("each field that looks like a reference is marked, or is known to be none", () => {
  const struct = /(?:Object|Secret|Service|Configuration|Parameters)Reference$|\.RoleRef$|ServiceAccountSubject$|ConfigMapNodeConfigSource$/;
  const name = /^(?:serviceAccountName|secretName|nodeName|claimName|resourceClaimName|[a-zA-Z]*ClassName)$/;
  const likely = structs.flatMap(({ id, fields }) =>
    fields
      .filter((field) => !field.inline && (struct.test(field.type) || (field.type === "string" && name.test(field.name))))
      .map((field) => `${id}.${field.name}`),
  );
  assert.ok(likely.length > 60, `${likely.length} found`);
  assert.deepEqual(
    likely.filter((key) => !marks.has(key) && !NONE.has(key)),
    [],
  );
  const found = new Set(likely);
  assert.deepEqual(
    [...NONE].filter((key) => !found.has(key)),
    [],
  );
});

const found = (apiVersion: string, kind: string, object: object) =>
  [...references(kindFor(apiVersion, kind), object as KubeObject)].map(({ path, to, namespace, name }) => `${path} → ${to} ${namespace}/${name}`);

test("a pod's references, each with its place", () => {
  const pod = {
    metadata: { name: "p", namespace: "t", ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "r", uid: "u" }] },
    spec: {
      serviceAccountName: "a",
      nodeName: "n",
      priorityClassName: "high",
      hostNetwork: true,
      imagePullSecrets: [{ name: "pull" }],
      containers: [
        {
          name: "c",
          env: [{ name: "E", valueFrom: { secretKeyRef: { name: "env", key: "k" } } }],
          envFrom: [{ configMapRef: { name: "from" } }],
          ports: [{ containerPort: 1, hostPort: 80 }],
        },
      ],
      volumes: [
        { name: "v", projected: { sources: [{ secret: { name: "s" } }, { serviceAccountToken: { path: "x" } }] } },
        { name: "w", hostPath: { path: "/etc" } },
        { name: "x", persistentVolumeClaim: { claimName: "data" } },
      ],
    },
  };
  assert.deepEqual(found("v1", "Pod", pod), [
    "metadata.ownerReferences[0] → replicasets.apps t/r",
    "spec.serviceAccountName → serviceaccounts t/a",
    "spec.nodeName → nodes /n",
    "spec.hostNetwork → host/network /true",
    "spec.imagePullSecrets[0] → secrets t/pull",
    "spec.priorityClassName → priorityclasses.scheduling.k8s.io /high",
    "spec.volumes[0].projected.sources[0].secret.name → secrets t/s",
    "spec.volumes[1].hostPath.path → host/path //etc",
    "spec.volumes[2].persistentVolumeClaim.claimName → persistentvolumeclaims t/data",
    "spec.containers[0].ports[0].hostPort → host/port /80",
    "spec.containers[0].envFrom[0].configMapRef.name → configmaps t/from",
    "spec.containers[0].env[0].valueFrom.secretKeyRef.name → secrets t/env",
  ]);
});

test("references that say their kind, or another namespace", () => {
  const binding = {
    metadata: { name: "b", namespace: "t" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    subjects: [
      { kind: "User", name: "ann" },
      { kind: "ServiceAccount", name: "a", namespace: "u" },
    ],
  };
  assert.deepEqual(found("rbac.authorization.k8s.io/v1", "RoleBinding", binding), [
    "subjects[1] → serviceaccounts u/a",
    "roleRef → clusterroles.rbac.authorization.k8s.io /view",
  ]);
  const volume = {
    metadata: { name: "v" },
    spec: { claimRef: { name: "c", namespace: "t" }, azureFile: { secretName: "s", secretNamespace: "u", shareName: "x" } },
  };
  assert.deepEqual(found("v1", "PersistentVolume", volume), ["spec.claimRef → persistentvolumeclaims t/c", "spec.azureFile.secretName → secrets u/s"]);
  const autoscaler = { metadata: { name: "h", namespace: "t" }, spec: { scaleTargetRef: { apiVersion: "example.com/v1", kind: "Widget", name: "w" } } };
  assert.deepEqual(found("autoscaling/v2", "HorizontalPodAutoscaler", autoscaler), ["spec.scaleTargetRef → Widget.example.com t/w"]);
});
