/** What is wrong with a service. [Kubernetes pkg/apis/core/validation/validation.go validateService] */

import { isValidPortNumber } from "../../../machinery/names.ts";
import { duplicate, type FieldError, forbiddenField, invalid, notSupported, required } from "../../../machinery/status/field-error.ts";
import { complain, dnsLabel, dnsSubdomain, labels, oneOf, optionalOneOf, portNumberOrName, qualifiedName } from "../../meta/checks.ts";
import { endpointIp, validCidr, validIp } from "../../meta/ip.ts";
import type { Service, ServicePort, ServiceSpec } from "../../tables/core-v1.ts";
import { clusterIpErrors } from "./cluster-ips.ts";
import { isExternallyAccessible, isHeadless, needsHealthCheck } from "./facts.ts";
import { PROTOCOLS } from "./protocols.ts";

const SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges";
const OLD_HINTS = "service.kubernetes.io/topology-aware-hints";
const TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";
/** A day. */
const AFFINITY_SECONDS_MAX = 86400;
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";

/** @param last what stood there, whose old forms of addresses may stay */
export function serviceErrors(service: Service, last?: Service): FieldError[] {
  return [
    ...topologyErrors(service),
    ...typeErrors(service),
    ...portErrors(service),
    ...labels("spec.selector", service.spec.selector),
    ...affinityErrors(service.spec),
    ...clusterIpErrors(service, last),
    ...externalIpErrors(service, last),
    ...oneOf("spec.type", service.spec.type, ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
    ...repeatedPorts(service.spec),
    ...loadBalancerErrors(service, last),
    ...trafficErrors(service),
  ];
}

function topologyErrors({ metadata }: Service): FieldError[] {
  const mode = metadata.annotations?.[TOPOLOGY_MODE];
  const hints = metadata.annotations?.[OLD_HINTS];
  if (mode === undefined || hints === undefined || mode === hints) return [];
  return [invalid(`metadata.annotations[${TOPOLOGY_MODE}]`, mode, `must match annotations[${OLD_HINTS}] when both are specified`)];
}

function typeErrors(service: Service): FieldError[] {
  const { spec } = service;
  const headless = isHeadless(service);
  const errors: FieldError[] = [];
  if (!spec.ports?.length && !headless && spec.type !== "ExternalName") errors.push(required("spec.ports", ""));
  if (headless && (spec.type === "LoadBalancer" || spec.type === "NodePort")) {
    errors.push(invalid("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type !== "ExternalName") return errors;
  for (const name of ["clusterIPs", "ipFamilies"] as const)
    if (spec[name]?.length) errors.push(forbiddenField(`spec.${name}`, "may not be set for ExternalName services"));
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbiddenField("spec.ipFamilyPolicy", "may not be set for ExternalName services"));
  const cname = (spec.externalName ?? "").replace(/\.$/, "");
  return [...errors, ...(cname ? dnsSubdomain("spec.externalName", cname) : [required("spec.externalName", "")])];
}

function portErrors({ spec }: Service): FieldError[] {
  const names = new Set<string>();
  const ports = spec.ports ?? [];
  return ports.flatMap((port, i) => onePort(port, `spec.ports[${i}]`, ports.length > 1, names));
}

function onePort(port: ServicePort, at: string, needsName: boolean, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  if (port.name) {
    errors.push(...dnsLabel(`${at}.name`, port.name));
    if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
    names.add(port.name);
  } else if (needsName) errors.push(required(`${at}.name`, ""));
  errors.push(...complain(`${at}.port`, port.port ?? 0, isValidPortNumber(port.port ?? 0)));
  errors.push(...oneOf(`${at}.protocol`, port.protocol, PROTOCOLS), ...portNumberOrName(`${at}.targetPort`, port.targetPort));
  if (port.appProtocol !== undefined) errors.push(...qualifiedName(`${at}.appProtocol`, port.appProtocol));
  return errors;
}

function repeatedPorts({ type, ports = [] }: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const nodePorts = new Set<string>();
  const seen = new Set<string>();
  for (const [i, { protocol = "", port = 0, nodePort }] of ports.entries()) {
    const at = `spec.ports[${i}]`;
    if (nodePort && type === "ClusterIP") errors.push(forbiddenField(`${at}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
    if (nodePort && nodePorts.has(`${protocol}/${nodePort}`)) errors.push(duplicate(`${at}.nodePort`, nodePort));
    if (nodePort) nodePorts.add(`${protocol}/${nodePort}`);
    if (seen.has(`${protocol}/${port}`))
      errors.push(duplicate(at, { Name: "", Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 }));
    seen.add(`${protocol}/${port}`);
  }
  return errors;
}

function affinityErrors({ sessionAffinity, sessionAffinityConfig: config }: ServiceSpec): FieldError[] {
  const errors = oneOf("spec.sessionAffinity", sessionAffinity, ["ClientIP", "None"]);
  const at = "spec.sessionAffinityConfig";
  if (sessionAffinity === "None" && config) return [...errors, forbiddenField(at, "must not be set when session affinity is None")];
  if (sessionAffinity !== "ClientIP") return errors;
  const seconds = config?.clientIP?.timeoutSeconds;
  if (seconds === undefined) {
    const missing = !config ? at : !config.clientIP ? `${at}.clientIP` : `${at}.clientIP.timeoutSeconds`;
    return [...errors, required(missing, "when session affinity type is ClientIP")];
  }
  if (seconds > 0 && seconds <= AFFINITY_SECONDS_MAX) return errors;
  return [...errors, invalid(`${at}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${AFFINITY_SECONDS_MAX}`)];
}

function externalIpErrors({ spec }: Service, last: Service | undefined): FieldError[] {
  return (spec.externalIPs ?? []).flatMap((ip, i) => {
    const errors = validIp(`spec.externalIPs[${i}]`, ip, last?.spec.externalIPs);
    return errors.length > 0 ? errors : endpointIp(`spec.externalIPs[${i}]`, ip);
  });
}

function loadBalancerErrors({ metadata, spec }: Service, last: Service | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const isBalanced = spec.type === "LoadBalancer";
  const annotation = metadata.annotations?.[SOURCE_RANGES];
  if (spec.loadBalancerSourceRanges?.length) {
    const at = "spec.LoadBalancerSourceRanges";
    if (!isBalanced) errors.push(forbiddenField(at, ONLY_LOAD_BALANCER));
    const before = (last?.spec.loadBalancerSourceRanges ?? []).map((range) => range.trim());
    for (const [i, range] of spec.loadBalancerSourceRanges.entries()) errors.push(...validCidr(`${at}[${i}]`, range.trim(), before));
  } else if (annotation !== undefined) {
    const at = `metadata.annotations[${SOURCE_RANGES}]`;
    if (!isBalanced) errors.push(forbiddenField(at, ONLY_LOAD_BALANCER));
    if (annotation !== last?.metadata.annotations?.[SOURCE_RANGES] && annotation.trim() !== "") {
      for (const range of annotation.trim().split(",")) errors.push(...validCidr(at, range.trim()));
    }
  }
  if (!isBalanced && spec.allocateLoadBalancerNodePorts !== undefined) errors.push(forbiddenField("spec.allocateLoadBalancerNodePorts", ONLY_LOAD_BALANCER));
  if (isBalanced && spec.allocateLoadBalancerNodePorts === undefined) errors.push(required("allocateLoadBalancerNodePorts", ""));
  if (spec.loadBalancerClass === undefined) return errors;
  const at = "spec.loadBalancerClass";
  return [...errors, ...(isBalanced ? qualifiedName(at, spec.loadBalancerClass) : [forbiddenField(at, ONLY_LOAD_BALANCER)])];
}

function trafficErrors(service: Service): FieldError[] {
  const { spec } = service;
  const errors: FieldError[] = [];
  const external = "spec.externalTrafficPolicy";
  if (isExternallyAccessible(service)) errors.push(...oneOf(external, spec.externalTrafficPolicy, ["Cluster", "Local"]));
  else if (spec.externalTrafficPolicy) errors.push(invalid(external, spec.externalTrafficPolicy, "may only be set for externally-accessible services"));
  const health = "spec.healthCheckNodePort";
  if (needsHealthCheck(service)) {
    if (!spec.healthCheckNodePort) errors.push(required(health, ""));
    else errors.push(...complain(health, spec.healthCheckNodePort, isValidPortNumber(spec.healthCheckNodePort)));
  } else if (spec.healthCheckNodePort) {
    errors.push(invalid(health, spec.healthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
  }
  const internal = "spec.internalTrafficPolicy";
  if (spec.internalTrafficPolicy !== undefined) {
    if (!["Cluster", "Local"].includes(spec.internalTrafficPolicy)) errors.push(notSupported(internal, spec.internalTrafficPolicy, ["Cluster", "Local"]));
  } else if (["NodePort", "LoadBalancer", "ClusterIP"].includes(spec.type ?? "")) errors.push(required(internal, ""));
  return [...errors, ...optionalOneOf("spec.trafficDistribution", spec.trafficDistribution, ["PreferClose", "PreferSameZone", "PreferSameNode"])];
}

/** @returns errors of the status that a load balancer's controller writes */
export function serviceStatusErrors({ spec, status }: Service, last: Service): FieldError[] {
  const ingress = status?.loadBalancer?.ingress ?? [];
  const at = "status.loadBalancer.ingress";
  if (spec.type !== "LoadBalancer") return ingress.length > 0 ? [forbiddenField(at, "may only be used when `spec.type` is 'LoadBalancer'")] : [];
  const before = (last.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []);
  return ingress.flatMap(({ ip, ipMode, hostname }, i) => {
    const errors = ip ? validIp(`${at}[${i}].ip`, ip, before) : [];
    if (ipMode === undefined) {
      if (ip) errors.push(required(`${at}[${i}].ipMode`, "must be specified when `ip` is set"));
    } else if (!ip) errors.push(forbiddenField(`${at}[${i}].ipMode`, "may not be specified when `ip` is not set"));
    else errors.push(...optionalOneOf(`${at}[${i}].ipMode`, ipMode, ["Proxy", "VIP"]));
    if (!hostname) return errors;
    errors.push(...dnsSubdomain(`${at}[${i}].hostname`, hostname));
    if (validIp("", hostname).length === 0) errors.push(invalid(`${at}[${i}].hostname`, hostname, "must be a DNS name, not an IP address"));
    return errors;
  });
}
