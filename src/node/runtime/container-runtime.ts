/** What the agent asks of a container runtime. One implementation: CRI v1 (cri-runtime.ts). */

import type { AuthConfig, ContainerConfig, ContainerState, ContainerStats, LinuxContainerResources, PodSandboxConfig, PodSandboxStats } from "./cri/cri.ts";
import type { Received } from "./received.ts";

export interface RuntimeVersion {
  readonly name: string;
  readonly version: string;
}

/** One of the runtime's own conditions: RuntimeReady, NetworkReady. */
export interface RuntimeCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface SandboxSummary {
  readonly id: string;
  readonly ready: boolean;
  readonly createdAtMs: number;
  readonly attempt: number;
  readonly namespace: string;
  readonly name: string;
  readonly podUid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface SandboxStatus extends SandboxSummary {
  /** The first is the pod's IP; empty for pods in the node's network. */
  readonly ips: readonly string[];
}

export interface ContainerSummary {
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: ContainerState;
  readonly createdAtMs: number;
  /** What the runtime calls the image; an id where it knows no name. */
  readonly image: string;
  readonly imageRef: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerStatus extends ContainerSummary {
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly exitCode: number;
  /** Completed, Error, OOMKilled, StartError … Meaningful for an exited container only. */
  readonly reason: string;
  readonly message: string;
  readonly logPath: string;
  readonly resources: Received<LinuxContainerResources> | null;
  readonly user: { readonly uid: number; readonly gid: number; readonly supplementalGroups: readonly number[] } | undefined;
}

export interface ExecResult {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly exitCode: number;
}

export interface StreamRequest {
  readonly containerId: string;
  /** For exec only. */
  readonly command?: readonly string[];
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

export interface ImageInfo {
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly sizeBytes: number;
  /** The uid that the image runs as; undefined where it names a user or says nothing. */
  readonly uid: number | undefined;
  readonly username: string;
  readonly pinned: boolean;
}

/** Every method throws RuntimeError, with the runtime's own words. */
export interface ContainerRuntime {
  version(): Promise<RuntimeVersion>;
  conditions(): Promise<readonly RuntimeCondition[]>;
  /** Tells the runtime the node's pod CIDR, for runtimes that write their own network configuration. */
  setPodCidr(cidr: string): Promise<void>;

  runSandbox(config: PodSandboxConfig, handler?: string): Promise<string>;
  /** Idempotent; stops the containers too and gives the network back. */
  stopSandbox(id: string): Promise<void>;
  removeSandbox(id: string): Promise<void>;
  listSandboxes(podUid?: string): Promise<readonly SandboxSummary[]>;
  /** @returns undefined where there is no such sandbox */
  sandboxStatus(id: string): Promise<SandboxStatus | undefined>;

  createContainer(sandboxId: string, config: ContainerConfig, sandbox: PodSandboxConfig): Promise<string>;
  startContainer(id: string): Promise<void>;
  /** TERM, then KILL after the grace; returns when the container has stopped. */
  stopContainer(id: string, graceSeconds: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  listContainers(podUid?: string): Promise<readonly ContainerSummary[]>;
  containerStatus(id: string): Promise<ContainerStatus | undefined>;
  updateResources(id: string, resources: LinuxContainerResources): Promise<void>;
  /** After a rotation: the runtime opens the log's path anew. */
  reopenLog(id: string): Promise<void>;

  /** Runs a command to its end, output kept in memory. @throws RuntimeError with code 4 when it took longer */
  execSync(id: string, command: readonly string[], timeoutMs: number): Promise<ExecResult>;
  /** @returns a one-time URL of the runtime's streaming server */
  execUrl(request: StreamRequest): Promise<string>;
  attachUrl(request: StreamRequest): Promise<string>;
  portForwardUrl(sandboxId: string, ports: readonly number[]): Promise<string>;

  /** @returns the image's reference (its id) */
  pullImage(image: string, sandbox: PodSandboxConfig | undefined, auth?: AuthConfig): Promise<string>;
  imageStatus(image: string): Promise<ImageInfo | undefined>;
  listImages(): Promise<readonly ImageInfo[]>;
  /** Removes every name of the image: go by id. */
  removeImage(id: string): Promise<void>;
  imageFsUsedBytes(): Promise<{ readonly mountpoint: string; readonly usedBytes: number; readonly inodesUsed: number } | undefined>;

  listContainerStats(podUid?: string): Promise<readonly Received<ContainerStats>[]>;
  sandboxStats(id: string): Promise<Received<PodSandboxStats> | undefined>;

  close(): void;
}
