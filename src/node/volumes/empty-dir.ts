/** An empty folder that lives as long as the pod: on the node's disk, or in memory up to its size limit. */

import { chmod, mkdir } from "node:fs/promises";
import { parseQuantity } from "../../machinery/quantity/quantity.ts";
import { mountTmpfs } from "./mounts.ts";
import { VolumeError, type VolumeKind, volumePath } from "./volume-kind.ts";

const MODE = 0o777;

export const emptyDirVolume: VolumeKind = {
  folder: "kubernetes.io~empty-dir",
  matches: ({ emptyDir }) => emptyDir !== undefined,
  async prepare(context, volume) {
    const { medium = "", sizeLimit } = volume.emptyDir ?? {};
    if (medium !== "" && medium !== "Memory") throw new VolumeError(`emptyDir medium ${JSON.stringify(medium)} is not supported on this node`);
    const path = volumePath(context, this.folder, volume);
    const made = await mkdir(path, { recursive: true, mode: MODE });
    const limit = sizeLimit === undefined ? 0 : Number(parseQuantity(sizeLimit).value());
    if (medium === "Memory") await mountTmpfs(path, MODE, limit > 0 ? limit : undefined);
    // Whatever the umask took away; later the folder is the pod's own.
    else if (made !== undefined) await chmod(path, MODE);
    return { path, readOnly: false, ownable: true };
  },
};
