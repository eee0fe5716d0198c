/** EndpointSlices: where a service's pods are, a slice at a time. */

import { invalid } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { IMMUTABLE } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import { ipWarnings } from "../meta/ip.ts";
import { sameList } from "../meta/semantic.ts";
import type { Endpoint, EndpointPort, EndpointSlice as EndpointSliceType } from "../tables/discovery-v1.ts";
import { addressTypeErrors, endpointErrors, portErrors } from "./validate.ts";

const SHOWN_MAX = 3;
const HOSTNAME = "kubernetes.io/hostname";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
/** What these write needs no second look. */
const MANAGERS: ReadonlySet<string> = new Set(["endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"]);

export const EndpointSlice = kind<EndpointSliceType>("discovery.k8s.io/v1", "endpointslices", {
  defaults({ ports }) {
    for (const port of ports ?? []) {
      port.name ??= "";
      port.protocol ??= "TCP";
    }
  },
  prepareCreate: ({ endpoints }) => dropTopology(endpoints, []),
  prepareUpdate(next, last) {
    if (!sameEndpoints(next, last)) dropTopology(next.endpoints, last.endpoints);
  },
  generation: ["addressType", "endpoints", "ports", "metadata.labels"],
  validate: (slice) => [...addressTypeErrors(slice.addressType), ...portErrors(slice.ports ?? [])],
  validateCreate: endpointErrors,
  // Endpoints that an older release took may stay as they are.
  validateUpdate: (next, last) => [
    ...(sameEndpoints(next, last) ? [] : endpointErrors(next)),
    ...(next.addressType === last.addressType ? [] : [invalid("addressType", null, IMMUTABLE)]),
  ],
  warnings(slice, last) {
    const deprecated = !last && slice.addressType === "FQDN" ? ["spec.addressType: FQDN endpoints are deprecated"] : [];
    return MANAGERS.has(slice.metadata.labels?.[MANAGED_BY] ?? "") ? deprecated : [...deprecated, ...addressWarnings(slice)];
  },
  columns: [
    nameColumn,
    column("AddressType", "string", "What its addresses are.", ({ addressType }) => addressType),
    column("Ports", "string", "The first few ports.", ({ ports = [] }) => firstFew(ports.map(portCell))),
    column("Endpoints", "string", "The first few addresses.", ({ endpoints = [] }) => firstFew(endpoints.flatMap(({ addresses = [] }) => addresses))),
    ageColumn,
  ],
});

function sameEndpoints(next: EndpointSliceType, last: EndpointSliceType): boolean {
  return sameList("discovery.v1.Endpoint", next.endpoints, last.endpoints);
}

/** The field was the place of node names before v1: it can't be written any more, but a name that stood there isn't lost. */
function dropTopology(endpoints: Endpoint[] | undefined, last: readonly Endpoint[] | undefined): void {
  for (const endpoint of endpoints ?? []) {
    const name = endpoint.deprecatedTopology?.[HOSTNAME];
    if (name && endpoint.nodeName === undefined && last?.some(({ deprecatedTopology }) => deprecatedTopology?.[HOSTNAME] === name)) endpoint.nodeName = name;
    delete endpoint.deprecatedTopology;
  }
}

function addressWarnings({ endpoints = [] }: EndpointSliceType): string[] {
  return endpoints.flatMap(({ addresses = [] }, i) => addresses.flatMap((address, j) => ipWarnings(`endpoints[${i}].addresses[${j}]`, address)));
}

function portCell({ port, name }: EndpointPort): string {
  return port === undefined ? (name ?? "*") : String(port);
}

function firstFew(all: readonly string[]): string {
  const shown = all.slice(0, SHOWN_MAX).join(",");
  return all.length > SHOWN_MAX ? `${shown} + ${all.length - SHOWN_MAX} more...` : shown || "<unset>";
}
