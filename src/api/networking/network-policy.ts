/** NetworkPolicies: who may talk to which pods, and whom they may talk to. */

import { isValidPortName, isValidPortNumber } from "../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { selectorCell } from "../apps/selector-cell.ts";
import { kind } from "../declare.ts";
import { complain, labelSelector } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import { cidrWarnings, isCidr, isStrictSubset, validCidr } from "../meta/ip.ts";
import type { IPBlock, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec, NetworkPolicy as NetworkPolicyType } from "../tables/networking-v1.ts";

const PROTOCOLS: readonly string[] = ["TCP", "UDP", "SCTP"];
const TYPES: readonly string[] = ["Ingress", "Egress"];

export const NetworkPolicy = kind<NetworkPolicyType>("networking.k8s.io/v1", "networkpolicies", {
  defaults({ spec }) {
    if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ["Ingress", "Egress"] : ["Ingress"];
    for (const { ports } of rulesOf(spec)) for (const port of ports) port.protocol ??= "TCP";
  },
  generation: true,
  validateCreate: ({ spec }) => specErrors(spec, []),
  validateUpdate: (next, last) => specErrors(next.spec, rangesOf(last.spec)),
  warnings: ({ spec }) =>
    rulesOf(spec).flatMap(({ peers }) =>
      peers.flatMap(([at, { ipBlock }]) =>
        ipBlock
          ? [
              ...cidrWarnings(`${at}.ipBlock.cidr`, ipBlock.cidr),
              ...(ipBlock.except ?? []).flatMap((except, i) => cidrWarnings(`${at}.ipBlock.except[${i}]`, except)),
            ]
          : [],
      ),
    ),
  columns: [nameColumn, column("Pod-Selector", "string", "Which pods it is about.", ({ spec }) => selectorCell(spec.podSelector)), ageColumn],
});

/** A rule of either direction. */
interface Rule {
  readonly at: string;
  readonly ports: readonly NetworkPolicyPort[];
  /** Each with its field. */
  readonly peers: readonly (readonly [string, NetworkPolicyPeer])[];
}

function rulesOf({ ingress = [], egress = [] }: NetworkPolicySpec): Rule[] {
  const rule = (at: string, ports: NetworkPolicyPort[] = [], word: "from" | "to", peers: NetworkPolicyPeer[] = []): Rule => ({
    at,
    ports,
    peers: peers.map((peer, i) => [`${at}.${word}[${i}]`, peer] as const),
  });
  return [
    ...ingress.map(({ ports, from }, i) => rule(`spec.ingress[${i}]`, ports, "from", from)),
    ...egress.map(({ ports, to }, i) => rule(`spec.egress[${i}]`, ports, "to", to)),
  ];
}

/** Ranges that stood there before may stay, whatever their form, and wherever in the policy. */
function rangesOf(spec: NetworkPolicySpec): string[] {
  return rulesOf(spec).flatMap(({ peers }) => peers.flatMap(([, { ipBlock }]) => (ipBlock ? [ipBlock.cidr, ...(ipBlock.except ?? [])] : [])));
}

function specErrors(spec: NetworkPolicySpec, lastRanges: readonly string[]): FieldError[] {
  const { podSelector, policyTypes = [] } = spec;
  const errors = labelSelector("spec.podSelector", podSelector);
  for (const { at, ports, peers } of rulesOf(spec)) {
    for (const [i, port] of ports.entries()) errors.push(...portErrors(`${at}.ports[${i}]`, port));
    for (const [field, peer] of peers) errors.push(...peerErrors(field, peer, lastRanges));
  }
  if (policyTypes.length > TYPES.length) return [...errors, invalid("spec.policyTypes", policyTypes, "may not specify more than two policyTypes")];
  return [...errors, ...policyTypes.flatMap((type, i) => (TYPES.includes(type) ? [] : [notSupported(`spec.policyTypes[${i}]`, type, TYPES, "given")]))];
}

function portErrors(at: string, { protocol, port, endPort }: NetworkPolicyPort): FieldError[] {
  const errors = protocol === undefined || PROTOCOLS.includes(protocol) ? [] : [notSupported(`${at}.protocol`, protocol, PROTOCOLS, "given")];
  const end = `${at}.endPort`;
  if (typeof port === "number") {
    errors.push(...complain(`${at}.port`, port, isValidPortNumber(port)));
    if (endPort === undefined) return errors;
    if (endPort < port) errors.push(invalid(end, endPort, "must be greater than or equal to `port`"));
    return [...errors, ...complain(end, endPort, isValidPortNumber(endPort))];
  }
  const missing = port === undefined ? "may not be specified when `port` is not specified" : "may not be specified when `port` is non-numeric";
  if (endPort !== undefined) errors.push(invalid(end, endPort, missing));
  return port === undefined ? errors : [...errors, ...complain(`${at}.port`, port, isValidPortName(port))];
}

function peerErrors(at: string, { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, lastRanges: readonly string[]): FieldError[] {
  const errors = [
    ...labelSelector(`${at}.podSelector`, podSelector),
    ...labelSelector(`${at}.namespaceSelector`, namespaceSelector),
    ...(ipBlock ? blockErrors(`${at}.ipBlock`, ipBlock, lastRanges) : []),
  ];
  if (!podSelector && !namespaceSelector && !ipBlock) return [...errors, required(at, "must specify a peer")];
  const both = ipBlock && (podSelector || namespaceSelector);
  return both ? [...errors, forbiddenField(at, "may not specify both ipBlock and another peer")] : errors;
}

function blockErrors(at: string, { cidr, except = [] }: IPBlock, lastRanges: readonly string[]): FieldError[] {
  if (!cidr) return [required(`${at}.cidr`, "")];
  const errors = validCidr(`${at}.cidr`, cidr, lastRanges);
  if (!isCidr(cidr)) return errors;
  for (const [i, part] of except.entries()) {
    const field = `${at}.except[${i}]`;
    errors.push(...validCidr(field, part, lastRanges));
    if (isStrictSubset(part, cidr) === false) errors.push(invalid(field, part, "must be a strict subset of `cidr`"));
  }
  return errors;
}
