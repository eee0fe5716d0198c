/** A volume attributes class that a volume has, or a claim has or wants, isn't deleted under them (KEP-3751). */

import { PersistentVolume, PersistentVolumeClaim, VolumeAttributesClass } from "../api/resources.ts";
import type { PersistentVolumeClaim as ClaimObject, PersistentVolume as VolumeObject } from "../api/tables/core-v1.ts";
import { controller } from "../client/controller.ts";
import { protectionPatch } from "./protection.ts";

const FINALIZER = "kubernetes.io/vac-protection";

export default controller({
  name: "volumeattributesclass-protection-controller",
  for: VolumeAttributesClass,
  watches: { claims: PersistentVolumeClaim.all(ofClaim), volumes: PersistentVolume.all(ofVolume) },
  writes: [VolumeAttributesClass.patch],
  reconcile(attributes, { claims, volumes }) {
    const { name = "" } = attributes.metadata;
    const isUsed = () => volumes.list().some((volume) => ofVolume(volume).includes(name)) || claims.list().some((claim) => ofClaim(claim).includes(name));
    const patch = protectionPatch(attributes, FINALIZER, isUsed);
    return patch ? [VolumeAttributesClass.patch(attributes, patch)] : [];
  },
});

function ofClaim({ spec, status }: ClaimObject): string[] {
  const names = [spec?.volumeAttributesClassName, status?.currentVolumeAttributesClassName, status?.modifyVolumeStatus?.targetVolumeAttributesClassName];
  return names.filter((name): name is string => Boolean(name));
}

function ofVolume({ spec }: VolumeObject): string[] {
  return spec?.volumeAttributesClassName ? [spec.volumeAttributesClassName] : [];
}
