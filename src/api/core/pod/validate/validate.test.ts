/** What Kubernetes refuses in pods, in its own words: the messages were taken from kube-apiserver v1.37.2. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { create, update } from "../../../../../test/support/kind-write.ts";

const SPEC = { serviceAccountName: "default", containers: [{ name: "c", image: "x" }] };
const pod = (spec: object = {}, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "t", ...metadata },
  spec: { ...SPEC, ...spec },
});
const errorsOf = (spec: object, metadata: object = {}) => create(pod(spec, metadata)).errors;

test("a good pod has no errors", () => {
  assert.deepEqual(errorsOf({}), []);
});

test("containers", () => {
  assert.deepEqual(errorsOf({ containers: [] }), ["FieldValueRequired spec.containers: Required value"]);
  assert.deepEqual(
    errorsOf({
      containers: [
        { name: "c", image: " x", imagePullPolicy: "Foo", ports: [{ containerPort: 0 }, { containerPort: 80, hostPort: 80 }] },
        { name: "c", image: "", terminationMessagePolicy: "Bar", ports: [{ containerPort: 81, hostPort: 80 }] },
      ],
    }),
    [
      "FieldValueRequired spec.containers[0].ports[0].containerPort: Required value",
      'FieldValueNotSupported spec.containers[0].imagePullPolicy: Unsupported value: "Foo": supported values: "Always", "IfNotPresent", "Never"',
      "FieldValueRequired spec.containers[1].image: Required value",
      'FieldValueNotSupported spec.containers[1].terminationMessagePolicy: Unsupported value: "Bar": supported values: "File", "FallbackToLogsOnError"',
      'FieldValueDuplicate spec.containers[1].name: Duplicate value: "c"',
      'FieldValueDuplicate spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"',
      'FieldValueInvalid spec.containers[0].image: Invalid value: " x": must not have leading or trailing whitespace',
    ],
  );
});

test("environment, mounts, probes and resources", () => {
  const container = {
    name: "c",
    image: "x",
    env: [
      { name: "A", value: "x", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "B", valueFrom: { fieldRef: { fieldPath: "foo" } } },
    ],
    volumeMounts: [{ name: "nope", mountPath: "/a" }],
    livenessProbe: { exec: { command: ["a"] }, successThreshold: 2 },
    readinessProbe: {},
    resources: { limits: { cpu: "1" }, requests: { cpu: "2", foo: "1" } },
  };
  assert.deepEqual(errorsOf({ containers: [container] }), [
    'FieldValueInvalid spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
    'FieldValueInvalid spec.containers[0].env[1].valueFrom.fieldRef.fieldPath: Invalid value: "foo": error converting fieldPath: field label not supported: foo',
    'FieldValueNotFound spec.containers[0].volumeMounts[0].name: Not found: "nope"',
    'FieldValueInvalid spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    'FieldValueInvalid spec.containers[0].resources.requests[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
    'FieldValueInvalid spec.containers[0].resources.requests[foo]: Invalid value: "foo": must be a standard resource for containers',
    "FieldValueInvalid spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1",
    "FieldValueRequired spec.containers[0].readinessProbe: Required value: must specify a handler type",
  ]);
});

test("volumes", () => {
  const volumes = [
    { name: "a", emptyDir: {}, hostPath: { path: "/x" } },
    { name: "b", hostPath: { path: "../x", type: "Foo" } },
    { name: "c", secret: { secretName: "" } },
    { name: "d", projected: { sources: [{ serviceAccountToken: { path: "x", expirationSeconds: 5 } }] } },
    { name: "e", ephemeral: { volumeClaimTemplate: { spec: {} } } },
  ];
  assert.deepEqual(errorsOf({ volumes }), [
    "FieldValueForbidden spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type",
    "FieldValueInvalid spec.volumes[1].hostPath.path: Invalid value: \"../x\": must not contain '..'",
    'FieldValueNotSupported spec.volumes[1].hostPath.type: Unsupported value: "Foo": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
    "FieldValueRequired spec.volumes[2].secret.secretName: Required value",
    "FieldValueInvalid spec.volumes[3].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes",
    "FieldValueRequired spec.volumes[4].ephemeral.volumeClaimTemplate.spec.accessModes: Required value: at least 1 access mode is required",
    "FieldValueRequired spec.volumes[4].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value",
  ]);
});

test("placement, security and what only a new pod may not have", () => {
  assert.deepEqual(
    errorsOf({
      nodeName: "n",
      schedulingGates: [{ name: "a/b" }],
      ephemeralContainers: [{ name: "e", image: "x", ports: [{ containerPort: 1 }] }],
      tolerations: [{ operator: "Equal" }],
      securityContext: { runAsUser: -1, seccompProfile: { type: "Localhost" } },
      topologySpreadConstraints: [{ maxSkew: 0, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", labelSelector: {} }],
    }),
    [
      "FieldValueForbidden spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container",
      "FieldValueInvalid spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
      "FieldValueRequired spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost",
      "FieldValueInvalid spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero",
      'FieldValueInvalid spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      "FieldValueForbidden spec.ephemeralContainers: Forbidden: cannot be set on create",
      "FieldValueForbidden spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared",
    ],
  );
});

test("an update may change images and tolerations, and add nothing else", () => {
  assert.deepEqual(update(pod(), pod({ containers: [{ name: "c", image: "y" }], tolerations: [{ operator: "Exists" }], activeDeadlineSeconds: 5 })).errors, []);
  assert.deepEqual(update(pod(), pod({ containers: [...SPEC.containers, { name: "d", image: "x" }] })).errors, [
    "FieldValueForbidden spec.containers: Forbidden: pod updates may not add or remove containers",
  ]);
  assert.deepEqual(update(pod({ activeDeadlineSeconds: 5 }), pod({ activeDeadlineSeconds: 6 })).errors, [
    "FieldValueInvalid spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value",
  ]);
  assert.deepEqual(update(pod({ tolerations: [{ key: "a" }] }), pod()).errors, [
    "FieldValueForbidden spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
  ]);
  const [error = "", ...others] = update(pod(), pod({ hostname: "h" })).errors;
  assert.deepEqual(others, []);
  assert.match(error, /^FieldValueForbidden spec: Forbidden: pod updates may not change fields other than `spec.containers\[\*\].image`,/);
  assert.match(error, /\n\+ {2}hostname: "h"\n$/);
});

test("a gated pod can be narrowed, not widened", () => {
  const gated = (more: object) => pod({ schedulingGates: [{ name: "a/b" }], ...more });
  assert.deepEqual(update(gated({}), gated({ nodeSelector: { a: "b" } })).errors, []);
  assert.deepEqual(update(gated({ nodeSelector: { a: "b" } }), gated({})).errors, [
    "FieldValueInvalid spec.nodeSelector: Invalid value: null: only additions to spec.nodeSelector are allowed (no mutations or deletions)",
  ]);
  assert.deepEqual(update(gated({}), gated({ schedulingGates: [{ name: "a/b" }, { name: "c/d" }] })).errors, [
    "FieldValueForbidden spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'c/d'",
  ]);
});

test("ephemeral containers come and stay as they are; nothing else changes at that endpoint", () => {
  const debug = { name: "e", image: "x" };
  const added = update(pod(), pod({ ephemeralContainers: [debug], hostname: "h" }, { labels: { a: "b" } }), "ephemeralcontainers");
  assert.deepEqual(added.errors, []);
  const { spec, metadata } = added.object as { spec: Record<string, unknown>; metadata: Record<string, unknown> };
  assert.deepEqual([spec.hostname, metadata.labels], [undefined, undefined]);
  assert.deepEqual(update(pod({ ephemeralContainers: [debug] }), pod(), "ephemeralcontainers").errors, [
    'FieldValueForbidden spec.ephemeralContainers: Forbidden: existing ephemeral containers "e" may not be removed\n',
  ]);
});

test("a resize changes processors and memory within the class of service", () => {
  const sized = (requests: object, more: object = {}) => pod({ containers: [{ name: "c", image: "x", resources: { requests }, ...more }] });
  const resized = update(sized({ cpu: "1" }), sized({ cpu: "2" }, { image: "y" }), "resize");
  assert.deepEqual(resized.errors, []);
  const { spec } = resized.object as { spec: { containers: { image: string; resources: object }[] } };
  assert.deepEqual([spec.containers[0]?.image, spec.containers[0]?.resources], ["x", { requests: { cpu: "2" } }]);
  assert.deepEqual(update(sized({ cpu: "1", memory: "1Gi" }), sized({ cpu: "1" }), "resize").errors, [
    "FieldValueForbidden spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed",
  ]);
  assert.deepEqual(update(sized({ cpu: "1" }), sized({ cpu: "1", "ephemeral-storage": "1Gi" }), "resize").errors, [
    "FieldValueForbidden spec: Forbidden: only cpu and memory resources are mutable",
  ]);
});

test("a status update keeps the spec, the class of service and what it doesn't know", () => {
  const status = { phase: "Running", qosClass: "BestEffort", conditions: [{ type: "Ready", status: "False", observedGeneration: 2 }] };
  const next = { ...pod({ hostname: "h" }), status: { phase: "Running", podIP: "10.0.0.1", conditions: [{ type: "Ready", status: "True" }] } };
  const written = update({ ...pod(), status }, next, "status");
  assert.deepEqual(written.errors, []);
  const object = written.object as { spec: { hostname?: string }; status: Record<string, unknown> };
  assert.equal(object.spec.hostname, undefined);
  assert.deepEqual(object.status, {
    phase: "Running",
    conditions: [{ type: "Ready", observedGeneration: 2, status: "True", lastProbeTime: null, lastTransitionTime: null }],
    podIP: "10.0.0.1",
    podIPs: [{ ip: "10.0.0.1" }],
    qosClass: "BestEffort",
  });
});

test("a container that has ended for good stays ended", () => {
  const ended = { name: "c", image: "x", imageID: "", ready: false, restartCount: 0, state: { terminated: { exitCode: 0 } } };
  const running = { ...ended, state: { running: {} } };
  const at = (containerStatuses: object[]) => ({ ...pod({ restartPolicy: "OnFailure" }), status: { containerStatuses } });
  assert.deepEqual(update(at([ended]), at([running]), "status").errors, [
    "FieldValueForbidden status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state",
  ]);
  assert.deepEqual(update(at([{ ...ended, state: { terminated: { exitCode: 1 } } }]), at([running]), "status").errors, []);
});

test("warnings", () => {
  const containers = [{ name: "c", image: "x", ports: [{ containerPort: 80 }, { containerPort: 80 }], env: [{ name: "A" }, { name: "A" }] }];
  const made = create(pod({ containers, nodeSelector: { "beta.kubernetes.io/os": "linux" }, imagePullSecrets: [{ name: "" }] }, { name: "p.q" }));
  assert.deepEqual(made.warnings, [
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
    'spec.imagePullSecrets[0].name: invalid empty name ""',
    'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]",
  ]);
});
