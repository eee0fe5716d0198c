/** Several sources in one folder: config maps, secrets, the pod's own fields, tokens of its service account, trust bundles, certificates. */

import type { VolumeProjection } from "../../api/tables/core-v1.ts";
import type { FileContent, Payload } from "./atomic-writer.ts";
import { configMapFiles } from "./config-map.ts";
import { commonUser, fsGroup, putContent } from "./content.ts";
import { downwardFiles } from "./downward-api.ts";
import { secretFiles } from "./secret.ts";
import { trustAnchors } from "./trust-bundle.ts";
import { type VolumeContext, VolumeError, type VolumeKind, volumePath } from "./volume-kind.ts";

const TOKEN_LIFE_SECONDS = 3600;

/** Where in the pod's spec a source stands. */
interface Place {
  readonly volume: string;
  readonly index: number;
}

async function filesOf(context: VolumeContext, source: VolumeProjection, defaultMode: number, place: Place): Promise<Payload> {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source;
  if (configMap) return configMapFiles(context, configMap, defaultMode);
  if (secret) return secretFiles(context, secret, defaultMode);
  if (downwardAPI) return downwardFiles(context, downwardAPI.items ?? [], defaultMode);
  if (clusterTrustBundle) return new Map([[clusterTrustBundle.path, ownedFile(context, await trustAnchors(context, clusterTrustBundle), defaultMode)]]);
  if (podCertificate) {
    const { key, chain } = await context.certificates.certificate(context.pod, { ...place, projection: podCertificate });
    const { credentialBundlePath, keyPath, certificateChainPath } = podCertificate;
    const files = [
      { path: credentialBundlePath, text: key + chain },
      { path: keyPath, text: key },
      { path: certificateChainPath, text: chain },
    ];
    return new Map(files.flatMap(({ path, text }) => (path ? [[path, ownedFile(context, text, defaultMode)]] : [])));
  }
  if (!serviceAccountToken) throw new VolumeError(`projected source ${Object.keys(source).join(", ")} is not supported on this node`);
  const { audience = "", expirationSeconds = TOKEN_LIFE_SECONDS, path } = serviceAccountToken;
  const token = await context.tokens.token(context.pod, { audience, expirationSeconds: Number(expirationSeconds) });
  return new Map([[path, ownedFile(context, token, defaultMode)]]);
}

/** A file that is for its owner alone where there is one; else whoever is in the container must be able to read it. */
function ownedFile({ pod }: VolumeContext, text: string, defaultMode: number): FileContent {
  const uid = commonUser(pod);
  const mode = uid !== undefined || fsGroup(pod) !== undefined ? 0o600 : defaultMode;
  return { content: Buffer.from(text), mode, uid };
}

export const projectedVolume: VolumeKind = {
  folder: "kubernetes.io~projected",
  matches: ({ projected }) => projected !== undefined,
  async prepare(context, volume) {
    const { sources = [], defaultMode = 0o644 } = volume.projected ?? {};
    const files = new Map<string, FileContent>();
    for (const [index, source] of sources.entries()) {
      for (const [name, file] of await filesOf(context, source, defaultMode, { volume: volume.name, index })) files.set(name, file);
    }
    const path = volumePath(context, this.folder, volume);
    await putContent(context.pod, path, files, true);
    return { path, readOnly: true, ownable: false };
  },
};
