import assert from "node:assert/strict";
import { test } from "node:test";
import { create, kindFor, NOW } from "../../../test/support/kind-write.ts";
import type { KubeObject } from "../kind.ts";

const POD = { kind: "Pod", namespace: "t", name: "p", apiVersion: "v1" };
const event = (more: object) => ({ apiVersion: "v1", kind: "Event", metadata: { name: "e", namespace: "t" }, involvedObject: POD, ...more });

test("an event of old says little, and one of today who did what", () => {
  assert.deepEqual(create(event({ reason: "r", message: "m", type: "Normal", source: { component: "c" } })).errors, []);
  const { errors } = create(event({ eventTime: "2026-01-01T00:00:00.000000Z", reportingComponent: "a.b/c" }));
  assert.deepEqual(errors, [
    "FieldValueRequired reportingInstance: Required value",
    "FieldValueRequired action: Required value",
    "FieldValueRequired reason: Required value",
  ]);
});

test("an event stands beside its object; one of the cluster's objects in the default namespace", () => {
  const wrong = ['FieldValueInvalid involvedObject.namespace: Invalid value: "u": does not match event.namespace'];
  assert.deepEqual(create(event({ involvedObject: { ...POD, namespace: "u" } })).errors, wrong);
  assert.deepEqual(create(event({ metadata: { name: "e", namespace: "default" }, involvedObject: { kind: "Node", apiVersion: "v1", name: "n" } })).errors, []);
});

test("the columns count from the last time", () => {
  const one = event({
    type: "Warning",
    reason: "r",
    message: " m\n",
    count: 3,
    firstTimestamp: "2025-12-31T23:00:00Z",
    lastTimestamp: "2025-12-31T23:59:00Z",
  }) as KubeObject;
  const cells = kindFor("v1", "Event").rules.columns?.map((column) => column.value(one, NOW));
  assert.deepEqual(cells, ["60s", "Warning", "r", "pod/p", "", "", "m", "60m", 3, "e"]);
});
