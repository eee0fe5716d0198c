/** Classes, drivers and attachments: what is filled in, what must be said, what can't change. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  CSIDriver as CSIDriverType,
  CSINode as CSINodeType,
  StorageClass as StorageClassType,
  VolumeAttachment as VolumeAttachmentType,
} from "../tables/storage-v1.ts";
import { CSIDriver } from "./csi-driver.ts";
import { CSINode } from "./csi-node.ts";
import { StorageClass } from "./storage-class.ts";
import { VolumeAttachment } from "./volume-attachment.ts";

const context = { now: 0 };
const fieldsOf = (errors: readonly { field: string }[] | undefined) => errors?.map(({ field }) => field);

test("a class deletes what is given back and binds at once, unless it says otherwise; then it can't change", () => {
  const one: StorageClassType = { metadata: { name: "s" }, provisioner: "example.com/disk" };
  StorageClass.rules.defaults?.(one);
  assert.deepEqual([one.reclaimPolicy, one.volumeBindingMode], ["Delete", "Immediate"]);
  assert.deepEqual(fieldsOf(StorageClass.rules.validate?.(one, context)), []);
  assert.deepEqual(fieldsOf(StorageClass.rules.validateUpdate?.({ ...one, reclaimPolicy: "Retain" }, one, context)), ["reclaimPolicy"]);
});

test("two topologies of a class that say the same are one too many", () => {
  const term = { matchLabelExpressions: [{ key: "zone", values: ["a"] }] };
  const one: StorageClassType = { metadata: { name: "s" }, provisioner: "example.com/disk", volumeBindingMode: "Immediate", allowedTopologies: [term, term] };
  assert.deepEqual(fieldsOf(StorageClass.rules.validate?.(one, context)), ["allowedTopologies[1].matchLabelExpressions"]);
});

test("a driver's first generation is its first change", () => {
  const made: CSIDriverType = { metadata: { name: "d" }, spec: {} };
  CSIDriver.rules.defaults?.(made);
  const next: CSIDriverType = { ...made, metadata: { name: "d" }, spec: { ...made.spec, podInfoOnMount: true } };
  CSIDriver.rules.prepareUpdate?.(next, made, context);
  assert.equal(next.metadata.generation, 1);
});

test("of a node's driver only how much it can hold may change", () => {
  const node = (nodeID: string, count: number): CSINodeType => ({
    metadata: { name: "n" },
    spec: { drivers: [{ name: "d.io", nodeID, allocatable: { count } }] },
  });
  assert.deepEqual(fieldsOf(CSINode.rules.validateUpdate?.(node("a", 4), node("a", 3), context)), []);
  assert.deepEqual(fieldsOf(CSINode.rules.validateUpdate?.(node("b", 3), node("a", 3), context)), ["spec.drivers"]);
});

test("an attachment is of one volume, to one node, for ever", () => {
  const one = (nodeName: string): VolumeAttachmentType => ({
    metadata: { name: "a" },
    spec: { attacher: "d.io", source: { persistentVolumeName: "pv" }, nodeName },
  });
  assert.deepEqual(fieldsOf(VolumeAttachment.rules.validate?.(one("n"), context)), []);
  assert.deepEqual(fieldsOf(VolumeAttachment.rules.validateUpdate?.(one("m"), one("n"), context)), ["spec"]);
  assert.deepEqual(fieldsOf(VolumeAttachment.rules.validate?.({ ...one("n"), spec: { attacher: "", source: {}, nodeName: "n" } }, context)), [
    "spec.attacher",
    "spec.source",
  ]);
});
