/** What a PersistentVolume says it is. [Kubernetes pkg/apis/core/validation ValidatePersistentVolumeSpec] */

import { isDNS1123Label } from "../../../machinery/names.ts";
import { parseQuantity } from "../../../machinery/quantity/quantity.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../../machinery/status/field-error.ts";
import { complain, dnsLabel, dnsSubdomain, NOT_POSITIVE, optionalOneOf } from "../../meta/checks.ts";
import { noBacksteps } from "../../meta/paths.ts";
import type { PersistentVolumeSource, PersistentVolumeSpec, SecretReference } from "../../tables/core-v1.ts";
import { nodeSelectorErrors } from "../pod/validate/affinity.ts";
import { accessModeErrors, className } from "./claim-spec.ts";
import { csiDriverName, flexErrors, iscsiErrors, needs, sharedChecks, storageOsErrors } from "./sources.ts";
import { hostPathErrors } from "./validate.ts";

const SINGLE = "may not specify more than 1 volume type";
const NAME_AND_PORTAL_MAX = 64;
/** Kinds of storage that can be mounted with options. */
const WITH_OPTIONS = [
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "glusterfs",
  "nfs",
  "rbd",
  "quobyte",
  "iscsi",
  "cinder",
  "cephfs",
  "azureFile",
  "vsphereVolume",
  "azureDisk",
  "photonPersistentDisk",
] as const satisfies readonly (keyof PersistentVolumeSource)[];
const OPTIONS = "volume.beta.kubernetes.io/mount-options";

type Check = (at: string, source: PersistentVolumeSource, volumeName: string) => FieldError[];

/** In Kubernetes' order: of several that are set the first counts, and the others are refused. */
const CHECKS: Readonly<Record<keyof PersistentVolumeSource, Check>> = {
  hostPath: (at, { hostPath }) => (hostPath ? hostPathErrors(at, hostPath) : []),
  gcePersistentDisk: sharedChecks.gcePersistentDisk,
  awsElasticBlockStore: sharedChecks.awsElasticBlockStore,
  glusterfs: (at, { glusterfs }) => [...needs(at, glusterfs, "endpoints", "path"), ...endpointsNamespace(at, glusterfs?.endpointsNamespace)],
  flocker: sharedChecks.flocker,
  nfs: sharedChecks.nfs,
  rbd: (at, { rbd }) => needs(at, rbd, "monitors", "image"),
  quobyte: sharedChecks.quobyte,
  cephfs: (at, { cephfs }) => needs(at, cephfs, "monitors"),
  iscsi: iscsiVolumeErrors,
  cinder: (at, { cinder }) => [...needs(at, cinder, "volumeID"), ...secretNamed(`${at}.secretRef`, cinder?.secretRef)],
  fc: sharedChecks.fc,
  flexVolume: (at, { flexVolume }) => flexErrors(at, flexVolume),
  azureFile: (at, { azureFile }) => [
    ...needs(at, azureFile, "secretName", "shareName"),
    ...(azureFile?.secretNamespace === "" ? [required(`${at}.secretNamespace`, "")] : []),
  ],
  vsphereVolume: sharedChecks.vsphereVolume,
  photonPersistentDisk: sharedChecks.photonPersistentDisk,
  portworxVolume: sharedChecks.portworxVolume,
  azureDisk: sharedChecks.azureDisk,
  scaleIO: (at, { scaleIO }) => needs(at, scaleIO, "gateway", "system", "volumeName"),
  local: (at, { local }) => (local?.path ? noBacksteps(`${at}.path`, local.path) : [required(`${at}.path`, "")]),
  storageos: (at, { storageos }) => [...storageOsErrors(at, storageos), ...secretNamed(`${at}.secretRef`, storageos?.secretRef)],
  csi: csiErrors,
};

const ORDER = Object.keys(CHECKS) as (keyof PersistentVolumeSource)[];

/** @param at the spec's field */
export function persistentVolumeErrors(at: string, spec: PersistentVolumeSpec, volumeName: string): FieldError[] {
  const { persistentVolumeReclaimPolicy: policy } = spec;
  return [
    ...modeErrors(`${at}.accessModes`, spec.accessModes),
    ...capacityErrors(`${at}.capacity`, spec.capacity),
    ...(policy ? optionalOneOf(`${at}.persistentVolumeReclaimPolicy`, policy, ["Delete", "Recycle", "Retain"]) : []),
    ...nodeAffinityErrors(`${at}.nodeAffinity`, spec),
    ...sourceErrors(at, spec, volumeName),
    ...recyclesRoot(at, spec),
    ...className(`${at}.storageClassName`, spec.storageClassName),
    ...optionalOneOf(`${at}.volumeMode`, spec.volumeMode, ["Block", "Filesystem"]),
    ...attributesErrors(at, spec),
  ];
}

const INLINE = "in the context of inline volumes";

/** Of a volume that an attachment itself describes, which no claim will ever be bound to. */
export function inlineVolumeErrors(at: string, spec: PersistentVolumeSpec): FieldError[] {
  const refused = (name: keyof PersistentVolumeSpec, isSet: boolean, what = "may not be specified"): FieldError[] =>
    isSet ? [forbiddenField(`${at}.${name}`, `${what} ${INLINE}`)] : [];
  const { persistentVolumeReclaimPolicy: policy, volumeMode } = spec;
  return [
    ...refused("claimRef", spec.claimRef !== undefined),
    ...refused("capacity", Object.keys(spec.capacity ?? {}).length > 0),
    ...(spec.csi ? [] : [required(`${at}.csi`, `has to be specified ${INLINE}`)]),
    ...modeErrors(`${at}.accessModes`, spec.accessModes),
    ...refused("persistentVolumeReclaimPolicy", Boolean(policy) && policy !== "Retain", "may only be Retain"),
    ...refused("nodeAffinity", spec.nodeAffinity !== undefined),
    ...sourceErrors(at, spec, "", true),
    ...recyclesRoot(at, spec),
    ...refused("storageClassName", Boolean(spec.storageClassName)),
    ...refused("volumeMode", volumeMode !== undefined && volumeMode !== "Filesystem", "may not specify volumeMode other than Filesystem"),
  ];
}

function modeErrors(field: string, modes: readonly string[] = []): FieldError[] {
  return [...(modes.length > 0 ? [] : [required(field, "")]), ...accessModeErrors(field, modes)];
}

function recyclesRoot(at: string, { persistentVolumeReclaimPolicy: policy, hostPath }: PersistentVolumeSpec): FieldError[] {
  if (policy !== "Recycle" || hostPath === undefined || !/^\/[/.]*$/.test(hostPath.path ?? "")) return [];
  return [forbiddenField(`${at}.persistentVolumeReclaimPolicy`, "may not be 'recycle' for a hostPath mount of '/'")];
}

export function mountOptionErrors(spec: PersistentVolumeSpec, annotations: Readonly<Record<string, string>> | undefined): FieldError[] {
  if (!annotations || !Object.hasOwn(annotations, OPTIONS) || WITH_OPTIONS.some((name) => spec[name] !== undefined)) return [];
  return [forbiddenField(`metadata.annotations.${OPTIONS}`, "may not specify mount options for this volume type")];
}

function capacityErrors(field: string, capacity: Readonly<Record<string, string>> | undefined): FieldError[] {
  const amounts = Object.entries(capacity ?? {});
  const errors: FieldError[] = [];
  if (amounts.length === 0) errors.push(required(field, ""));
  if (!amounts.some(([name]) => name === "storage") || amounts.length > 1)
    errors.push(notSupported(field, capacity && Object.fromEntries(amounts.toSorted()), ["storage"]));
  for (const [name, value] of amounts) {
    const quantity = parseQuantity(value);
    if (quantity.value() < 0n) errors.push(invalid(`${field}[${name}]`, quantity.value(), "must be a valid resource quantity"));
    if (quantity.unscaled <= 0n) errors.push(invalid(`${field}[${name}]`, value, NOT_POSITIVE));
  }
  return errors;
}

function nodeAffinityErrors(at: string, { nodeAffinity }: PersistentVolumeSpec): FieldError[] {
  if (!nodeAffinity) return [];
  const { required: selector } = nodeAffinity;
  return selector ? nodeSelectorErrors(`${at}.required`, selector) : [required(`${at}.required`, "must specify required node constraints")];
}

function sourceErrors(at: string, spec: PersistentVolumeSpec, volumeName: string, inline = false): FieldError[] {
  const errors: FieldError[] = [];
  const set = ORDER.filter((name) => spec[name] !== undefined);
  for (const [i, name] of set.entries()) {
    if (i > 0 && name !== "flexVolume") errors.push(forbiddenField(`${at}.${name === "cephfs" ? "cephFS" : name}`, SINGLE));
    else errors.push(...CHECKS[name](`${at}.${name === "gcePersistentDisk" ? "persistentDisk" : name}`, spec, volumeName));
    if (i === 0 && name === "local" && (inline || !spec.nodeAffinity)) errors.push(required(`${at}.nodeAffinity`, "Local volume requires node affinity"));
  }
  return set.length > 0 ? errors : [required(at, "must specify a volume type")];
}

function attributesErrors(at: string, { volumeAttributesClassName: name, csi }: PersistentVolumeSpec): FieldError[] {
  if (name === undefined) return [];
  return [
    ...(name ? className(`${at}.volumeAttributesClassName`, name) : [required(`${at}.volumeAttributesClassName`, "an empty string is disallowed")]),
    ...(csi ? [] : [required(`${at}.csi`, "has to be specified when using volumeAttributesClassName")]),
  ];
}

function iscsiVolumeErrors(at: string, { iscsi }: PersistentVolumeSource, volumeName: string): FieldError[] {
  if (!iscsi) return [];
  const { initiatorName, targetPortal, secretRef } = iscsi;
  const detail = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
  const isTooLong = initiatorName !== undefined && Buffer.byteLength(`${volumeName}:${targetPortal}`) > NAME_AND_PORTAL_MAX;
  return [
    ...(isTooLong ? [invalid(`${at}.targetportal`, targetPortal, detail)] : []),
    ...iscsiErrors(at, iscsi, "must be valid format"),
    ...(secretRef && !secretRef.name ? [required(`${at}.secretRef.name`, "")] : []),
  ];
}

function csiErrors(at: string, { csi }: PersistentVolumeSource): FieldError[] {
  const errors = [...csiDriverName(`${at}.driver`, csi?.driver), ...needs(at, csi, "volumeHandle")];
  for (const name of ["controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"] as const) {
    const secret = csi?.[name];
    if (!secret) continue;
    errors.push(...(secret.name ? dnsSubdomain(`${at}.${name}.name`, secret.name) : [required(`${at}.${name}.name`, "")]));
    errors.push(...(secret.namespace ? dnsLabel(`${at}.${name}.namespace`, secret.namespace) : [required(`${at}.${name}.namespace`, "")]));
  }
  return errors;
}

function secretNamed(at: string, secret: SecretReference | undefined): FieldError[] {
  return secret ? needs(at, secret, "name", "namespace") : [];
}

function endpointsNamespace(at: string, namespace: string | undefined): FieldError[] {
  if (namespace === undefined) return [];
  const field = `${at}.endpointsNamespace`;
  return namespace === ""
    ? [invalid(field, namespace, "if the endpointnamespace is set, it must be a valid namespace name")]
    : complain(field, namespace, isDNS1123Label(namespace));
}
