/** What of the pod's volumes appears where in a container. */

import { stat } from "node:fs/promises";
import type { Container, VolumeMount } from "../../../api/tables/core-v1.ts";
import type { Mount, MountPropagation } from "../../runtime/cri/cri.ts";
import { makeShared } from "../../volumes/mounts.ts";
import { mountSubPath } from "../../volumes/sub-path.ts";
import type { PreparedVolume } from "../../volumes/volume-kind.ts";
import { ConfigError } from "./environment.ts";
import { expand } from "./expand.ts";

export interface MountFacts {
  readonly container: Container;
  readonly volumes: ReadonlyMap<string, PreparedVolume>;
  readonly environment: ReadonlyMap<string, string>;
  readonly podFolder: string;
}

const PROPAGATION: Readonly<Record<string, MountPropagation>> = {
  None: "PROPAGATION_PRIVATE",
  HostToContainer: "PROPAGATION_HOST_TO_CONTAINER",
  Bidirectional: "PROPAGATION_BIDIRECTIONAL",
};

/** @throws ConfigError */
export async function containerMounts(facts: MountFacts): Promise<Mount[]> {
  const { container, volumes } = facts;
  const mounts: Mount[] = [];
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const volume = volumes.get(mount.name);
    if (!volume) throw new ConfigError(`cannot find volume ${JSON.stringify(mount.name)} to mount into container ${JSON.stringify(container.name)}`);
    const propagation = PROPAGATION[mount.mountPropagation ?? "None"] ?? "PROPAGATION_PRIVATE";
    const path = await sourceOf(facts, mount, index, volume);
    if (propagation !== "PROPAGATION_PRIVATE" && (await stat(path).catch(() => undefined))?.isDirectory()) await makeShared(path);
    mounts.push({
      container_path: mount.mountPath.startsWith("/") ? mount.mountPath : `/${mount.mountPath}`,
      host_path: path,
      readonly: (mount.readOnly ?? false) || volume.readOnly,
      propagation,
    });
  }
  return mounts;
}

async function sourceOf({ container, podFolder, environment }: MountFacts, mount: VolumeMount, index: number, volume: PreparedVolume): Promise<string> {
  const subPath = mount.subPathExpr ? expandAll(mount.subPathExpr, environment) : (mount.subPath ?? "");
  if (!subPath) return volume.path;
  const target = `${podFolder}/volume-subpaths/${mount.name}/${container.name}/${index}`;
  try {
    return await mountSubPath(volume.path, subPath, target);
  } catch (error) {
    throw new ConfigError(
      `failed to prepare subPath for volumeMount ${JSON.stringify(mount.name)} of container ${JSON.stringify(container.name)}: ${(error as Error).message}`,
    );
  }
}

/** Other than elsewhere, a variable that doesn't exist is an error: it would become a folder's name. */
function expandAll(text: string, environment: ReadonlyMap<string, string>): string {
  return expand(text, (name) => {
    const value = environment.get(name);
    if (value === undefined) throw new ConfigError(`missing value for ${JSON.stringify(name)}`);
    return value;
  });
}
