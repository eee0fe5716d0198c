/** A pod's volumes. [Kubernetes pkg/apis/core/validation/validation.go ValidateVolumes] */

import { isDNS1123Subdomain } from "../../../machinery/names.ts";
import { parseQuantity } from "../../../machinery/quantity/quantity.ts";
import { duplicate, type FieldError, forbiddenField, invalid, required } from "../../../machinery/status/field-error.ts";
import { dnsLabel, oneOf, optionalOneOf } from "../../meta/checks.ts";
import { noBacksteps } from "../../meta/paths.ts";
import type { EphemeralVolumeSource, HostPathVolumeSource, Volume, VolumeSource } from "../../tables/core-v1.ts";
import { claimTemplateErrors } from "./claim-spec.ts";
import { downwardErrors, keyedSourceErrors, projectedErrors } from "./projected.ts";
import { type SourceCheck, sourceChecks } from "./sources.ts";

const HOST_PATH_TYPES: readonly string[] = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/** Checks of one kind of volume each; those of storage that others provide are in sources.ts. */
const CHECKS: Readonly<Record<string, SourceCheck>> = {
  ...sourceChecks,
  emptyDir: emptyDirErrors,
  hostPath: (at, { hostPath }) => (hostPath ? hostPathErrors(at, hostPath) : []),
  secret: (at, { secret }) => (secret ? keyedSourceErrors(at, "secretName", secret.secretName, secret) : []),
  configMap: (at, { configMap }) => (configMap ? keyedSourceErrors(at, "name", configMap.name, configMap) : []),
  persistentVolumeClaim: (at, { persistentVolumeClaim: claim }) => (claim?.claimName ? [] : [required(`${at}.claimName`, "")]),
  downwardAPI: (at, { downwardAPI }) => (downwardAPI ? downwardErrors(at, downwardAPI) : []),
  projected: (at, { projected }) => (projected ? projectedErrors(at, projected) : []),
  ephemeral: (at, { ephemeral }) => (ephemeral ? ephemeralErrors(at, ephemeral) : []),
  image: (at, { image }) => [
    ...(image?.reference ? [] : [required(`${at}.reference`, "")]),
    ...oneOf(`${at}.pullPolicy`, image?.pullPolicy, ["Always", "IfNotPresent", "Never"]),
  ],
};

/** The kinds of volumes in Kubernetes' order: of several that are set the first counts, and the others are refused. */
const ORDER = [
  "emptyDir",
  "hostPath",
  "gitRepo",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "secret",
  "nfs",
  "iscsi",
  "glusterfs",
  "flocker",
  "persistentVolumeClaim",
  "rbd",
  "cinder",
  "cephfs",
  "quobyte",
  "downwardAPI",
  "fc",
  "flexVolume",
  "configMap",
  "azureFile",
  "vsphereVolume",
  "photonPersistentDisk",
  "portworxVolume",
  "azureDisk",
  "storageos",
  "projected",
  "scaleIO",
  "csi",
  "ephemeral",
  "image",
] as const satisfies readonly (keyof VolumeSource)[];

/** Where Kubernetes reports a second kind under another name than the field's. */
const REFUSED_AT: ReadonlyMap<string, string> = new Map([
  ["cephfs", "cephFS"],
  ["downwardAPI", "downwarAPI"],
]);
/** Where it reports what is wrong with the kind itself under another name. */
const REPORTED_AT: ReadonlyMap<string, string> = new Map([["gcePersistentDisk", "persistentDisk"]]);

/**
 * @param podName what the names of claims for ephemeral volumes begin with; absent in templates
 * @returns beside the errors the volumes that are good, by name: mounts of others are reported as not found
 */
export function volumeErrors(at: string, volumes: readonly Volume[], podName: string | undefined): { volumes: Map<string, Volume>; errors: FieldError[] } {
  const good = new Map<string, Volume>();
  const errors: FieldError[] = [];
  const made = new Set(podName ? volumes.filter(({ ephemeral }) => ephemeral).map(({ name }) => `${podName}-${name}`) : []);
  for (const [i, volume] of volumes.entries()) {
    const field = `${at}[${i}]`;
    const own = sourceErrors(field, volume, podName);
    if (!volume.name) own.push(required(`${field}.name`, ""));
    else own.push(...dnsLabel(`${field}.name`, volume.name));
    if (good.has(volume.name)) own.push(duplicate(`${field}.name`, volume.name));
    if (own.length === 0) good.set(volume.name, volume);
    errors.push(...own);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim && made.has(claim)) {
      errors.push(invalid(`${field}.persistentVolumeClaim.claimName`, claim, "must not reference a PVC that gets created for an ephemeral volume"));
    }
  }
  return { volumes: good, errors };
}

function sourceErrors(at: string, volume: Volume, podName: string | undefined): FieldError[] {
  const errors: FieldError[] = [];
  let found = false;
  for (const name of ORDER) {
    if (volume[name] === undefined) continue;
    if (found) errors.push(forbiddenField(`${at}.${REFUSED_AT.get(name) ?? name}`, "may not specify more than 1 volume type"));
    else errors.push(...(CHECKS[name]?.(`${at}.${REPORTED_AT.get(name) ?? name}`, volume) ?? []));
    if (name === "iscsi") errors.push(...initiatorErrors(at, volume));
    if (name === "ephemeral" && !found) errors.push(...claimNameErrors(at, volume.name, podName));
    found = true;
  }
  return found ? errors : [required(at, "must specify a volume type")];
}

function emptyDirErrors(at: string, { emptyDir }: VolumeSource): FieldError[] {
  const limit = emptyDir?.sizeLimit;
  return limit !== undefined && parseQuantity(limit).unscaled < 0n
    ? [forbiddenField(`${at}.sizeLimit`, "SizeLimit field must be a valid resource quantity")]
    : [];
}

export function hostPathErrors(at: string, { path, type }: HostPathVolumeSource): FieldError[] {
  if (!path) return [required(`${at}.path`, "")];
  return [...noBacksteps(`${at}.path`, path), ...optionalOneOf(`${at}.type`, type, HOST_PATH_TYPES)];
}

function initiatorErrors(at: string, { name, iscsi }: Volume): FieldError[] {
  if (iscsi?.initiatorName === undefined || Buffer.byteLength(`${name}:${iscsi.targetPortal}`) <= 64) return [];
  const detail = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
  return [invalid(`${at}.name`, name, detail)];
}

function ephemeralErrors(at: string, { volumeClaimTemplate: template }: EphemeralVolumeSource): FieldError[] {
  return template ? claimTemplateErrors(`${at}.volumeClaimTemplate`, template) : [required(`${at}.volumeClaimTemplate`, "")];
}

/** The claim of an ephemeral volume is called by the pod and the volume. */
function claimNameErrors(at: string, volume: string, podName: string | undefined): FieldError[] {
  if (!podName || !volume) return [];
  const name = `${podName}-${volume}`;
  return isDNS1123Subdomain(name).map((complaint) => invalid(`${at}.name`, volume, `PVC name ${JSON.stringify(name)}: ${complaint}`));
}
