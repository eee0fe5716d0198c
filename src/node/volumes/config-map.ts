/** A config map's keys as files. */

import type { ConfigMap, ConfigMapProjection, ConfigMapVolumeSource } from "../../api/tables/core-v1.ts";
import type { Payload } from "./atomic-writer.ts";
import { chooseKeys, putContent } from "./content.ts";
import { type VolumeContext, VolumeError, type VolumeKind, volumePath } from "./volume-kind.ts";

function dataOf({ data, binaryData }: ConfigMap): Map<string, Buffer> {
  const text = Object.entries(data ?? {}).map(([key, value]): [string, Buffer] => [key, Buffer.from(value)]);
  const binary = Object.entries(binaryData ?? {}).map(([key, value]): [string, Buffer] => [key, Buffer.from(value, "base64")]);
  return new Map([...text, ...binary]);
}

export async function configMapFiles({ pod, objects }: VolumeContext, source: ConfigMapProjection, defaultMode: number | undefined): Promise<Payload> {
  const { namespace } = pod.metadata;
  const found = await objects.configMap(namespace, source.name ?? "");
  if (!found && !source.optional) throw new VolumeError(`configmap ${JSON.stringify(source.name)} not found`);
  return found ? chooseKeys(dataOf(found), { what: "configmap", items: source.items, defaultMode, optional: source.optional }) : new Map();
}

export const configMapVolume: VolumeKind = {
  folder: "kubernetes.io~configmap",
  matches: ({ configMap }) => configMap !== undefined,
  async prepare(context, volume) {
    const source: ConfigMapVolumeSource = volume.configMap ?? {};
    const path = volumePath(context, this.folder, volume);
    await putContent(context.pod, path, await configMapFiles(context, source, source.defaultMode), false);
    return { path, readOnly: true, ownable: false };
  },
};
