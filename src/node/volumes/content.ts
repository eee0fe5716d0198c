/** What the volumes made of API objects share: which keys become which files with which modes. */

import { mkdir } from "node:fs/promises";
import type { KeyToPath } from "../../api/tables/core-v1.ts";
import type { AgentPod } from "../pods/agent-pod.ts";
import { type FileContent, type Payload, writeAtomically } from "./atomic-writer.ts";
import { mountTmpfs } from "./mounts.ts";
import { VolumeError } from "./volume-kind.ts";

const DEFAULT_MODE = 0o644;

export interface KeyChoice {
  /** For messages: `configmap references non-existent config key`. */
  readonly what: "configmap" | "secret";
  readonly items: readonly KeyToPath[] | undefined;
  readonly defaultMode: number | undefined;
  readonly optional: boolean | undefined;
}

/** @returns the files; all keys by their own name where no items are chosen. @throws VolumeError for a chosen key that is missing */
export function chooseKeys(data: ReadonlyMap<string, Buffer>, { what, items, defaultMode = DEFAULT_MODE, optional }: KeyChoice): Payload {
  if (!items?.length) return new Map([...data].map(([key, content]) => [key, { content, mode: defaultMode }]));
  const files = new Map<string, FileContent>();
  for (const { key, path, mode } of items) {
    const content = data.get(key);
    if (content) files.set(path, { content, mode: mode ?? defaultMode });
    else if (!optional)
      throw new VolumeError(what === "configmap" ? `configmap references non-existent config key: ${key}` : `references non-existent secret key: ${key}`);
  }
  return files;
}

export function fsGroup(pod: AgentPod): number | undefined {
  const group = pod.spec.securityContext?.fsGroup;
  return group === undefined ? undefined : Number(group);
}

/** The one user that all containers of a pod run as, if there is one. */
export function commonUser({ spec }: AgentPod): number | undefined {
  const users = new Set(
    [...(spec.initContainers ?? []), ...spec.containers].map((container) => container.securityContext?.runAsUser ?? spec.securityContext?.runAsUser),
  );
  const [user] = users;
  return users.size === 1 && user !== undefined ? Number(user) : undefined;
}

/** Writes the files where the volume lies, in memory where they are confidential. */
export async function putContent(pod: AgentPod, path: string, payload: Payload, inMemory: boolean): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  if (inMemory) await mountTmpfs(path, 0o1777);
  await writeAtomically(path, payload, fsGroup(pod));
}
