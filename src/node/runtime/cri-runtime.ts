/** The container runtime over CRI v1: requests and answers put into the agent's own terms. */

import { type Channel, NOT_FOUND, openChannel, RuntimeError } from "./channel.ts";
import type { ContainerRuntime, ContainerStatus, ContainerSummary, ImageInfo, SandboxStatus, SandboxSummary, StreamRequest } from "./container-runtime.ts";
import type { Container, ContainerStatus as CriContainerStatus, Image, Int64Value, PodSandbox, PodSandboxStatus } from "./cri/cri.ts";
import type { Received } from "./received.ts";

export const POD_UID_LABEL = "io.kubernetes.pod.uid";

const CALL_MS = 10_000;
/** Making and removing things waits for CNI and the disk. */
const CHANGE_MS = 4 * 60_000;
/** A pull ends when the registry ends; the limit is for a dead one. */
const PULL_MS = 60 * 60_000;

const NANOS_PER_MS = 1e6;
const toMs = (nanoseconds: number): number => Math.floor(nanoseconds / NANOS_PER_MS);

/** @param socket path of the runtime's Unix socket */
export function criRuntime(socket: string): ContainerRuntime {
  return runtimeOver(openChannel(socket));
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RuntimeError && error.code === NOT_FOUND) return undefined;
    throw error;
  }
}

function runtimeOver(channel: Channel): ContainerRuntime {
  const byPod = (podUid: string | undefined) => (podUid === undefined ? {} : { filter: { label_selector: { [POD_UID_LABEL]: podUid } } });
  const stream = ({ containerId, command, ...flags }: StreamRequest) => ({ container_id: containerId, ...flags, ...(command && { cmd: [...command] }) });
  return {
    async version() {
      const { runtime_name: name, runtime_version: version } = await channel.call("Version", {}, CALL_MS);
      return { name, version };
    },
    async conditions() {
      const { status } = await channel.call("Status", {}, CALL_MS);
      return status?.conditions ?? [];
    },
    async setPodCidr(cidr) {
      await channel.call("UpdateRuntimeConfig", { runtime_config: { network_config: { pod_cidr: cidr } } }, CALL_MS);
    },

    async runSandbox(config, handler = "") {
      return (await channel.call("RunPodSandbox", { config, runtime_handler: handler }, CHANGE_MS)).pod_sandbox_id;
    },
    async stopSandbox(id) {
      await channel.call("StopPodSandbox", { pod_sandbox_id: id }, CHANGE_MS);
    },
    async removeSandbox(id) {
      await channel.call("RemovePodSandbox", { pod_sandbox_id: id }, CHANGE_MS);
    },
    async listSandboxes(podUid) {
      return (await channel.call("ListPodSandbox", byPod(podUid), CALL_MS)).items.map(toSandbox);
    },
    async sandboxStatus(id) {
      const answer = await orUndefined(channel.call("PodSandboxStatus", { pod_sandbox_id: id }, CALL_MS));
      return answer?.status ? toSandboxStatus(answer.status) : undefined;
    },

    async createContainer(sandboxId, config, sandbox) {
      return (await channel.call("CreateContainer", { pod_sandbox_id: sandboxId, config, sandbox_config: sandbox }, CHANGE_MS)).container_id;
    },
    async startContainer(id) {
      await channel.call("StartContainer", { container_id: id }, CHANGE_MS);
    },
    async stopContainer(id, graceSeconds) {
      await channel.call("StopContainer", { container_id: id, timeout: graceSeconds }, CHANGE_MS + graceSeconds * 1000);
    },
    async removeContainer(id) {
      await channel.call("RemoveContainer", { container_id: id }, CHANGE_MS);
    },
    async listContainers(podUid) {
      return (await channel.call("ListContainers", byPod(podUid), CALL_MS)).containers.map(toContainer);
    },
    async containerStatus(id) {
      const answer = await orUndefined(channel.call("ContainerStatus", { container_id: id }, CALL_MS));
      return answer?.status ? toContainerStatus(answer.status) : undefined;
    },
    async updateResources(id, resources) {
      await channel.call("UpdateContainerResources", { container_id: id, linux: resources }, CALL_MS);
    },
    async reopenLog(id) {
      await channel.call("ReopenContainerLog", { container_id: id }, CALL_MS);
    },

    async execSync(id, command, timeoutMs) {
      const request = { container_id: id, cmd: [...command], timeout: Math.max(1, Math.ceil(timeoutMs / 1000)) };
      const answer = await channel.call("ExecSync", request, timeoutMs + CALL_MS);
      return { stdout: answer.stdout, stderr: answer.stderr, exitCode: answer.exit_code };
    },
    async execUrl(request) {
      return (await channel.call("Exec", stream(request), CALL_MS)).url;
    },
    async attachUrl(request) {
      return (await channel.call("Attach", stream(request), CALL_MS)).url;
    },
    async portForwardUrl(sandboxId, ports) {
      return (await channel.call("PortForward", { pod_sandbox_id: sandboxId, port: [...ports] }, CALL_MS)).url;
    },

    async pullImage(image, sandbox, auth) {
      return (await channel.call("PullImage", { image: { image }, ...(auth && { auth }), ...(sandbox && { sandbox_config: sandbox }) }, PULL_MS)).image_ref;
    },
    async imageStatus(image) {
      const answer = await orUndefined(channel.call("ImageStatus", { image: { image } }, CALL_MS));
      return answer?.image ? toImage(answer.image) : undefined;
    },
    async listImages() {
      return (await channel.call("ListImages", {}, CALL_MS)).images.map(toImage);
    },
    async removeImage(id) {
      await channel.call("RemoveImage", { image: { image: id } }, CHANGE_MS);
    },
    async imageFsUsedBytes() {
      const [fs] = (await channel.call("ImageFsInfo", {}, CALL_MS)).image_filesystems;
      return fs && { mountpoint: fs.fs_id?.mountpoint ?? "", usedBytes: fs.used_bytes?.value ?? 0, inodesUsed: fs.inodes_used?.value ?? 0 };
    },

    async listContainerStats(podUid) {
      return (await channel.call("ListContainerStats", byPod(podUid), CALL_MS)).stats;
    },
    async sandboxStats(id) {
      return (await orUndefined(channel.call("PodSandboxStats", { pod_sandbox_id: id }, CALL_MS)))?.stats ?? undefined;
    },
    close: () => channel.close(),
  };
}

function toSandbox(item: Received<PodSandbox>): SandboxSummary {
  return {
    id: item.id,
    ready: item.state === "SANDBOX_READY",
    createdAtMs: toMs(item.created_at),
    attempt: item.metadata?.attempt ?? 0,
    namespace: item.metadata?.namespace ?? "",
    name: item.metadata?.name ?? "",
    podUid: item.metadata?.uid ?? "",
    labels: item.labels,
    annotations: item.annotations,
  };
}

function toSandboxStatus(item: Received<PodSandboxStatus>): SandboxStatus {
  const first = item.network?.ip;
  const more = item.network?.additional_ips.map(({ ip }) => ip) ?? [];
  return { ...toSandbox({ ...item, runtime_handler: "" }), ips: first ? [first, ...more] : [] };
}

function toContainer(item: Received<Container>): ContainerSummary {
  return {
    id: item.id,
    sandboxId: item.pod_sandbox_id,
    name: item.metadata?.name ?? "",
    attempt: item.metadata?.attempt ?? 0,
    state: item.state,
    createdAtMs: toMs(item.created_at),
    image: item.image?.image ?? "",
    imageRef: item.image_ref,
    labels: item.labels,
    annotations: item.annotations,
  };
}

function toContainerStatus(item: Received<CriContainerStatus>): ContainerStatus {
  const user = item.user?.linux;
  return {
    id: item.id,
    sandboxId: "",
    name: item.metadata?.name ?? "",
    attempt: item.metadata?.attempt ?? 0,
    state: item.state,
    createdAtMs: toMs(item.created_at),
    image: item.image?.image ?? "",
    imageRef: item.image_ref,
    labels: item.labels,
    annotations: item.annotations,
    startedAtMs: toMs(item.started_at),
    finishedAtMs: toMs(item.finished_at),
    exitCode: item.exit_code,
    reason: item.reason,
    message: item.message,
    logPath: item.log_path,
    resources: item.resources?.linux ?? null,
    user: user ? { uid: user.uid, gid: user.gid, supplementalGroups: user.supplemental_groups } : undefined,
  };
}

function toImage(item: Received<Image>): ImageInfo {
  const uid: Received<Int64Value> | null = item.uid;
  return {
    id: item.id,
    repoTags: item.repo_tags,
    repoDigests: item.repo_digests,
    sizeBytes: item.size,
    uid: uid?.value,
    username: item.username,
    pinned: item.pinned,
  };
}
