/** Deployments, ReplicaSets, DaemonSets and StatefulSets: what they share, and what each has for itself. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { create, kindFor, NOW, update } from "../../../test/support/kind-write.ts";
import type { KubeObject } from "../kind.ts";

const TEMPLATE = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } };
const of = (kind: string, spec: object = {}, status?: object) => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "d", namespace: "t" },
  spec: { selector: { matchLabels: { a: "b" } }, template: TEMPLATE, ...spec },
  ...(status && { status }),
});
/** Without the selector and the template. */
function ownSpec(kind: string): object {
  const { object, errors } = create(of(kind));
  assert.deepEqual(errors, []);
  const { selector: _, template: __, ...rest } = object.spec as Record<string, unknown>;
  return rest;
}

test("the defaults", () => {
  assert.deepEqual(ownSpec("Deployment"), {
    replicas: 1,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
  assert.deepEqual(ownSpec("ReplicaSet"), { replicas: 1 });
  assert.deepEqual(ownSpec("DaemonSet"), {
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    revisionHistoryLimit: 10,
  });
  assert.deepEqual(ownSpec("StatefulSet"), {
    replicas: 1,
    serviceName: "",
    podManagementPolicy: "OrderedReady",
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0, maxUnavailable: 1 } },
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
  });
});

for (const kind of ["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"]) {
  test(`${kind}: the selector selects the template's pods, and stays`, () => {
    const selector = { matchLabels: { x: "y" } };
    assert.deepEqual(create(of(kind, { selector })).errors, [
      'FieldValueInvalid spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
    ]);
    const labels = { a: "b", c: "d" };
    const more = { selector: { matchLabels: labels }, template: { ...TEMPLATE, metadata: { labels } } };
    assert.deepEqual(update(of(kind), of(kind, more)).errors, [
      'FieldValueInvalid spec.selector: Invalid value: {"matchLabels":{"a":"b","c":"d"}}: field is immutable',
    ]);
  });

  test(`${kind}: amounts aren't negative`, () => {
    const { errors, warnings } = create(of(kind, { replicas: -1, minReadySeconds: -1, revisionHistoryLimit: -1 }));
    const expected = ["replicas", "minReadySeconds", "revisionHistoryLimit"]
      .filter((name) => !(name === "replicas" && kind === "DaemonSet") && !(name === "revisionHistoryLimit" && /Set$/.test(kind) && kind !== "DaemonSet"))
      .map((name) => `FieldValueInvalid spec.${name}: Invalid value: -1: must be greater than or equal to 0`);
    assert.deepEqual(errors, expected);
    const advice = "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended";
    assert.deepEqual(warnings, kind === "StatefulSet" ? [advice] : []);
  });

  test(`${kind}: an update leaves the status`, () => {
    const { object } = update(of(kind, {}, { observedGeneration: 3 }), of(kind, { minReadySeconds: 2 }, { observedGeneration: 4 }));
    assert.partialDeepStrictEqual(object, { spec: { minReadySeconds: 2 }, status: { observedGeneration: 3 } });
  });
}

test("Deployment: a rollout can get on", () => {
  const rollingUpdate = { maxSurge: 0, maxUnavailable: "0%" };
  assert.deepEqual(create(of("Deployment", { strategy: { rollingUpdate }, minReadySeconds: 700 })).errors, [
    'FieldValueInvalid spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
    "FieldValueInvalid spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds",
  ]);
  assert.deepEqual(create(of("Deployment", { strategy: { type: "Recreate", rollingUpdate: {} } })).errors, [
    "FieldValueForbidden spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ]);
});

test("Deployment: its pods run for ever", () => {
  const template = { ...TEMPLATE, spec: { ...TEMPLATE.spec, restartPolicy: "Never", activeDeadlineSeconds: 1 } };
  assert.deepEqual(create(of("Deployment", { template })).errors, [
    'FieldValueNotSupported spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    "FieldValueForbidden spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported",
  ]);
});

test("Deployment: the numbers of a status fit together", () => {
  const status = { replicas: 1, updatedReplicas: 2, readyReplicas: 3, availableReplicas: 4 };
  assert.deepEqual(update(of("Deployment"), of("Deployment", {}, status), "status").errors, [
    "FieldValueInvalid status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas",
    "FieldValueInvalid status.readyReplicas: Invalid value: 3: cannot be greater than status.replicas",
    "FieldValueInvalid status.availableReplicas: Invalid value: 4: cannot be greater than status.replicas",
    "FieldValueInvalid status.availableReplicas: Invalid value: 4: cannot be greater than readyReplicas",
  ]);
});

test("StatefulSet: what its pods are called and how they come stays", () => {
  assert.deepEqual(update(of("StatefulSet", { serviceName: "x" }), of("StatefulSet", { serviceName: "y", podManagementPolicy: "Parallel" })).errors, [
    'FieldValueInvalid spec.serviceName: Invalid value: "y": field is immutable',
    'FieldValueInvalid spec.podManagementPolicy: Invalid value: "Parallel": field is immutable',
  ]);
});

test("StatefulSet: its policies", () => {
  const spec = {
    podManagementPolicy: "X",
    updateStrategy: { type: "OnDelete", rollingUpdate: {} },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Foo" },
    ordinals: { start: -1 },
  };
  assert.deepEqual(create(of("StatefulSet", spec)).errors, [
    "FieldValueInvalid spec.podManagementPolicy: Invalid value: \"X\": must be 'OrderedReady' or 'Parallel'",
    "FieldValueInvalid spec.updateStrategy.rollingUpdate: Invalid value: {}: only allowed for updateStrategy 'RollingUpdate'",
    'FieldValueNotSupported spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Foo": supported values: "Retain", "Delete"',
    "FieldValueInvalid spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0",
  ]);
});

test("the columns", () => {
  const status = { replicas: 2, readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1 };
  const daemons = { desiredNumberScheduled: 4, currentNumberScheduled: 3, numberReady: 2, updatedNumberScheduled: 1, numberAvailable: 2 };
  const cells = (kind: string) => {
    const object = of(kind, { replicas: 3 }, { ...status, ...daemons }) as KubeObject;
    return kindFor("apps/v1", kind).rules.columns?.map((column) => column.value(object, NOW));
  };
  assert.deepEqual(cells("Deployment"), ["d", "1/3", 2, 1, "<unknown>", "c", "i", "a=b"]);
  assert.deepEqual(cells("ReplicaSet"), ["d", 3, 2, 1, "<unknown>", "c", "i", "a=b"]);
  assert.deepEqual(cells("DaemonSet"), ["d", 4, 3, 2, 1, 2, "<none>", "<unknown>", "c", "i", "a=b"]);
  assert.deepEqual(cells("StatefulSet"), ["d", "1/3", "<unknown>", "c", "i"]);
});
