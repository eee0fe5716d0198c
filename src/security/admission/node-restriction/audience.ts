/** Whether a pod has a use for a token of some audience: in a projected volume, or because a CSI driver of its volumes asks for one. */

import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from "../../../api/tables/core-v1.ts";
import type { CSIDriver } from "../../../api/tables/storage-v1.ts";
import type { Reader } from "../../reader.ts";

function driverOf(reader: Reader, pod: Pod, volume: Volume): string | undefined {
  if (volume.csi) return volume.csi.driver;
  const claimName = volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral && `${pod.metadata.name}-${volume.name}`);
  if (claimName === undefined) return undefined;
  const claim = reader.get<PersistentVolumeClaim>("", "persistentvolumeclaims", pod.metadata.namespace ?? "", claimName);
  const volumeName = claim?.spec?.volumeName;
  return volumeName ? reader.get<PersistentVolume>("", "persistentvolumes", "", volumeName)?.spec?.csi?.driver : undefined;
}

/** @param audience empty for the API server's own */
export function podNamesAudience(reader: Reader, pod: Pod, audience: string): boolean {
  return (pod.spec.volumes ?? []).some((volume) => {
    if (volume.projected?.sources?.some(({ serviceAccountToken: token }) => token && (token.audience ?? "") === audience)) return true;
    const driver = driverOf(reader, pod, volume);
    if (driver === undefined) return false;
    const requests = reader.get<CSIDriver>("storage.k8s.io", "csidrivers", "", driver)?.spec.tokenRequests;
    return requests?.some((request) => (request.audience ?? "") === audience) ?? false;
  });
}
