/** One container, as the runtime is asked for it. */

import type { Container } from "../../../api/tables/core-v1.ts";
import type { ContainerConfig, Mount } from "../../runtime/cri/cri.ts";
import type { AgentPod } from "../agent-pod.ts";
import { expand } from "./expand.ts";
import { ANNOTATION, containerHash, containerLabels, logPath } from "./names.ts";
import { containerResources } from "./resources.ts";
import { type ImageUser, securityContext } from "./security.ts";

export interface ContainerConfigFacts {
  readonly pod: AgentPod;
  readonly container: Container;
  readonly attempt: number;
  readonly imageRef: string;
  readonly image: ImageUser;
  readonly environment: ReadonlyMap<string, string>;
  readonly mounts: readonly Mount[];
  /** On the node: what appears at terminationMessagePath. */
  readonly messageFile: string;
  readonly seccompFolder: string;
  readonly nodeMemory: number;
  /** Id of the container whose processes an ephemeral container sees. */
  readonly target?: string;
}

export const DEFAULT_MESSAGE_PATH = "/dev/termination-log";

/** @throws ConfigError */
export function containerConfig(facts: ContainerConfigFacts): ContainerConfig {
  const { pod, container, attempt, environment } = facts;
  const expanded = (words: readonly string[] | undefined) => (words ?? []).map((word) => expand(word, (name) => environment.get(name)));
  const messagePath = container.terminationMessagePath || DEFAULT_MESSAGE_PATH;
  return {
    metadata: { name: container.name, attempt },
    image: { image: facts.imageRef, ...(container.image && { user_specified_image: container.image }) },
    command: expanded(container.command),
    args: expanded(container.args),
    working_dir: container.workingDir ?? "",
    envs: [...environment].map(([key, value]) => ({ key, value: Buffer.from(value) })),
    mounts: [...facts.mounts, { container_path: messagePath, host_path: facts.messageFile }],
    labels: containerLabels(pod, container.name),
    annotations: {
      [ANNOTATION.hash]: containerHash(container),
      [ANNOTATION.restartCount]: String(attempt),
      [ANNOTATION.messagePath]: messagePath,
      [ANNOTATION.messagePolicy]: container.terminationMessagePolicy ?? "File",
      [ANNOTATION.messageFile]: facts.messageFile,
    },
    log_path: logPath(container.name, attempt),
    stdin: container.stdin ?? false,
    stdin_once: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    linux: {
      resources: containerResources(pod, container, facts.nodeMemory),
      security_context: securityContext(facts),
    },
  };
}
