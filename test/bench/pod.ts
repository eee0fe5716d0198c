/** A pod as a cluster holds it: two containers, a token volume, probes, status, managed fields. */

const probe = {
  httpGet: { path: "/healthz", port: 8080, scheme: "HTTP" },
  initialDelaySeconds: 5,
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
};
const tokenMount = { name: "kube-api-access-x7k2p", readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" };
const TIME = "2026-11-24T11:00:00Z";

function container(name: string): object {
  return {
    name,
    image: `registry.example.com/team/${name}:v1.2.3`,
    args: ["--v=2", "--listen=:8080"],
    ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
    env: [
      { name: "POD_NAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } },
      { name: "LOG_LEVEL", value: "info" },
      { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
    ],
    resources: { limits: { cpu: "500m", memory: "256Mi" }, requests: { cpu: "100m", memory: "128Mi" } },
    volumeMounts: [{ name: "data", mountPath: "/data" }, tokenMount],
    livenessProbe: probe,
    readinessProbe: probe,
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: "IfNotPresent",
    securityContext: { capabilities: { drop: ["ALL"] }, runAsNonRoot: true, allowPrivilegeEscalation: false },
  };
}

const condition = (type: string) => ({ type, observedGeneration: 1, status: "True", lastProbeTime: null, lastTransitionTime: TIME });
const owned = {
  "f:metadata": { "f:generateName": {}, "f:labels": { ".": {}, "f:app": {}, "f:pod-template-hash": {} } },
  "f:spec": { "f:containers": { 'k:{"name":"web"}': { ".": {}, "f:image": {}, "f:name": {} } } },
};

export const runningPod = {
  kind: "Pod",
  apiVersion: "v1",
  metadata: {
    name: "web-5d4f8c7b9-x7k2p",
    generateName: "web-5d4f8c7b9-",
    namespace: "production",
    uid: "0b5a1d2e-6a59-4f0e-9a6c-6c1f7d6f8f1a",
    resourceVersion: "123456",
    generation: 1,
    creationTimestamp: TIME,
    labels: { app: "web", "pod-template-hash": "5d4f8c7b9", tier: "frontend" },
    annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "8080" },
    ownerReferences: [
      {
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        name: "web-5d4f8c7b9",
        uid: "6f1c2f6e-8c55-4c36-8a0e-3f3f4b1f7d11",
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
    managedFields: [
      { manager: "kube-controller-manager", operation: "Update", apiVersion: "v1", time: TIME, fieldsType: "FieldsV1", fieldsV1: owned },
      {
        manager: "kubelet",
        operation: "Update",
        apiVersion: "v1",
        time: TIME,
        fieldsType: "FieldsV1",
        fieldsV1: { "f:status": { "f:phase": {} } },
        subresource: "status",
      },
    ],
  },
  spec: {
    volumes: [
      { name: "data", emptyDir: { sizeLimit: "1Gi" } },
      {
        name: "kube-api-access-x7k2p",
        projected: {
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
            { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
            { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
          ],
          defaultMode: 420,
        },
      },
    ],
    containers: [container("web"), container("proxy")],
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    serviceAccountName: "default",
    serviceAccount: "default",
    nodeName: "node-1",
    securityContext: { seccompProfile: { type: "RuntimeDefault" } },
    schedulerName: "default-scheduler",
    tolerations: [
      { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
      { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
    ],
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: "PreemptLowerPriority",
  },
  status: {
    observedGeneration: 1,
    phase: "Running",
    conditions: ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map(condition),
    hostIP: "192.168.1.10",
    podIP: "10.244.1.5",
    podIPs: [{ ip: "10.244.1.5" }],
    startTime: TIME,
    containerStatuses: ["proxy", "web"].map((name) => ({
      name,
      state: { running: { startedAt: TIME } },
      lastState: {},
      ready: true,
      restartCount: 0,
      image: `registry.example.com/team/${name}:v1.2.3`,
      imageID: "registry.example.com/team/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
      containerID: "containerd://0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
      started: true,
    })),
    qosClass: "Burstable",
  },
};
