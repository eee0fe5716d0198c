/** What is wrong with a slice of endpoints. [Kubernetes pkg/apis/discovery/validation/validation.go] */

import { isDNS1123Subdomain, isValidLabelValue } from "../../machinery/names.ts";
import { duplicate, type FieldError, invalid, notSupported, required, tooMany } from "../../machinery/status/field-error.ts";
import { complain, dnsLabel, labels, oneOf, qualifiedName } from "../meta/checks.ts";
import { domainName } from "../meta/domains.ts";
import { canonicalIp, endpointIp, isIpv6, validIp } from "../meta/ip.ts";
import type { Endpoint, EndpointHints, EndpointPort, EndpointSlice } from "../tables/discovery-v1.ts";

const ADDRESS_TYPES: readonly string[] = ["FQDN", "IPv4", "IPv6"];
const PROTOCOLS: readonly string[] = ["SCTP", "TCP", "UDP"];
const ENDPOINTS_MAX = 1000;
const ADDRESSES_MAX = 100;
const PORTS_MAX = 20_000;
const TOPOLOGY_LABELS_MAX = 16;
const HINTS_MAX = 8;

export function addressTypeErrors(type: string | undefined): FieldError[] {
  return oneOf("addressType", type, ADDRESS_TYPES);
}

export function portErrors(ports: readonly EndpointPort[]): FieldError[] {
  if (ports.length > PORTS_MAX) return [tooMany("ports", ports.length, PORTS_MAX)];
  const names = new Set<string>();
  return ports.flatMap(({ name = "", protocol = "", appProtocol }, i) => {
    const at = `ports[${i}]`;
    const errors = name ? dnsLabel(`${at}.name`, name) : [];
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS));
    return appProtocol === undefined ? errors : [...errors, ...qualifiedName(`${at}.appProtocol`, appProtocol)];
  });
}

export function endpointErrors({ endpoints = [], addressType }: EndpointSlice): FieldError[] {
  if (endpoints.length > ENDPOINTS_MAX) return [tooMany("endpoints", endpoints.length, ENDPOINTS_MAX)];
  return endpoints.flatMap((endpoint, i) => [
    ...addressErrors(`endpoints[${i}].addresses`, endpoint, addressType),
    ...placeErrors(`endpoints[${i}]`, endpoint),
  ]);
}

function addressErrors(at: string, { addresses = [] }: Endpoint, type: string): FieldError[] {
  const errors: FieldError[] = [];
  if (addresses.length === 0) errors.push(required(at, ""));
  else if (addresses.length > ADDRESSES_MAX) errors.push(tooMany(at, addresses.length, ADDRESSES_MAX));
  for (const [i, address] of addresses.entries()) {
    const field = `${at}[${i}]`;
    if (type === "FQDN") errors.push(...domainName(field, address));
    else if (type === "IPv4" || type === "IPv6") errors.push(...ipErrors(at, field, address, type));
  }
  return errors;
}

function ipErrors(list: string, field: string, address: string, type: "IPv4" | "IPv6"): FieldError[] {
  const bad = type === "IPv4" ? validIp(field, address) : canonicalIp(field, address);
  if (bad.length > 0) return bad;
  const other = isIpv6(address) === (type === "IPv6") ? [] : [invalid(list, address, `must be an ${type} address`)];
  return [...other, ...endpointIp(field, address)];
}

function placeErrors(at: string, { nodeName, deprecatedTopology, hostname, hints }: Endpoint): FieldError[] {
  const errors = nodeName === undefined ? [] : complain(`${at}.nodeName`, nodeName, isDNS1123Subdomain(nodeName));
  const count = Object.keys(deprecatedTopology ?? {}).length;
  if (count > TOPOLOGY_LABELS_MAX) errors.push(tooMany(`${at}.deprecatedTopology`, count, TOPOLOGY_LABELS_MAX));
  errors.push(...labels(`${at}.deprecatedTopology`, deprecatedTopology));
  if (hostname !== undefined) errors.push(...dnsLabel(`${at}.hostname`, hostname));
  return hints ? [...errors, ...hintErrors(`${at}.hints`, hints)] : errors;
}

function hintErrors(at: string, { forZones = [], forNodes = [] }: EndpointHints): FieldError[] {
  const zones = namedErrors(`${at}.forZones`, forZones, isValidLabelValue);
  return forZones.length > HINTS_MAX ? zones : [...zones, ...namedErrors(`${at}.forNodes`, forNodes, isDNS1123Subdomain)];
}

function namedErrors(at: string, list: readonly { name: string }[], check: (name: string) => string[]): FieldError[] {
  if (list.length > HINTS_MAX) return [tooMany(at, list.length, HINTS_MAX)];
  const names = new Set<string>();
  return list.flatMap(({ name = "" }, i) => {
    const field = `${at}[${i}].name`;
    const twice = names.has(name) ? [duplicate(field, name)] : [];
    names.add(name);
    return [...twice, ...complain(field, name, check(name))];
  });
}
