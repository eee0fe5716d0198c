/** What a pod refers to in the API: a mirror pod, which its node writes, may refer to nothing there. */

import { referencesOf } from "../../../api/references/of-pod.ts";
import type { Pod, Volume } from "../../../api/tables/core-v1.ts";

function ofVolume({ csi, glusterfs, persistentVolumeClaim, ephemeral, azureFile, projected, secret, configMap }: Volume): string | undefined {
  if (configMap) return "configmaps (via configmap volumes)";
  if (secret) return "secrets (via secret volumes)";
  if (csi) return "csidrivers (via CSI volumes)";
  if (glusterfs) return "endpoints (via glusterFS volumes)";
  if (persistentVolumeClaim) return "persistentvolumeclaims";
  if (ephemeral) return "persistentvolumeclaims (via ephemeral volumes)";
  if (azureFile) return "secrets (via azureFile volumes)";
  for (const source of projected?.sources ?? []) {
    if (source.configMap) return "configmaps (via projected volumes)";
    if (source.secret) return "secrets (via projected volumes)";
    if (source.serviceAccountToken) return "serviceaccounts (via projected volumes)";
    if (source.clusterTrustBundle) return "clustertrustbundles";
    if (!source.downwardAPI) return "podcertificates";
  }
  return undefined;
}

/** @returns the resource that the pod refers to, in Kubernetes' words; undefined where there is none */
export function apiReference(pod: Pod): string | undefined {
  const { serviceAccountName, resourceClaims, volumes = [] } = pod.spec;
  if (serviceAccountName) return "serviceaccounts";
  const named = new Set(referencesOf(pod).map(({ resource }) => resource));
  for (const resource of ["secrets", "configmaps"]) if (named.has(resource)) return resource;
  if (resourceClaims?.length) return "resourceclaims";
  return volumes.map(ofVolume).find((found) => found !== undefined);
}
