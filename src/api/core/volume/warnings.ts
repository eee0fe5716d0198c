/** What works in a volume but isn't what was meant. */

import { fractions } from "../../meta/fractions.ts";
import type { PersistentVolumeClaimSpec, Volume, VolumeProjection } from "../../tables/core-v1.ts";

/** Kinds of storage whose drivers are gone, and since when. */
const RETIRED: readonly (readonly [name: keyof Volume, shown: string, message: string])[] = [
  ["photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"],
  ["scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"],
  ["storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"],
  ["quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"],
];

/** @param at the list's field */
export function volumeWarnings(at: string, volumes: readonly Volume[]): string[] {
  return [
    ...volumes.flatMap((volume, i) => [
      ...RETIRED.filter(([name]) => volume[name] !== undefined).map(([, shown, message]) => `${at}[${i}].${shown}: ${message}`),
      ...(volume.ephemeral?.volumeClaimTemplate
        ? claimSpecWarnings(`${at}[${i}].ephemeral.volumeClaimTemplate.spec`, volume.ephemeral.volumeClaimTemplate.spec)
        : []),
    ]),
    ...volumes.flatMap(overlapWarnings),
  ];
}

/** @param at the spec's field */
export function claimSpecWarnings(at: string, { resources }: PersistentVolumeClaimSpec): string[] {
  return [...fractions(`${at}.resources.requests`, resources?.requests), ...fractions(`${at}.resources.limits`, resources?.limits)];
}

interface Placed {
  readonly path: string;
  readonly source: string;
}

/** Files of one volume that are, or lie within, one another. */
function overlapWarnings({ name, configMap, secret, downwardAPI, projected }: Volume): string[] {
  const say = (what: string, paths: readonly Placed[]) =>
    overlaps(paths).map((overlap) => `volume ${JSON.stringify(name)} (${what}): overlapping paths: ${overlap}`);
  const placed = (items: readonly { path: string }[] | undefined, source = ""): Placed[] => (items ?? []).map(({ path }) => ({ path, source }));
  const warnings = [
    ...(configMap ? say(`ConfigMap ${JSON.stringify(configMap.name ?? "")}`, placed(configMap.items)) : []),
    ...(secret ? say(`Secret ${JSON.stringify(secret.secretName ?? "")}`, placed(secret.items)) : []),
    ...(downwardAPI ? say("DownwardAPI", placed(downwardAPI.items)) : []),
  ];
  const sources = projected?.sources ?? [];
  for (const source of sources) if (Object.keys(source).length === 0) warnings.push(`volume ${JSON.stringify(name)} (Projected) has no sources provided`);
  return [
    ...warnings,
    ...say(
      "Projected",
      sources.flatMap((source) => projectedPaths(source, placed)),
    ),
  ];
}

function projectedPaths(source: VolumeProjection, placed: (items: readonly { path: string }[] | undefined, source?: string) => Placed[]): Placed[] {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source;
  if (configMap?.items) return placed(configMap.items, `ConfigMap ${JSON.stringify(configMap.name ?? "")}`);
  if (secret?.items) return placed(secret.items, `Secret ${JSON.stringify(secret.name ?? "")}`);
  if (downwardAPI?.items) return placed(downwardAPI.items, "DownwardAPI");
  if (serviceAccountToken) return [{ path: serviceAccountToken.path, source: "ServiceAccountToken" }];
  if (clusterTrustBundle) {
    return [{ path: clusterTrustBundle.path, source: `ClusterTrustBundle ${JSON.stringify(clusterTrustBundle.name ?? clusterTrustBundle.signerName ?? "")}` }];
  }
  return [
    { path: podCertificate?.certificateChainPath ?? "", source: "PodCertificate chain" },
    { path: podCertificate?.keyPath ?? "", source: "PodCertificate key" },
    { path: podCertificate?.credentialBundlePath ?? "", source: "PodCertificate credential bundle" },
  ].filter(({ path }) => path !== "");
}

function overlaps(paths: readonly Placed[]): string[] {
  const seen: Placed[] = [];
  return paths.flatMap(({ path: written, source }) => {
    const one = { path: written.replace(/\/+$/, ""), source };
    const hits =
      one.path === "" ? [] : seen.filter(({ path }) => path !== "" && (`${path}/`.startsWith(`${one.path}/`) || `${one.path}/`.startsWith(`${path}/`)));
    seen.push(one);
    return hits.map((other) => `${shown(one)} with ${shown(other)}`);
  });
}

function shown({ path, source }: Placed): string {
  return source ? `${JSON.stringify(path)} (${source})` : JSON.stringify(path);
}
