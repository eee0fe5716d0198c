/** A pod's sandbox, as the runtime is asked for it. */

import type { PodSandboxConfig } from "../../runtime/cri/cri.ts";
import { type AgentPod, graceSeconds } from "../agent-pod.ts";
import { type NodeDns, podDns } from "./dns.ts";
import { hostNames, kernelHostname } from "./hosts-file.ts";
import { ANNOTATION, type NodeFolders, podLabels, podLogFolder } from "./names.ts";
import { namespaceOptions, supplementalGroups } from "./security.ts";

export interface SandboxFacts {
  readonly pod: AgentPod;
  readonly attempt: number;
  readonly dns: NodeDns;
  readonly folders: NodeFolders;
  readonly cgroup: string;
}

/** @throws Error where the pod's host name can't be */
export function sandboxConfig({ pod, attempt, dns, folders, cgroup }: SandboxFacts): PodSandboxConfig {
  const { metadata, spec } = pod;
  const { runAsUser, runAsGroup, sysctls = [] } = spec.securityContext ?? {};
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  return {
    metadata: { name: metadata.name, namespace: metadata.namespace, uid: metadata.uid, attempt },
    // In the node's network the host name is the node's, and the runtime can't set it.
    hostname: spec.hostNetwork ? "" : kernelHostname(pod, hostNames(pod, dns.clusterDomain)),
    log_directory: podLogFolder(folders, pod),
    dns_config: podDns(pod, dns),
    labels: podLabels(pod),
    annotations: { [ANNOTATION.graceSeconds]: String(graceSeconds(pod)) },
    linux: {
      cgroup_parent: cgroup,
      sysctls: Object.fromEntries(sysctls.map(({ name, value }) => [name, value])),
      security_context: {
        namespace_options: namespaceOptions(spec),
        privileged: containers.some(({ securityContext }) => securityContext?.privileged === true),
        ...(runAsUser !== undefined && { run_as_user: { value: Number(runAsUser) } }),
        ...(runAsGroup !== undefined && { run_as_group: { value: Number(runAsGroup) } }),
        supplemental_groups: supplementalGroups(spec),
        seccomp: { profile_type: "RuntimeDefault" },
      },
    },
  };
}
