/** Defaults of a pod's volumes. [Kubernetes pkg/apis/core/v1/defaults.go, and the `+default` marks of the published types] */

import { roundToMilli } from "../../meta/resource-list.ts";
import type { PersistentVolumeClaimSpec, PersistentVolumeSource, PersistentVolumeSpec, Volume, VolumeProjection } from "../../tables/core-v1.ts";
import { fieldRefDefaults } from "../pod/container-defaults.ts";
import { defaultPullPolicy } from "../pod/image-name.ts";

/** 0644 */
const MODE = 0o644;
const HOUR = 3600;

export function volumeDefaults(volume: Volume): void {
  const { hostPath, secret, configMap, downwardAPI, projected, ephemeral, image } = volume;
  if (!hasSource(volume)) volume.emptyDir = {};
  if (hostPath) hostPath.type ??= "";
  if (secret) secret.defaultMode ??= MODE;
  if (configMap) configMap.defaultMode ??= MODE;
  if (downwardAPI) {
    downwardAPI.defaultMode ??= MODE;
    for (const { fieldRef } of downwardAPI.items ?? []) if (fieldRef) fieldRefDefaults(fieldRef);
  }
  if (projected) {
    projected.defaultMode ??= MODE;
    for (const source of projected.sources ?? []) projectionDefaults(source);
  }
  if (ephemeral?.volumeClaimTemplate) claimSpecDefaults(ephemeral.volumeClaimTemplate.spec);
  if (image) image.pullPolicy ||= defaultPullPolicy(image.reference);
  retiredSourceDefaults(volume);
}

function hasSource(volume: Volume): boolean {
  for (const name of Object.keys(volume)) if (name !== "name") return true;
  return false;
}

function projectionDefaults({ downwardAPI, serviceAccountToken }: VolumeProjection): void {
  for (const { fieldRef } of downwardAPI?.items ?? []) if (fieldRef) fieldRefDefaults(fieldRef);
  if (serviceAccountToken) serviceAccountToken.expirationSeconds ??= HOUR;
}

/** Of claims, and of the claims that pods and stateful sets have made for them. */
export function claimSpecDefaults(spec: PersistentVolumeClaimSpec): void {
  spec.volumeMode ??= "Filesystem";
  roundToMilli(spec.resources?.limits);
  roundToMilli(spec.resources?.requests);
}

export function persistentVolumeDefaults(spec: PersistentVolumeSpec): void {
  spec.persistentVolumeReclaimPolicy ||= "Retain";
  spec.volumeMode ??= "Filesystem";
  roundToMilli(spec.capacity);
  if (spec.hostPath) spec.hostPath.type ??= "";
  retiredSourceDefaults(spec);
}

/** Kinds of storage whose drivers have left Kubernetes; their fields stay. */
function retiredSourceDefaults({ iscsi, rbd, azureDisk, scaleIO }: Volume | PersistentVolumeSource): void {
  if (iscsi) iscsi.iscsiInterface ||= "default";
  if (rbd) {
    rbd.pool ||= "rbd";
    rbd.user ||= "admin";
    rbd.keyring ||= "/etc/ceph/keyring";
  }
  if (azureDisk) {
    azureDisk.cachingMode ??= "ReadWrite";
    azureDisk.fsType ??= "ext4";
    azureDisk.readOnly ??= false;
    azureDisk.kind ??= "Shared";
  }
  if (scaleIO) {
    scaleIO.storageMode ||= "ThinProvisioned";
    scaleIO.fsType ||= "xfs";
  }
}
