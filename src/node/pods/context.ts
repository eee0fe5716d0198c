/** What the agent's parts are given: the runtime, the cluster as this node sees it, the node's own facts. */

import type { Clock } from "../../machinery/clock.ts";
import type { Dialer } from "../../machinery/dialer.ts";
import type { Log } from "../../machinery/log.ts";
import type { Cgroups } from "../cgroups/pod-cgroup.ts";
import type { ImagePuller } from "../images/image-puller.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import type { CertificateSource, TokenSource } from "../volumes/volume-kind.ts";
import type { AgentPod, ContainerKind } from "./agent-pod.ts";
import type { NodeDns } from "./config/dns.ts";
import type { PodObjects } from "./config/environment.ts";
import type { NodeFolders } from "./config/names.ts";
import type { Allocatable } from "./config/resource-ref.ts";

export interface Note {
  readonly pod: AgentPod;
  /** The container that it is about. */
  readonly container?: { readonly kind: ContainerKind; readonly name: string };
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export interface NodeFacts {
  readonly name: string;
  /** InternalIPs, the primary family first. */
  readonly ips: readonly string[];
  readonly allocatable: Allocatable;
  readonly memoryBytes: number;
}

export interface AgentContext {
  readonly node: NodeFacts;
  readonly runtime: ContainerRuntime;
  /** `containerd`, as container ids are prefixed. */
  readonly runtimeName: string;
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly folders: NodeFolders;
  readonly seccompFolder: string;
  readonly dns: NodeDns;
  readonly objects: PodObjects;
  readonly tokens: TokenSource;
  readonly certificates: CertificateSource;
  readonly images: ImagePuller;
  readonly cgroups: Cgroups;
  /** Below which the pods' cgroups lie. */
  readonly cgroupRoot: string;
  readonly pidsMax: number;
  /** Records an event. */
  note(note: Note): void;
  readonly log: Log;
}
