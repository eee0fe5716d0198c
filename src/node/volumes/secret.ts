/** A secret's keys as files, in memory only. */

import type { SecretProjection, SecretVolumeSource } from "../../api/tables/core-v1.ts";
import type { Payload } from "./atomic-writer.ts";
import { chooseKeys, putContent } from "./content.ts";
import { type VolumeContext, VolumeError, type VolumeKind, volumePath } from "./volume-kind.ts";

export async function secretFiles({ pod, objects }: VolumeContext, source: SecretProjection, defaultMode: number | undefined): Promise<Payload> {
  const found = await objects.secret(pod.metadata.namespace, source.name ?? "");
  if (!found && !source.optional) throw new VolumeError(`secret ${JSON.stringify(source.name)} not found`);
  if (!found) return new Map();
  const data = new Map(Object.entries(found.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64")]));
  return chooseKeys(data, { what: "secret", items: source.items, defaultMode, optional: source.optional });
}

export const secretVolume: VolumeKind = {
  folder: "kubernetes.io~secret",
  matches: ({ secret }) => secret !== undefined,
  async prepare(context, volume) {
    const { secretName, items, optional, defaultMode }: SecretVolumeSource = volume.secret ?? {};
    const path = volumePath(context, this.folder, volume);
    const files = await secretFiles(context, { name: secretName, items, optional }, defaultMode);
    await putContent(context.pod, path, files, true);
    return { path, readOnly: true, ownable: false };
  },
};
