/** The pod's own fields and resources as files. */

import type { DownwardAPIVolumeFile } from "../../api/tables/core-v1.ts";
import { fieldValue } from "../pods/config/field-ref.ts";
import { resourceValue } from "../pods/config/resource-ref.ts";
import type { FileContent, Payload } from "./atomic-writer.ts";
import { putContent } from "./content.ts";
import { type VolumeContext, VolumeError, type VolumeKind, volumePath } from "./volume-kind.ts";

export function downwardFiles({ pod, addresses, allocatable }: VolumeContext, items: readonly DownwardAPIVolumeFile[], defaultMode = 0o644): Payload {
  const files = new Map<string, FileContent>();
  for (const { path, fieldRef, resourceFieldRef, mode } of items) {
    files.set(path, { content: Buffer.from(text()), mode: mode ?? defaultMode });

    function text(): string {
      if (fieldRef) return fieldValue(pod, fieldRef.fieldPath, addresses);
      const name = resourceFieldRef?.containerName;
      const container = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((one) => one.name === name);
      if (!resourceFieldRef || !container) throw new VolumeError(`file ${path} of a downwardAPI volume names no field and no container of the pod`);
      return resourceValue(resourceFieldRef, container, allocatable);
    }
  }
  return files;
}

export const downwardApiVolume: VolumeKind = {
  folder: "kubernetes.io~downward-api",
  matches: ({ downwardAPI }) => downwardAPI !== undefined,
  async prepare(context, volume) {
    const path = volumePath(context, this.folder, volume);
    const { items = [], defaultMode } = volume.downwardAPI ?? {};
    await putContent(context.pod, path, downwardFiles(context, items, defaultMode), true);
    return { path, readOnly: true, ownable: false };
  },
};
