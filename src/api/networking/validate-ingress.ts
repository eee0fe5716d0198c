/** What is wrong with an ingress. [Kubernetes pkg/apis/networking/validation/validation.go] */

import {
  isDNS1123Label,
  isDNS1123Subdomain,
  isPathSegmentName,
  isValidPortName,
  isValidPortNumber,
  isWildcardDNS1123Subdomain,
} from "../../machinery/names.ts";
import { type FieldError, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { complain } from "../meta/checks.ts";
import { isIp } from "../meta/ip.ts";
import type { TypedLocalObjectReference } from "../tables/core-v1.ts";
import type { HTTPIngressPath, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec, IngressTLS } from "../tables/networking-v1.ts";

const PATH_TYPES: readonly string[] = ["Exact", "ImplementationSpecific", "Prefix"];
/** What a server might read in another way than a proxy. */
const AMBIGUOUS: readonly string[] = ["//", "/./", "/../", "%2f", "%2F"];
const AMBIGUOUS_ENDS: readonly string[] = ["/..", "/."];

export function ingressErrors(spec: IngressSpec): FieldError[] {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  return [
    ...(rules.length === 0 && !defaultBackend ? [invalid("spec", spec.rules, "either `defaultBackend` or `rules` must be specified")] : []),
    ...(defaultBackend ? backendErrors("spec.defaultBackend", defaultBackend) : []),
    ...rules.flatMap((rule, i) => ruleErrors(`spec.rules[${i}]`, rule)),
    ...tls.flatMap((one, i) => tlsErrors(`spec.tls[${i}]`, one)),
    ...(ingressClassName === undefined ? [] : complain("spec.ingressClassName", ingressClassName, isDNS1123Subdomain(ingressClassName))),
  ];
}

function hostErrors(field: string, host: string): FieldError[] {
  return complain(field, host, host.includes("*") ? isWildcardDNS1123Subdomain(host) : isDNS1123Subdomain(host));
}

function tlsErrors(at: string, { hosts = [], secretName }: IngressTLS): FieldError[] {
  const errors = hosts.flatMap((host, i) => hostErrors(`${at}.hosts[${i}]`, host));
  return secretName ? [...errors, ...complain(`${at}.secretName`, secretName, isDNS1123Subdomain(secretName))] : errors;
}

function ruleErrors(at: string, { host, http }: IngressRule): FieldError[] {
  const errors: FieldError[] = [];
  if (host && isIp(host)) errors.push(invalid(`${at}.host`, host, "must be a DNS name, not an IP address"));
  if (host) errors.push(...hostErrors(`${at}.host`, host));
  if (!http) return errors;
  if (!http.paths?.length) return [...errors, required(`${at}.http.paths`, "")];
  return [...errors, ...http.paths.flatMap((path, i) => pathErrors(`${at}.http.paths[${i}]`, path))];
}

function pathErrors(at: string, { path = "", pathType, backend }: HTTPIngressPath): FieldError[] {
  if (pathType === undefined) return [required(`${at}.pathType`, "pathType must be specified")];
  const field = `${at}.path`;
  const errors: FieldError[] = [];
  if (!PATH_TYPES.includes(pathType)) errors.push(notSupported(`${at}.pathType`, pathType, PATH_TYPES));
  else if (!path.startsWith("/") && (path !== "" || pathType !== "ImplementationSpecific")) errors.push(invalid(field, path, "must be an absolute path"));
  if (pathType === "Exact" || pathType === "Prefix") {
    for (const part of AMBIGUOUS) if (path.includes(part)) errors.push(invalid(field, path, `must not contain '${part}'`));
    for (const end of AMBIGUOUS_ENDS) if (path.endsWith(end)) errors.push(invalid(field, path, `cannot end with '${end}'`));
  }
  return [...errors, ...backendErrors(`${at}.backend`, backend)];
}

function backendErrors(at: string, { service, resource }: IngressBackend): FieldError[] {
  if (service && resource) return [invalid(at, "", "cannot set both resource and service backends")];
  if (resource) return resourceErrors(`${at}.resource`, resource);
  return service ? serviceErrors(at, service) : [invalid(at, "", "resource or service backend is required")];
}

function resourceErrors(at: string, { apiGroup, kind, name }: TypedLocalObjectReference): FieldError[] {
  return [
    ...(apiGroup === undefined ? [] : complain(`${at}.apiGroup`, apiGroup, isDNS1123Subdomain(apiGroup))),
    ...(kind ? complain(`${at}.kind`, kind, isPathSegmentName(kind)) : [required(`${at}.kind`, "")]),
    ...(name ? complain(`${at}.name`, name, isPathSegmentName(name)) : [required(`${at}.name`, "")]),
  ];
}

function serviceErrors(at: string, { name, port: { name: portName = "", number: port = 0 } = {} }: IngressServiceBackend): FieldError[] {
  const errors = name ? complain(`${at}.service.name`, name, isDNS1123Label(name)) : [required(`${at}.service.name`, "")];
  if (portName && port) return [...errors, invalid(at, "", "cannot set both port name & port number")];
  if (portName) return [...errors, ...complain(`${at}.service.port.name`, portName, isValidPortName(portName))];
  if (port) return [...errors, ...complain(`${at}.service.port.number`, port, isValidPortNumber(port))];
  return [...errors, required(at, "port name or number is required")];
}
