/** Who a container runs as and what it may do, in the runtime's terms. */

import type { Container, PodSpec, SeccompProfile } from "../../../api/tables/core-v1.ts";
import type { LinuxContainerSecurityContext, NamespaceOption, SecurityProfile } from "../../runtime/cri/cri.ts";
import { type AgentPod, podTitle } from "../agent-pod.ts";
import { ConfigError } from "./environment.ts";

/** Whom the image runs as where the pod says nothing. */
export interface ImageUser {
  readonly uid: number | undefined;
  readonly username: string;
}

/** The runtime masks nothing by itself. */
const MASKED_PATHS = ["asound", "acpi", "interrupts", "kcore", "keys", "latency_stats", "timer_list", "timer_stats", "sched_debug", "scsi"]
  .map((name) => `/proc/${name}`)
  .concat("/sys/firmware", "/sys/devices/virtual/powercap");
const READ_ONLY_PATHS = ["bus", "fs", "irq", "sys", "sysrq-trigger"].map((name) => `/proc/${name}`);

/** @param target id of the container whose processes an ephemeral container sees */
export function namespaceOptions(spec: PodSpec, target?: string): NamespaceOption {
  const own = spec.shareProcessNamespace ? "POD" : "CONTAINER";
  return {
    network: spec.hostNetwork ? "NODE" : "POD",
    ipc: spec.hostIPC ? "NODE" : "POD",
    pid: spec.hostPID ? "NODE" : target ? "TARGET" : own,
    ...(target && !spec.hostPID && { target_id: target }),
  };
}

/** Seccomp is on unless a pod says Unconfined, which admission decides whether it may. @param folder where Localhost profiles lie */
export function seccompProfile(profile: SeccompProfile | undefined, folder: string): SecurityProfile {
  switch (profile?.type ?? "RuntimeDefault") {
    case "Unconfined":
      return { profile_type: "Unconfined" };
    case "Localhost": {
      const path = profile?.localhostProfile ?? "";
      if (!path || path.startsWith("/") || path.split("/").includes(".."))
        throw new ConfigError(`localhostProfile ${JSON.stringify(path)} is no path below the seccomp folder`);
      return { profile_type: "Localhost", localhost_ref: `${folder}/${path}` };
    }
    default:
      return { profile_type: "RuntimeDefault" };
  }
}

export interface SecurityFacts {
  readonly pod: AgentPod;
  readonly container: Container;
  readonly image: ImageUser;
  readonly seccompFolder: string;
  readonly target?: string;
}

/** @throws ConfigError where the image's user breaks runAsNonRoot */
export function securityContext({ pod, container, image, seccompFolder, target }: SecurityFacts): LinuxContainerSecurityContext {
  const own = container.securityContext ?? {};
  const shared = pod.spec.securityContext ?? {};
  const user = own.runAsUser ?? shared.runAsUser;
  const group = own.runAsGroup ?? shared.runAsGroup;
  if (own.runAsNonRoot ?? shared.runAsNonRoot) refuseRoot(pod, container, user === undefined ? undefined : Number(user), image);
  const privileged = own.privileged ?? false;
  const unmasked = own.procMount === "Unmasked";
  return {
    privileged,
    namespace_options: namespaceOptions(pod.spec, target),
    ...(own.capabilities && { capabilities: { add_capabilities: own.capabilities.add ?? [], drop_capabilities: own.capabilities.drop ?? [] } }),
    ...(user !== undefined && { run_as_user: { value: Number(user) } }),
    ...(user === undefined && image.uid !== undefined && { run_as_user: { value: image.uid } }),
    ...(user === undefined && image.uid === undefined && image.username && { run_as_username: image.username }),
    ...(group !== undefined && { run_as_group: { value: Number(group) } }),
    supplemental_groups: supplementalGroups(pod.spec),
    ...(shared.supplementalGroupsPolicy && { supplemental_groups_policy: shared.supplementalGroupsPolicy === "Strict" ? "Strict" : "Merge" }),
    readonly_rootfs: own.readOnlyRootFilesystem ?? false,
    no_new_privs: own.allowPrivilegeEscalation === false,
    ...(!unmasked && { masked_paths: [...MASKED_PATHS], readonly_paths: [...READ_ONLY_PATHS] }),
    // A privileged container has no filter in any case.
    seccomp: privileged ? { profile_type: "Unconfined" } : seccompProfile(own.seccompProfile ?? shared.seccompProfile, seccompFolder),
  };
}

export function supplementalGroups({ securityContext }: PodSpec): number[] {
  const { fsGroup, supplementalGroups = [] } = securityContext ?? {};
  return [...(fsGroup === undefined ? [] : [fsGroup]), ...supplementalGroups].map(Number);
}

function refuseRoot(pod: AgentPod, container: Container, user: number | undefined, image: ImageUser): void {
  const where = `(pod: ${JSON.stringify(podTitle(pod))}, container: ${container.name})`;
  if (user === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${where}`);
  if (user !== undefined) return;
  if (image.uid === 0 || (image.uid === undefined && !image.username)) throw new ConfigError(`container has runAsNonRoot and image will run as root ${where}`);
  if (image.uid === undefined) {
    throw new ConfigError(`container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`);
  }
}
