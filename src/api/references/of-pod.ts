/** What a pod and a persistent volume refer to: what a node that runs the pod must be able to read. */

import type { Container, PersistentVolume, Pod, Volume } from "../tables/core-v1.ts";

export const MIRROR = "kubernetes.io/config.mirror";

export interface Reference {
  /** `secrets`, `configmaps`, `persistentvolumeclaims`, `resourceclaims`, `serviceaccounts` */
  readonly resource: string;
  readonly name: string;
}

interface SecretNamed {
  readonly secretRef?: { readonly name?: string };
}

function ofContainer({ env = [], envFrom = [] }: Pick<Container, "env" | "envFrom">): (Reference | undefined)[] {
  const of = (resource: string, ref: { readonly name?: string } | undefined) => (ref?.name ? { resource, name: ref.name } : undefined);
  return [
    ...env.flatMap(({ valueFrom }) => [of("secrets", valueFrom?.secretKeyRef), of("configmaps", valueFrom?.configMapKeyRef)]),
    ...envFrom.flatMap(({ secretRef, configMapRef }) => [of("secrets", secretRef), of("configmaps", configMapRef)]),
  ];
}

function ofVolume(volume: Volume, pod: Pod): (Reference | undefined)[] {
  const of = (resource: string, name: string | undefined) => (name ? { resource, name } : undefined);
  const byRef: readonly (SecretNamed | undefined)[] = [
    volume.cephfs,
    volume.cinder,
    volume.flexVolume,
    volume.rbd,
    volume.scaleIO,
    volume.iscsi,
    volume.storageos,
  ];
  return [
    of("secrets", volume.secret?.secretName),
    of("secrets", volume.azureFile?.secretName),
    of("secrets", volume.csi?.nodePublishSecretRef?.name),
    ...byRef.map((source) => of("secrets", source?.secretRef?.name)),
    of("configmaps", volume.configMap?.name),
    ...(volume.projected?.sources ?? []).flatMap(({ secret, configMap }) => [of("secrets", secret?.name), of("configmaps", configMap?.name)]),
    of("persistentvolumeclaims", volume.persistentVolumeClaim?.claimName),
    of("persistentvolumeclaims", volume.ephemeral && `${pod.metadata.name}-${volume.name}`),
  ];
}

function claimsOf({ spec, status }: Pod): (string | undefined)[] {
  const made = new Map(status?.resourceClaimStatuses?.map(({ name, resourceClaimName }) => [name, resourceClaimName]));
  return [
    ...(spec.resourceClaims ?? []).map(({ name, resourceClaimName }) => resourceClaimName ?? made.get(name)),
    status?.extendedResourceClaimStatus?.resourceClaimName,
    ...(status?.nodeAllocatableResourceClaimStatuses ?? []).map(({ resourceClaimName }) => resourceClaimName),
  ];
}

/** @returns every object of the pod's namespace that the pod names */
export function referencesOf(pod: Pod): Reference[] {
  const { spec } = pod;
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
  const found = [
    spec.serviceAccountName ? { resource: "serviceaccounts", name: spec.serviceAccountName } : undefined,
    ...(spec.imagePullSecrets ?? []).map(({ name }) => (name ? { resource: "secrets", name } : undefined)),
    ...containers.flatMap(ofContainer),
    ...(spec.volumes ?? []).flatMap((volume) => ofVolume(volume, pod)),
    ...claimsOf(pod).map((name) => (name ? { resource: "resourceclaims", name } : undefined)),
  ];
  return found.filter((reference) => reference !== undefined);
}

/** @returns `namespace/name` of the secrets that a node needs to mount the volume (those that only controllers use left out) */
export function secretsOfVolume({ spec }: PersistentVolume): string[] {
  if (!spec) return [];
  const own = spec.claimRef?.namespace ?? "";
  const { azureFile, csi } = spec;
  const others = [spec.cephfs, spec.cinder, spec.flexVolume, spec.rbd, spec.scaleIO, spec.iscsi, spec.storageos].map((source) => source?.secretRef);
  const inCsi = [csi?.nodePublishSecretRef, csi?.nodeStageSecretRef, csi?.nodeExpandSecretRef];
  return [
    ...(azureFile?.secretName ? [`${azureFile.secretNamespace || own}/${azureFile.secretName}`] : []),
    ...[...others, ...inCsi].flatMap((ref) => (ref?.name ? [`${ref.namespace || own}/${ref.name}`] : [])),
  ];
}
