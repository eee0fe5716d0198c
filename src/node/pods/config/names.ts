/** Names, labels and paths that tie what the runtime holds to the pods of the API. Other tools on a node read them, so they are Kubernetes' own. */

import { createHash } from "node:crypto";
import type { Container } from "../../../api/tables/core-v1.ts";
import type { AgentPod } from "../agent-pod.ts";

export const LABEL = {
  podName: "io.kubernetes.pod.name",
  podNamespace: "io.kubernetes.pod.namespace",
  podUid: "io.kubernetes.pod.uid",
  containerName: "io.kubernetes.container.name",
} as const;

export const ANNOTATION = {
  /** Of what a running container can't take over: its image. */
  hash: "io.kubernetes.container.hash",
  restartCount: "io.kubernetes.container.restartCount",
  messagePath: "io.kubernetes.container.terminationMessagePath",
  messagePolicy: "io.kubernetes.container.terminationMessagePolicy",
  /** The grace period of the pod, for one that the API has forgotten. */
  graceSeconds: "io.kubernetes.pod.terminationGracePeriod",
  /** Where the termination message lies outside the container. */
  messageFile: "rampart.io/termination-message-file",
} as const;

export function podLabels({ metadata }: AgentPod): Record<string, string> {
  // The runtime's own labels can't be set by a user's.
  return { ...metadata.labels, [LABEL.podName]: metadata.name, [LABEL.podNamespace]: metadata.namespace, [LABEL.podUid]: metadata.uid };
}

export function containerLabels({ metadata }: AgentPod, container: string): Record<string, string> {
  return {
    [LABEL.containerName]: container,
    [LABEL.podName]: metadata.name,
    [LABEL.podNamespace]: metadata.namespace,
    [LABEL.podUid]: metadata.uid,
  };
}

/** The folders of one agent. */
export interface NodeFolders {
  /** Like /var/lib/kubelet: what pods mount. */
  readonly root: string;
  /** Like /var/log/pods. */
  readonly podLogs: string;
  /** Like /var/log/containers: links that log collectors follow. */
  readonly containerLogs: string;
}

export function podFolder({ root }: NodeFolders, uid: string): string {
  return `${root}/pods/${uid}`;
}

export function podLogFolder({ podLogs }: NodeFolders, { metadata }: AgentPod): string {
  return `${podLogs}/${metadata.namespace}_${metadata.name}_${metadata.uid}`;
}

/** Below the pod's log folder. */
export function logPath(container: string, attempt: number): string {
  return `${container}/${attempt}.log`;
}

export function legacyLogLink({ containerLogs }: NodeFolders, { metadata }: AgentPod, container: string, id: string): string {
  // A file name has at most 255 bytes, and the id must stay whole.
  const head = `${metadata.name}_${metadata.namespace}_${container}`.slice(0, 250 - id.length - 1);
  return `${containerLogs}/${head}-${id}.log`;
}

/** Changes where a container must be made anew to follow its spec. */
export function containerHash({ name, image }: Container): string {
  return createHash("sha256")
    .update(JSON.stringify([name, image]))
    .digest("hex")
    .slice(0, 8);
}
