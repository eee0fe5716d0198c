import assert from "node:assert/strict";
import { test } from "node:test";
import { create, update } from "../../../test/support/kind-write.ts";

const claim = (spec: object, status?: object) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "c", namespace: "t" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
  ...(status && { status }),
});
const dataSource = { kind: "PersistentVolumeClaim", name: "a" };
const FIXED = "FieldValueForbidden spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";

test("the two fields for a source say the same", () => {
  assert.partialDeepStrictEqual(create(claim({ dataSource })).object.spec, { dataSource, dataSourceRef: dataSource, volumeMode: "Filesystem" });
  const other = { apiGroup: "a.b", kind: "Foo", name: "x" };
  assert.partialDeepStrictEqual(create(claim({ dataSourceRef: other })).object.spec, { dataSource: other, dataSourceRef: other });
});

test("what the old field never took is dropped in silence, and so are sources in other namespaces", () => {
  const dropped = create(claim({ dataSource: { kind: "Foo", name: "x" } }));
  assert.deepEqual([dropped.errors, Object.keys(dropped.object.spec as object)], [[], ["accessModes", "resources", "volumeMode"]]);
  const elsewhere = create(claim({ dataSourceRef: { ...dataSource, namespace: "u" } }));
  assert.deepEqual([elsewhere.errors, Object.keys(elsewhere.object.spec as object)], [[], ["accessModes", "resources", "volumeMode"]]);
});

test("a claim asks for storage, in a way that there is", () => {
  assert.deepEqual(create(claim({ accessModes: ["Foo"], resources: {}, volumeMode: "X" })).errors, [
    'FieldValueNotSupported spec.accessModes: Unsupported value: "Foo": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
    "FieldValueRequired spec.resources[storage]: Required value",
    'FieldValueNotSupported spec.volumeMode: Unsupported value: "X": supported values: "Block", "Filesystem"',
  ]);
  assert.deepEqual(create(claim({ resources: { requests: { storage: "0" } } })).errors, [
    'FieldValueInvalid spec.resources[storage]: Invalid value: "0": must be greater than zero',
  ]);
  assert.deepEqual(create(claim({ resources: { requests: { storage: "1500m" } } })).warnings, [
    'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
  ]);
});

test("a claim is bound once, gets a class once, and otherwise stays as it is", () => {
  const errors = (spec: object) => update(claim({}), claim(spec)).errors.map((error) => error.split("\n")[0]);
  assert.deepEqual(errors({ volumeName: "v" }), []);
  assert.deepEqual(errors({ storageClassName: "s" }), []);
  assert.deepEqual(errors({ resources: { requests: { storage: "2Gi" } } }), [FIXED]);
  assert.deepEqual(errors({ volumeMode: "Block" }), [FIXED, 'FieldValueInvalid volumeMode: Invalid value: "Block": field is immutable']);
});

test("a bound claim may grow, and shrink down to what it has", () => {
  const status = { phase: "Bound", capacity: { storage: "1Gi" } };
  const asking = (storage: string) => claim({ resources: { requests: { storage } } });
  const errors = (from: string, to: string) => update({ ...asking(from), status }, asking(to)).errors;
  assert.deepEqual(errors("1Gi", "2Gi"), []);
  assert.deepEqual(errors("3Gi", "2Gi"), []);
  assert.deepEqual(errors("3Gi", "1Gi"), ["FieldValueForbidden spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"]);
});

test("a status names only storage, and a known state of resizing", () => {
  const status = { allocatedResources: { cpu: "1", "a.b/c": "1" }, allocatedResourceStatuses: { storage: "Foo" } };
  assert.deepEqual(update(claim({}), claim({}, status), "status").errors, [
    'FieldValueNotSupported status.allocatedResourceStatuses: Unsupported value: "storage": supported values: "ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"',
    'FieldValueNotSupported status.allocatedResources: Unsupported value: "cpu": supported values: "storage"',
  ]);
});
