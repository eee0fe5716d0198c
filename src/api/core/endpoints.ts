/** Endpoints: the older list of where a service's pods are; EndpointSlices are the newer. */

import { isDNS1123Subdomain, isValidPortNumber } from "../../machinery/names.ts";
import { type FieldError, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { complain, dnsLabel, oneOf, qualifiedName } from "../meta/checks.ts";
import { ageColumn, column, NONE, nameColumn } from "../meta/columns.ts";
import { endpointIp, ipWarnings, validIp } from "../meta/ip.ts";
import type { EndpointAddress, EndpointPort, EndpointSubset, Endpoints as EndpointsType } from "../tables/core-v1.ts";
import { PROTOCOLS } from "./service/protocols.ts";

const SHOWN_MAX = 3;

export const Endpoints = kind<EndpointsType>("v1", "endpoints", {
  defaults({ subsets }) {
    for (const { ports } of subsets ?? []) for (const port of ports ?? []) port.protocol ||= "TCP";
  },
  validate: ({ subsets }) => (subsets ?? []).flatMap(subsetErrors),
  warnings(endpoints) {
    if (endpoints.metadata.labels?.["endpoints.kubernetes.io/managed-by"] === "endpoint-controller") return [];
    return (endpoints.subsets ?? []).flatMap((subset, i) =>
      (["addresses", "notReadyAddresses"] as const).flatMap((list) =>
        (subset[list] ?? []).flatMap(({ ip }, j) => ipWarnings(`subsets[${i}].${list}[${j}].ip`, ip)),
      ),
    );
  },
  columns: [nameColumn, column("Endpoints", "string", "Addresses and ports, the first few.", endpointsCell), ageColumn],
  createOnUpdate: true,
});

function subsetErrors(subset: EndpointSubset, i: number): FieldError[] {
  const at = `subsets[${i}]`;
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  return [
    ...(addresses.length + notReadyAddresses.length === 0 ? [required(at, "must specify `addresses` or `notReadyAddresses`")] : []),
    ...addresses.flatMap((address, j) => addressErrors(address, `${at}.addresses[${j}]`)),
    ...notReadyAddresses.flatMap((address, j) => addressErrors(address, `${at}.notReadyAddresses[${j}]`)),
    ...ports.flatMap((port, j) => portErrors(port, `${at}.ports[${j}]`, ports.length > 1)),
  ];
}

function addressErrors({ ip = "", hostname, nodeName }: EndpointAddress, at: string): FieldError[] {
  return [
    ...validIp(`${at}.ip`, ip),
    ...(hostname ? dnsLabel(`${at}.hostname`, hostname) : []),
    ...(nodeName === undefined ? [] : complain(`${at}.nodeName`, nodeName, isDNS1123Subdomain(nodeName))),
    ...endpointIp(`${at}.ip`, ip),
  ];
}

function portErrors({ name, port = 0, protocol, appProtocol }: EndpointPort, at: string, needsName: boolean): FieldError[] {
  return [
    ...(name ? dnsLabel(`${at}.name`, name) : needsName ? [required(`${at}.name`, "")] : []),
    ...complain(`${at}.port`, port, isValidPortNumber(port)),
    ...oneOf(`${at}.protocol`, protocol, PROTOCOLS),
    ...(appProtocol === undefined ? [] : qualifiedName(`${at}.appProtocol`, appProtocol)),
  ];
}

function endpointsCell({ subsets = [] }: EndpointsType): string {
  if (subsets.length === 0) return NONE;
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0 ? addresses.map(({ ip }) => ip) : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip.includes(":") ? `[${ip}]` : ip}:${port}`)),
  );
  const shown = all.slice(0, SHOWN_MAX).join(",");
  return all.length > SHOWN_MAX ? `${shown} + ${all.length - SHOWN_MAX} more...` : shown;
}
