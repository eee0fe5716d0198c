/** Pods, and workloads of pods, as drills make them: `restricted` in every field, and never placed on a node. */

import type { Container, Pod, PodSpec } from "../api/tables/core-v1.ts";
import type { Sample, Writing } from "./spelling.ts";

/** A name that no scheduler has: the pods of drills wait for it for ever, so that an attack that succeeds does no harm. */
const SCHEDULER = "drill";

export function restrictedContainer(name = "main"): Container {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
  return { name, image: "registry.invalid/drill:1", securityContext };
}

export function restrictedSpec(): PodSpec {
  return { schedulerName: SCHEDULER, automountServiceAccountToken: false, containers: [restrictedContainer()] };
}

export function podOf(name: string, spec: PodSpec): Sample & Pod {
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec };
}

/** A kind whose objects hold a pod. */
export interface Workload extends Writing {
  readonly kind: string;
  /** Where the pod's spec stands in it: `spec.template.spec`. */
  readonly at: string;
  make(name: string, spec: PodSpec): Sample;
}

const LABELS = { drill: "pod" };
const template = (spec: PodSpec, restartPolicy = "Always") => ({ metadata: { labels: LABELS }, spec: { ...spec, restartPolicy } });
const selector = { matchLabels: LABELS };
/** No node has this label. */
const nowhere = { nodeSelector: { "drill.invalid/none": "true" } };

/** @returns all workload kinds, with the paths of a namespace; none of what they make starts a pod */
export function workloads(namespace: string): Workload[] {
  const core = `/api/v1/namespaces/${namespace}`;
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  const batch = `/apis/batch/v1/namespaces/${namespace}`;
  const make = (apiVersion: string, kind: string, spec: (pod: PodSpec) => unknown) => (name: string, pod: PodSpec) => ({
    apiVersion,
    kind,
    metadata: { name },
    spec: spec(pod),
  });
  const replicated = (kind: string, resource: string, more: object = {}): Workload => ({
    kind,
    path: `${apps}/${resource}`,
    schema: `apps.v1.${kind}`,
    at: "spec.template.spec",
    make: make("apps/v1", kind, (pod) => ({ replicas: 0, selector, template: template(pod), ...more })),
  });
  const job = (pod: PodSpec) => ({ suspend: true, template: template(pod, "Never") });
  return [
    replicated("Deployment", "deployments"),
    replicated("ReplicaSet", "replicasets"),
    replicated("StatefulSet", "statefulsets", { serviceName: "drill" }),
    {
      ...replicated("DaemonSet", "daemonsets"),
      make: make("apps/v1", "DaemonSet", (pod) => ({ selector, template: template({ ...pod, ...nowhere }) })),
    },
    { kind: "Job", path: `${batch}/jobs`, schema: "batch.v1.Job", at: "spec.template.spec", make: make("batch/v1", "Job", job) },
    {
      kind: "CronJob",
      path: `${batch}/cronjobs`,
      schema: "batch.v1.CronJob",
      at: "spec.jobTemplate.spec.template.spec",
      make: make("batch/v1", "CronJob", (pod) => ({ schedule: "0 0 29 2 *", suspend: true, jobTemplate: { spec: job(pod) } })),
    },
    {
      kind: "ReplicationController",
      path: `${core}/replicationcontrollers`,
      schema: "core.v1.ReplicationController",
      at: "spec.template.spec",
      make: make("v1", "ReplicationController", (pod) => ({ replicas: 0, selector: LABELS, template: template(pod) })),
    },
    {
      kind: "PodTemplate",
      path: `${core}/podtemplates`,
      schema: "core.v1.PodTemplate",
      at: "template.spec",
      make: (name, pod) => ({ apiVersion: "v1", kind: "PodTemplate", metadata: { name }, template: template(pod) }),
    },
  ];
}
