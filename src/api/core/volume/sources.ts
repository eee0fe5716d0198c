/**
 * Kinds of volumes whose storage others provide: file servers, clouds, CSI drivers. Most of their drivers have left Kubernetes; the fields
 * are still held to their form. A pod's volume and a PersistentVolume mostly have the same fields.
 */

import { isDNS1123Subdomain, isInRange } from "../../../machinery/names.ts";
import { type FieldError, invalid, notSupported, required, tooLong } from "../../../machinery/status/field-error.ts";
import { complain, dnsLabel, optionalOneOf } from "../../meta/checks.ts";
import { descending } from "../../meta/paths.ts";
import type { ISCSIVolumeSource, PersistentVolumeSource, VolumeSource } from "../../tables/core-v1.ts";

/** @param at the source's own field; the check reads it from the volume by its name */
export type SourceCheck = (at: string, volume: VolumeSource) => FieldError[];

/** @returns an error for each of the members that is missing or empty */
export function needs<T extends object>(at: string, source: T | undefined, ...names: (keyof T & string)[]): FieldError[] {
  return names.filter((name) => isEmpty(source?.[name])).map((name) => required(`${at}.${name}`, ""));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

function partition(field: string, value: number | undefined): FieldError[] {
  return complain(field, value ?? 0, isInRange(value ?? 0, 0, 255).length > 0 ? ["must be between 1 and 255, inclusive"] : []);
}

/** The checks that PersistentVolumes share, by the field's name. */
export const sharedChecks = {
  gcePersistentDisk: (at, { gcePersistentDisk: disk }) => [...needs(at, disk, "pdName"), ...partition(`${at}.partition`, disk?.partition)],
  awsElasticBlockStore: (at, { awsElasticBlockStore: disk }) => [...needs(at, disk, "volumeID"), ...partition(`${at}.partition`, disk?.partition)],
  nfs: (at, { nfs }) => [
    ...needs(at, nfs, "server", "path"),
    ...(nfs?.path?.startsWith("/") ? [] : [invalid(`${at}.path`, nfs?.path ?? "", "must be an absolute path")]),
  ],
  flocker: (at, { flocker }) => {
    const { datasetName = "", datasetUUID = "" } = flocker ?? {};
    return [
      ...(datasetName || datasetUUID ? [] : [required(at, "one of datasetName and datasetUUID is required")]),
      ...(datasetName && datasetUUID ? [invalid(at, "resource", "datasetName and datasetUUID can not be specified simultaneously")] : []),
      ...(datasetName.includes("/") ? [invalid(`${at}.datasetName`, datasetName, "must not contain '/'")] : []),
    ];
  },
  quobyte: (at, { quobyte }) => [...quobyteErrors(at, quobyte), ...needs(at, quobyte, "volume")],
  fc: (at, { fc }) => {
    const { targetWWNs = [], wwids = [], lun } = fc ?? {};
    const errors: FieldError[] = [];
    if (targetWWNs.length + wwids.length === 0) errors.push(required(`${at}.targetWWNs`, "must specify either targetWWNs or wwids, but not both"));
    if (targetWWNs.length > 0 && wwids.length > 0) {
      errors.push(invalid(`${at}.targetWWNs`, targetWWNs, "targetWWNs and wwids can not be specified simultaneously"));
    }
    if (targetWWNs.length === 0) return errors;
    if (lun === undefined) return [...errors, required(`${at}.lun`, "lun is required if targetWWNs is specified")];
    return [...errors, ...complain(`${at}.lun`, lun, isInRange(lun, 0, 255))];
  },
  vsphereVolume: (at, { vsphereVolume }) => needs(at, vsphereVolume, "volumePath"),
  photonPersistentDisk: (at, { photonPersistentDisk }) => needs(at, photonPersistentDisk, "pdID"),
  portworxVolume: (at, { portworxVolume }) => needs(at, portworxVolume, "volumeID"),
  azureDisk: (at, { azureDisk: disk }) => {
    const { kind, diskURI = "", cachingMode } = disk ?? {};
    const errors = [...needs(at, disk, "diskName", "diskURI"), ...optionalOneOf(`${at}.cachingMode`, cachingMode, ["None", "ReadOnly", "ReadWrite"])];
    errors.push(...optionalOneOf(`${at}.kind`, kind, ["Dedicated", "Managed", "Shared"]));
    const managed = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
    const blob = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";
    if (kind === "Managed" && !diskURI.startsWith("/subscriptions/")) errors.push(notSupported(`${at}.diskURI`, diskURI, [managed]));
    if (kind !== undefined && kind !== "Managed" && !diskURI.startsWith("https://")) errors.push(notSupported(`${at}.diskURI`, diskURI, [blob]));
    return errors;
  },
} satisfies Record<string, (at: string, source: Pick<VolumeSource, keyof VolumeSource & keyof PersistentVolumeSource>) => FieldError[]>;

/** Those of a pod's own volumes, by the field's name. */
export const sourceChecks: Readonly<Record<string, SourceCheck>> = {
  ...sharedChecks,
  gitRepo: (at, { gitRepo }) => [...needs(at, gitRepo, "repository"), ...descending(`${at}.directory`, gitRepo?.directory ?? "")],
  iscsi: (at, { iscsi }) => (iscsi ? iscsiErrors(at, iscsi, "must be valid format starting with iqn, eui, or naa") : []),
  glusterfs: (at, { glusterfs }) => needs(at, glusterfs, "endpoints", "path"),
  rbd: (at, { rbd }) => needs(at, rbd, "monitors", "image"),
  cinder: (at, { cinder }) => [...needs(at, cinder, "volumeID"), ...(cinder?.secretRef ? needs(`${at}.secretRef`, cinder.secretRef, "name") : [])],
  cephfs: (at, { cephfs }) => needs(at, cephfs, "monitors"),
  flexVolume: (at, { flexVolume }) => flexErrors(at, flexVolume),
  azureFile: (at, { azureFile }) => needs(at, azureFile, "secretName", "shareName"),
  storageos: (at, { storageos }) => [...storageOsErrors(at, storageos), ...(storageos?.secretRef ? needs(`${at}.secretRef`, storageos.secretRef, "name") : [])],
  scaleIO: (at, { scaleIO }) => needs(at, scaleIO, "gateway", "system", "volumeName"),
  csi: (at, { csi }) => {
    const errors = csiDriverName(`${at}.driver`, csi?.driver);
    const secret = csi?.nodePublishSecretRef;
    if (!secret) return errors;
    if (!secret.name) return [...errors, required(`${at}.nodePublishSecretRef.name`, "")];
    return [...errors, ...complain(`${at}.name`, secret.name, isDNS1123Subdomain(secret.name))];
  },
};

/** @param wrongForm what is said of a qualified name that begins with none of the three words */
export function iscsiErrors(at: string, iscsi: Omit<ISCSIVolumeSource, "secretRef"> & { secretRef?: object }, wrongForm: string): FieldError[] {
  const { targetPortal, iqn, lun = 0, initiatorName } = iscsi;
  return [
    ...(targetPortal ? [] : [required(`${at}.targetPortal`, "")]),
    ...(iqn ? iqnErrors(`${at}.iqn`, iqn, wrongForm) : [required(`${at}.iqn`, "")]),
    ...complain(`${at}.lun`, lun, isInRange(lun, 0, 255)),
    ...((iscsi.chapAuthDiscovery || iscsi.chapAuthSession) && !iscsi.secretRef ? [required(`${at}.secretRef`, "")] : []),
    ...(initiatorName === undefined ? [] : iqnErrors(`${at}.initiatorname`, initiatorName, wrongForm)),
  ];
}

function iqnErrors(field: string, name: string, wrongForm: string): FieldError[] {
  const forms: Record<string, RegExp> = { iqn: /iqn\.\d{4}-\d{2}\.[a-zA-Z0-9.-]+:[^,;*&$|\s]+$/, eui: /^eui.[a-zA-Z0-9]{16}$/, naa: /^naa.[a-zA-Z0-9]{32}$/ };
  const form = forms[name.slice(0, 3)];
  if (!form) return [invalid(field, name, wrongForm)];
  return form.test(name) ? [] : [invalid(field, name, "must be valid format")];
}

function quobyteErrors(at: string, quobyte: VolumeSource["quobyte"]): FieldError[] {
  const { registry = "", tenant = "" } = quobyte ?? {};
  const detail = "must be a host:port pair or multiple pairs separated by commas";
  if (!registry) return [required(`${at}.registry`, detail)];
  if (tenant.length >= 65) return [required(`${at}.tenant`, "must be a UUID and may not exceed a length of 64 characters")];
  return registry.split(",").flatMap((pair) => (/^(?:[^:[\]]*|\[[^[\]]*\]):[^:[\]]*$/.test(pair) ? [] : [invalid(`${at}.registry`, registry, detail)]));
}

export function flexErrors(at: string, volume: { driver?: string; options?: Record<string, string> } | undefined): FieldError[] {
  const reserved = Object.keys(volume?.options ?? {}).filter((key) => {
    const domain = `.${(key.includes("/") ? key.slice(0, key.indexOf("/")) : key).toLowerCase()}`;
    return domain.endsWith(".kubernetes.io") || domain.endsWith(".k8s.io");
  });
  return [
    ...(volume?.driver ? [] : [required(`${at}.driver`, "")]),
    ...reserved.map((key) => invalid(`${at}.options[${key}]`, key, "kubernetes.io and k8s.io namespaces are reserved")),
  ];
}

export function storageOsErrors(at: string, volume: { volumeName?: string; volumeNamespace?: string } | undefined): FieldError[] {
  const { volumeName, volumeNamespace } = volume ?? {};
  return [
    ...(volumeName ? dnsLabel(`${at}.volumeName`, volumeName) : [required(`${at}.volumeName`, "")]),
    ...(volumeNamespace ? dnsLabel(`${at}.volumeNamespace`, volumeNamespace) : []),
  ];
}

export function csiDriverName(field: string, name = ""): FieldError[] {
  if (!name) return [required(field, "")];
  return [...(name.length > 63 ? [tooLong(field, 63)] : []), ...complain(field, name, isDNS1123Subdomain(name.toLowerCase()))];
}
