/** Ingresses: which requests from outside go to which service. */

import { isDNS1123Subdomain } from "../../machinery/names.ts";
import { type FieldError, invalid } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { complain } from "../meta/checks.ts";
import { ageColumn, column, NONE, nameColumn } from "../meta/columns.ts";
import { ipWarnings, isIp, validIp } from "../meta/ip.ts";
import type { IngressLoadBalancerIngress, IngressRule, Ingress as IngressType } from "../tables/networking-v1.ts";
import { ingressErrors } from "./validate-ingress.ts";

const CLASS_ANNOTATION = "kubernetes.io/ingress.class";
const HOSTS_SHOWN_MAX = 3;

export const Ingress = kind<IngressType>("networking.k8s.io/v1", "ingresses", {
  generation: true,
  validate: ({ spec }) => ingressErrors(spec),
  validateCreate: classErrors,
  warnings({ metadata: { annotations }, spec }, last) {
    if (last || annotations?.[CLASS_ANNOTATION] === undefined || spec.ingressClassName !== undefined) return [];
    return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`];
  },
  subresources: {
    status: {
      validateUpdate: (next, last) => pointsOf(next).flatMap((point, i) => pointErrors(point, i, ipsOf(last))),
      warnings: (next) => pointsOf(next).flatMap(({ ip }, i) => (ip ? ipWarnings(`status.loadBalancer.ingress[${i}]`, ip) : [])),
    },
  },
  columns: [
    nameColumn,
    column("Class", "string", "Who serves it.", ({ spec }) => spec.ingressClassName ?? NONE),
    column("Hosts", "string", "The hosts that are asked for.", ({ spec }) => hostsCell(spec.rules ?? [])),
    column("Address", "string", "Where requests come in.", addressCell),
    column("Ports", "string", "Whether TLS is among them.", ({ spec }) => (spec.tls?.length ? "80, 443" : "80")),
    ageColumn,
  ],
});

function classErrors({ metadata: { annotations }, spec: { ingressClassName } }: IngressType): FieldError[] {
  const annotated = annotations?.[CLASS_ANNOTATION];
  if (annotated === undefined || ingressClassName === undefined || annotated === ingressClassName) return [];
  return [invalid(`annotations.${CLASS_ANNOTATION}`, annotated, "must match `ingressClassName` when both are specified")];
}

function pointsOf({ status }: IngressType): readonly IngressLoadBalancerIngress[] {
  return status?.loadBalancer?.ingress ?? [];
}

function ipsOf(ingress: IngressType): string[] {
  return pointsOf(ingress).flatMap(({ ip }) => ip ?? []);
}

function pointErrors({ ip, hostname }: IngressLoadBalancerIngress, i: number, lastIps: readonly string[]): FieldError[] {
  const at = `status.loadBalancer.ingress[${i}]`;
  const errors = ip ? validIp(`${at}.ip`, ip, lastIps) : [];
  if (!hostname) return errors;
  errors.push(...complain(`${at}.hostname`, hostname, isDNS1123Subdomain(hostname)));
  return isIp(hostname) ? [...errors, invalid(`${at}.hostname`, hostname, "must be a DNS name, not an IP address")] : errors;
}

/** The count of hidden hosts is that of rules, as everyone who reads it knows it. */
function hostsCell(rules: readonly IngressRule[]): string {
  const hosts = rules.flatMap(({ host }) => host || []);
  if (hosts.length === 0) return "*";
  const shown = hosts.slice(0, HOSTS_SHOWN_MAX).join(",");
  return hosts.length > HOSTS_SHOWN_MAX ? `${shown} + ${rules.length - HOSTS_SHOWN_MAX} more...` : shown;
}

function addressCell(ingress: IngressType): string {
  return [...new Set(pointsOf(ingress).flatMap(({ ip, hostname }) => ip || hostname || []))].toSorted().join(",");
}
