/** What a pod says after a client said little: as kube-apiserver v1.37.2 answers. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "../../../../test/support/kind-write.ts";

const pod = (spec: object, metadata: object = {}) => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "p", ...metadata }, spec });

test("a pod of one container is filled in as Kubernetes fills it in", () => {
  const { object } = create(pod({ containers: [{ name: "c", image: "nginx", resources: { limits: { cpu: 1 } }, livenessProbe: { httpGet: { port: 80 } } }] }));
  assert.deepEqual(object.spec, {
    containers: [
      {
        name: "c",
        image: "nginx",
        resources: { limits: { cpu: "1" }, requests: { cpu: "1" } },
        livenessProbe: { httpGet: { path: "/", port: 80, scheme: "HTTP" }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
        terminationMessagePath: "/dev/termination-log",
        terminationMessagePolicy: "File",
        imagePullPolicy: "Always",
      },
    ],
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    enableServiceLinks: true,
  });
  assert.deepEqual(object.status, { phase: "Pending", qosClass: "Burstable" });
});

test("the pull policy follows the image's tag", () => {
  const digest = `sha256:${"1".repeat(64)}`;
  const images = {
    nginx: "Always",
    "nginx:latest": "Always",
    "nginx:1": "IfNotPresent",
    "localhost:5000/x": "Always",
    [`x@${digest}`]: "IfNotPresent",
    X: "IfNotPresent",
  };
  const containers = Object.keys(images).map((image, i) => ({ name: `c${i}`, image }));
  const spec = create(pod({ containers })).object.spec as { containers: { imagePullPolicy: string }[] };
  assert.deepEqual(
    spec.containers.map(({ imagePullPolicy }) => imagePullPolicy),
    Object.values(images),
  );
});

test("fields of features that are off are cleared, and what held only them", () => {
  const container = { name: "c", image: "x", lifecycle: { stopSignal: "SIGHUP" }, volumeMounts: [{ name: "v", mountPath: "/v", bindMountOptions: ["nodev"] }] };
  const { spec } = create(pod({ containers: [container], volumes: [{ name: "v", emptyDir: { mode: 448 } }], schedulingGroup: { podGroupName: "g" } }))
    .object as {
    spec: { containers: object[]; volumes: object[]; schedulingGroup?: object };
  };
  assert.equal("lifecycle" in spec.containers[0]!, false);
  assert.deepEqual((spec.containers[0] as { volumeMounts: object[] }).volumeMounts, [{ name: "v", mountPath: "/v" }]);
  assert.deepEqual(spec.volumes, [{ name: "v", emptyDir: {} }]);
  assert.equal(spec.schedulingGroup, undefined);
});

test("a gated pod says that it waits; label keys become requirements", () => {
  const constraint = { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", labelSelector: {}, matchLabelKeys: ["app", "absent"] };
  const { object } = create(
    pod({ schedulingGates: [{ name: "a/b" }], topologySpreadConstraints: [constraint], containers: [{ name: "c", image: "x" }] }, { labels: { app: "web" } }),
  );
  const { spec, status } = object as { spec: { topologySpreadConstraints: { labelSelector: object }[] }; status: { conditions: object[] } };
  assert.deepEqual(spec.topologySpreadConstraints[0]!.labelSelector, { matchExpressions: [{ key: "app", operator: "In", values: ["web"] }] });
  assert.deepEqual(status.conditions, [
    {
      type: "PodScheduled",
      status: "False",
      lastProbeTime: null,
      lastTransitionTime: "2026-01-01T00:00:00Z",
      reason: "SchedulingGated",
      message: "Scheduling is blocked due to non-empty scheduling gates",
    },
  ]);
});

test("a pod with its own limits requests what its containers request", () => {
  const containers = [
    { name: "a", image: "x", resources: { requests: { cpu: "1", memory: "2Gi" } } },
    { name: "b", image: "x" },
  ];
  const spec = create(pod({ resources: { limits: { cpu: 4 } }, containers })).object.spec as { resources: object };
  assert.deepEqual(spec.resources, { limits: { cpu: "4" }, requests: { cpu: "1", memory: "2Gi" } });
});

test("each class of service", () => {
  const qos = (...resources: object[]) => {
    const containers = resources.map((one, i) => ({ name: `c${i}`, image: "x", resources: one }));
    return (create(pod({ containers })).object.status as { qosClass: string }).qosClass;
  };
  const full = { limits: { cpu: 1, memory: "1Gi" } };
  assert.deepEqual([qos({}), qos(full), qos(full, {}), qos({ requests: { cpu: 1 } })], ["BestEffort", "Guaranteed", "Burstable", "Burstable"]);
});
