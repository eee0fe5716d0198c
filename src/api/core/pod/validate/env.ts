/** Environment variables, and what they are read from. */

import { isConfigMapKey, isDNS1123Subdomain, isEnvVarName } from "../../../../machinery/names.ts";
import { type FieldError, invalid, required } from "../../../../machinery/status/field-error.ts";
import { complain, dnsLabel } from "../../../meta/checks.ts";
import { noBacksteps } from "../../../meta/paths.ts";
import type { EnvFromSource, EnvVar, FileKeySelector } from "../../../tables/core-v1.ts";
import { fieldRefErrors, resourceRefErrors } from "./downward.ts";

const FIELDS: readonly string[] = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];
const TWO = "may not have more than one field specified at a time";

export function envErrors(at: string, vars: readonly EnvVar[] | undefined): FieldError[] {
  return (vars ?? []).flatMap((variable, i) => {
    const field = `${at}[${i}]`;
    const name = variable.name ? complain(`${field}.name`, variable.name, isEnvVarName(variable.name)) : [required(`${field}.name`, "")];
    return [...name, ...sourceErrors(`${field}.valueFrom`, variable)];
  });
}

function sourceErrors(at: string, { value, valueFrom }: EnvVar): FieldError[] {
  if (!valueFrom) return [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  const errors: FieldError[] = [];
  if (fieldRef) errors.push(...fieldRefErrors(`${at}.fieldRef`, fieldRef, FIELDS));
  if (resourceFieldRef) errors.push(...resourceRefErrors(`${at}.resourceFieldRef`, resourceFieldRef, false));
  if (configMapKeyRef) errors.push(...keyErrors(`${at}.configMapKeyRef`, configMapKeyRef));
  if (secretKeyRef) errors.push(...keyErrors(`${at}.secretKeyRef`, secretKeyRef));
  if (fileKeyRef) errors.push(...fileKeyErrors(`${at}.fileKeyRef`, fileKeyRef));
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  if (sources === 0) errors.push(invalid(at, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"));
  else if (value) errors.push(invalid(at, "", "may not be specified when `value` is not empty"));
  else if (sources > 1) errors.push(invalid(at, "", TWO));
  return errors;
}

function keyErrors(at: string, { name = "", key }: { name?: string; key?: string }): FieldError[] {
  const errors = complain(`${at}.name`, name, isDNS1123Subdomain(name));
  return [...errors, ...(key ? complain(`${at}.key`, key, isConfigMapKey(key)) : [required(`${at}.key`, "")])];
}

function fileKeyErrors(at: string, { key, volumeName, path }: FileKeySelector): FieldError[] {
  return [
    ...(key ? complain(`${at}.key`, key, isEnvVarName(key)) : [required(`${at}.key`, "")]),
    ...(volumeName ? dnsLabel(`${at}.volumeName`, volumeName) : [required(`${at}.volumeName`, "")]),
    ...(path ? noBacksteps(`${at}.path`, path) : [required(`${at}.path`, "")]),
  ];
}

export function envFromErrors(at: string, sources: readonly EnvFromSource[] | undefined): FieldError[] {
  return (sources ?? []).flatMap(({ prefix, configMapRef, secretRef }, i) => {
    const field = `${at}[${i}]`;
    const errors = prefix ? complain(`${field}.prefix`, prefix, isEnvVarName(prefix)) : [];
    if (configMapRef) errors.push(...nameErrors(`${field}.configMapRef.name`, configMapRef.name));
    if (secretRef) errors.push(...nameErrors(`${field}.secretRef.name`, secretRef.name));
    if (!configMapRef && !secretRef) errors.push(invalid(at, "", "must specify one of: `configMapRef` or `secretRef`"));
    else if (configMapRef && secretRef) errors.push(invalid(at, "", TWO));
    return errors;
  });
}

/** May end in a dash, which was let through once. */
function nameErrors(field: string, name: string | undefined): FieldError[] {
  if (!name) return [required(field, "")];
  const masked = name.length > 1 && name.endsWith("-") ? `${name.slice(0, -2)}a` : name;
  return complain(field, name, isDNS1123Subdomain(masked));
}
