/** All volumes of a pod: made before its first container, kept up to date, and removed with it. */

import { rm } from "node:fs/promises";
import { fsGroup } from "./content.ts";
import { volumeKinds } from "./index.ts";
import { mountPoints, unmountBelow } from "./mounts.ts";
import { giveToGroup } from "./ownership.ts";
import { type PreparedVolume, type VolumeContext, VolumeError } from "./volume-kind.ts";

/** Volumes whose group was set once: containers may change it afterwards. */
export class PodVolumes {
  readonly #owned = new Set<string>();

  /** Idempotent; brings contents up to date. @returns by volume name. @throws VolumeError naming the volume */
  async prepare(context: VolumeContext): Promise<Map<string, PreparedVolume>> {
    const prepared = new Map<string, PreparedVolume>();
    for (const volume of context.pod.spec.volumes ?? []) {
      const kind = volumeKinds.find(({ matches }) => matches(volume));
      if (!kind) {
        const [source = "none"] = Object.keys(volume).filter((key) => key !== "name");
        throw new VolumeError(`MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : volumes of type ${source} are not supported on this node`);
      }
      try {
        const made = await kind.prepare(context, volume);
        prepared.set(volume.name, made);
        const group = fsGroup(context.pod);
        if (made.ownable && group !== undefined && !this.#owned.has(volume.name)) {
          await giveToGroup(made.path, group, context.pod.spec.securityContext?.fsGroupChangePolicy);
          this.#owned.add(volume.name);
        }
      } catch (error) {
        throw new VolumeError(`MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${(error as Error).message}`, { cause: error });
      }
    }
    return prepared;
  }
}

/** Removes everything of a pod from the disk, unless something is still mounted there, whose content is not the pod's to delete. */
export async function removePodFolder(folder: string): Promise<void> {
  await unmountBelow(folder);
  const left = (await mountPoints()).find((point) => point === folder || point.startsWith(`${folder}/`));
  if (left !== undefined) throw new Error(`Cannot remove ${folder}: ${left} is still mounted`);
  await rm(folder, { recursive: true, force: true });
}
