/** Volumes whose files come from the API: secrets, config maps, the pod's own fields, tokens, certificates. */

import { isDNS1123Subdomain } from "../../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../../machinery/status/field-error.ts";
import { domainKeys, labelSelector } from "../../meta/checks.ts";
import { descendingUnreserved } from "../../meta/paths.ts";
import { isKubernetesSigner, signerName } from "../../meta/signer-name.ts";
import type {
  ClusterTrustBundleProjection,
  DownwardAPIVolumeFile,
  DownwardAPIVolumeSource,
  KeyToPath,
  PodCertificateProjection,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
} from "../../tables/core-v1.ts";
import { fieldRefErrors, resourceRefErrors } from "../pod/validate/downward.ts";

const FIELDS: readonly string[] = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
const KEY_TYPES: readonly string[] = ["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];
const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 2 ** 32;
const HOUR = 3600;
const DAY = 24 * HOUR;
const REPEATED = "conflicting duplicate paths";

function modeErrors(field: string, mode: number | undefined): FieldError[] {
  return mode === undefined || (mode >= 0 && mode <= 0o777) ? [] : [invalid(field, mode, "must be a number between 0 and 0777 (octal), both inclusive")];
}

interface KeyedSource {
  readonly defaultMode?: number;
  readonly items?: KeyToPath[];
}

/** Of a secret or config map. @param nameField what the source calls it */
export function keyedSourceErrors(at: string, nameField: string, name: string | undefined, { defaultMode, items }: KeyedSource): FieldError[] {
  return [...(name ? [] : [required(`${at}.${nameField}`, "")]), ...modeErrors(`${at}.defaultMode`, defaultMode), ...itemErrors(`${at}.items`, items)];
}

function itemErrors(at: string, items: readonly KeyToPath[] | undefined): FieldError[] {
  return (items ?? []).flatMap(({ key, path = "", mode }, i) => [
    ...(key ? [] : [required(`${at}[${i}].key`, "")]),
    ...(path ? [] : [required(`${at}[${i}].path`, "")]),
    ...descendingUnreserved(`${at}[${i}].path`, path),
    ...modeErrors(`${at}[${i}].mode`, mode),
  ]);
}

export function downwardErrors(at: string, { defaultMode, items }: DownwardAPIVolumeSource): FieldError[] {
  return [...modeErrors(`${at}.defaultMode`, defaultMode), ...(items ?? []).flatMap((file) => downwardFile(at, file))];
}

function downwardFile(at: string, { path = "", fieldRef, resourceFieldRef, mode }: DownwardAPIVolumeFile): FieldError[] {
  const errors = [...(path ? [] : [required(`${at}.path`, "")]), ...descendingUnreserved(`${at}.path`, path)];
  if (fieldRef) {
    errors.push(...fieldRefErrors(`${at}.fieldRef`, fieldRef, FIELDS));
    if (resourceFieldRef) errors.push(invalid(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
  } else if (resourceFieldRef) errors.push(...resourceRefErrors(`${at}.resourceFieldRef`, resourceFieldRef, true));
  else errors.push(required(at, "one of fieldRef and resourceFieldRef is required"));
  return [...errors, ...modeErrors(`${at}.mode`, mode)];
}

export function projectedErrors(at: string, { defaultMode, sources }: ProjectedVolumeSource): FieldError[] {
  const paths = new Set<string>();
  /** Two sources can't write one file. */
  const take = (path: string, shown: unknown): FieldError[] => {
    if (paths.has(path)) return [invalid(at, shown, REPEATED)];
    paths.add(path);
    return [];
  };
  const errors = modeErrors(`${at}.defaultMode`, defaultMode);
  for (const [i, source] of (sources ?? []).entries()) {
    const field = `${at}.sources[${i}]`;
    const { downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source;
    for (const name of ["secret", "configMap"] as const) {
      const keyed = source[name];
      if (!keyed) continue;
      if (!keyed.name) errors.push(required(`${field}.${name}.name`, ""));
      errors.push(...itemErrors(`${field}.${name}.items`, keyed.items));
      for (const { path } of keyed.items ?? []) if (path) errors.push(...take(path, keyed.name ?? ""));
    }
    for (const file of downwardAPI?.items ?? []) {
      errors.push(...downwardFile(`${field}.downwardAPI`, file));
      if (file.path) errors.push(...take(file.path, file.path));
    }
    if (serviceAccountToken) errors.push(...tokenErrors(at, `${field}.serviceAccountToken`, serviceAccountToken));
    if (clusterTrustBundle) {
      const { path = "" } = clusterTrustBundle;
      errors.push(...bundleErrors(`${field}.clusterTrustBundle`, clusterTrustBundle), ...take(path, path));
    }
    if (podCertificate) errors.push(...certificateErrors(`${field}.podCertificate`, podCertificate, take));
    if (Object.keys(source).length > 1) errors.push(forbiddenField(field, "may not specify more than 1 volume type per source"));
  }
  return errors;
}

/** @param at the volume's field, under which Kubernetes reports the token's path */
function tokenErrors(at: string, field: string, { expirationSeconds, path }: ServiceAccountTokenProjection): FieldError[] {
  const seconds = `${field}.expirationSeconds`;
  const errors: FieldError[] = [];
  if (expirationSeconds === undefined) errors.push(required(seconds, ""));
  else if (expirationSeconds < TOKEN_SECONDS_MIN) errors.push(invalid(seconds, expirationSeconds, "may not specify a duration less than 10 minutes"));
  else if (expirationSeconds > TOKEN_SECONDS_MAX) errors.push(invalid(seconds, expirationSeconds, "may not specify a duration larger than 2^32 seconds"));
  return [...errors, ...(path ? descendingUnreserved(`${at}.path`, path) : [required(`${at}.path`, "")])];
}

function bundleErrors(at: string, bundle: ClusterTrustBundleProjection): FieldError[] {
  const { name, signerName: signer, labelSelector: selector, path = "" } = bundle;
  const errors: FieldError[] = [];
  if (name !== undefined && signer !== undefined) errors.push(invalid(at, bundle, "only one of name and signerName may be used"));
  else if (name !== undefined) {
    if (name === "") errors.push(required(`${at}.name`, "must be a valid object name"));
    const own = name.includes(":") ? name.slice(name.lastIndexOf(":") + 1) : name;
    for (const complaint of isDNS1123Subdomain(own)) errors.push(invalid(`${at}.name`, name, `not a valid clustertrustbundlename: ${complaint}`));
    if (selector) errors.push(invalid(`${at}.labelSelector`, selector, "labelSelector must be unset if name is specified"));
  } else if (signer !== undefined) {
    if (signer === "") errors.push(required(`${at}.signerName`, "must be a valid signer name"));
    errors.push(...signerName(`${at}.signerName`, signer), ...labelSelector(`${at}.labelSelector`, selector));
  } else errors.push(required(at, "either name or signerName must be specified"));
  if (!path) errors.push(required(`${at}.path`, ""));
  return [...errors, ...descendingUnreserved(`${at}.path`, path)];
}

function certificateErrors(at: string, projection: PodCertificateProjection, take: (path: string, shown: unknown) => FieldError[]): FieldError[] {
  const { signerName: signer = "", keyType = "", maxExpirationSeconds: seconds, userAnnotations } = projection;
  const errors = [...signerName(`${at}.signerName`, signer), ...(userAnnotations ? domainKeys(`${at}.userAnnotations`, userAnnotations) : [])];
  if (!KEY_TYPES.includes(keyType)) errors.push(notSupported(`${at}.keyType`, keyType, KEY_TYPES, "given"));
  if (seconds !== undefined) {
    const max = isKubernetesSigner(signer) ? DAY : 91 * DAY;
    if (seconds < HOUR) errors.push(invalid(`${at}.maxExpirationSeconds`, seconds, `if provided, maxExpirationSeconds must be >= ${HOUR}`));
    if (seconds > max) errors.push(invalid(`${at}.maxExpirationSeconds`, seconds, `if provided, maxExpirationSeconds must be <= ${max}`));
  }
  const names = (["credentialBundlePath", "keyPath", "certificateChainPath"] as const).filter((name) => projection[name]);
  for (const name of names) {
    const path = projection[name] ?? "";
    errors.push(...descendingUnreserved(`${at}.${name}`, path), ...take(path, path));
  }
  return names.length > 0 ? errors : [...errors, required(at, "specify at least one of credentialBundlePath, keyPath, and certificateChainPath")];
}
