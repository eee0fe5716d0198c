import assert from "node:assert/strict";
import { test } from "node:test";
import { create, update } from "../../../test/support/kind-write.ts";

const volume = (spec: object, metadata: object = {}) => ({ apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "v", ...metadata }, spec });
const CSI = { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], csi: { driver: "a", volumeHandle: "b" } };

test("a new volume has its defaults, and is pending since it was made", () => {
  const { object, errors } = create(volume({ capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/data" } }));
  assert.deepEqual(errors, []);
  assert.deepEqual(object.spec, {
    capacity: { storage: "1Gi" },
    accessModes: ["ReadWriteOnce"],
    hostPath: { path: "/data", type: "" },
    persistentVolumeReclaimPolicy: "Retain",
    volumeMode: "Filesystem",
  });
  assert.deepEqual(object.status, { phase: "Pending", lastPhaseTransitionTime: "2026-01-01T00:00:00Z" });
});

test("each part of the spec is checked, and only one kind of storage may be set", () => {
  const spec = {
    capacity: { storage: "-1Gi", cpu: "1" },
    accessModes: ["ReadWriteOncePod", "Foo", "ReadOnlyMany"],
    persistentVolumeReclaimPolicy: "Foo",
    storageClassName: "A",
    local: { path: "../data" },
    csi: { driver: "a" },
  };
  const { errors } = create(volume(spec, { annotations: { "volume.beta.kubernetes.io/mount-options": "x" } }));
  assert.deepEqual(errors, [
    'FieldValueNotSupported spec.accessModes: Unsupported value: "Foo": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
    "FieldValueForbidden spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
    'FieldValueNotSupported spec.capacity: Unsupported value: {"cpu":"1","storage":"-1Gi"}: supported values: "storage"',
    "FieldValueInvalid spec.capacity[storage]: Invalid value: -1073741824: must be a valid resource quantity",
    'FieldValueInvalid spec.capacity[storage]: Invalid value: "-1Gi": must be greater than zero',
    'FieldValueNotSupported spec.persistentVolumeReclaimPolicy: Unsupported value: "Foo": supported values: "Delete", "Recycle", "Retain"',
    "FieldValueInvalid spec.local.path: Invalid value: \"../data\": must not contain '..'",
    "FieldValueRequired spec.nodeAffinity: Required value: Local volume requires node affinity",
    "FieldValueForbidden spec.csi: Forbidden: may not specify more than 1 volume type",
    "FieldValueInvalid spec.storageClassName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    "FieldValueForbidden metadata.annotations.volume.beta.kubernetes.io/mount-options: Forbidden: may not specify mount options for this volume type",
  ]);
});

test("a volume of no kind, and one that would empty the host", () => {
  assert.deepEqual(create(volume({ capacity: { storage: "1" }, accessModes: ["ReadWriteOnce"] })).errors, [
    "FieldValueRequired spec: Required value: must specify a volume type",
  ]);
  const root = create(
    volume({ capacity: { storage: "1" }, accessModes: ["ReadWriteOnce"], persistentVolumeReclaimPolicy: "Recycle", hostPath: { path: "/./" } }),
  );
  assert.deepEqual(root.errors, ["FieldValueForbidden spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"]);
  assert.deepEqual(root.warnings, [
    "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
  ]);
});

test("where the storage is stays, but the secret for growing may be added", () => {
  const before = volume(CSI);
  const secret = { name: "s", namespace: "t" };
  assert.deepEqual(update(before, volume({ ...CSI, csi: { ...CSI.csi, controllerExpandSecretRef: secret } })).errors, []);
  assert.deepEqual(update(before, volume({ ...CSI, csi: { ...CSI.csi, driver: "c" } })).errors, [
    'FieldValueForbidden spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n-  csi.driver: "a"\n+  csi.driver: "c"\n',
  ]);
});

test("a node label of old may get its new name in an affinity, which is fixed otherwise", () => {
  const on = (key: string, value: string) => {
    const matchExpressions = [{ key, operator: "In", values: [value] }];
    return volume({ ...CSI, nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } } });
  };
  const before = on("beta.kubernetes.io/os", "linux");
  assert.deepEqual(update(before, on("kubernetes.io/os", "linux")).errors, []);
  assert.match(update(before, on("kubernetes.io/os", "windows")).errors[0] ?? "", /: field is immutable, except for updating from beta label to GA$/);
});

test("the status says when its phase last changed", () => {
  const bound = { ...volume(CSI), status: { phase: "Bound" } };
  const { object } = update({ ...volume(CSI), status: { phase: "Available", lastPhaseTransitionTime: "2020-01-01T00:00:00Z" } }, bound, "status");
  assert.deepEqual(object.status, { phase: "Bound", lastPhaseTransitionTime: "2026-01-01T00:00:00Z" });
});
