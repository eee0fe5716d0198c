/** How names are resolved within a pod, and what it calls itself. */

import { isDNS1123SubdomainWithUnderscore } from "../../../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, required, tooLong } from "../../../../machinery/status/field-error.ts";
import { complain, dnsSubdomain } from "../../../meta/checks.ts";
import { validIp } from "../../../meta/ip.ts";
import type { PodSpec } from "../../../tables/core-v1.ts";

const SERVERS_MAX = 3;
const SEARCHES_MAX = 32;
const SEARCH_CHARACTERS_MAX = 2048;
const HOSTNAME_CHARACTERS_MAX = 64;

/** @param at the field `dnsConfig` */
export function dnsErrors(at: string, { dnsPolicy, dnsConfig: config }: PodSpec): FieldError[] {
  if (dnsPolicy === "None") {
    if (!config) return [required(at, "must provide `dnsConfig` when `dnsPolicy` is None")];
    if (!config.nameservers?.length) return [required(`${at}.nameservers`, "must provide at least one DNS nameserver when `dnsPolicy` is None")];
  }
  if (!config) return [];
  const { nameservers = [], searches = [], options = [] } = config;
  const errors: FieldError[] = [];
  if (nameservers.length > SERVERS_MAX) errors.push(invalid(`${at}.nameservers`, nameservers, `must not have more than ${SERVERS_MAX} nameservers`));
  for (const [i, server] of nameservers.entries()) errors.push(...validIp(`${at}.nameservers[${i}]`, server));
  if (searches.length > SEARCHES_MAX) errors.push(invalid(`${at}.searches`, searches, `must not have more than ${SEARCHES_MAX} search paths`));
  if (searches.join(" ").length > SEARCH_CHARACTERS_MAX) {
    errors.push(invalid(`${at}.searches`, searches, `must not have more than ${SEARCH_CHARACTERS_MAX} characters (including spaces) in the search list`));
  }
  for (const [i, search] of searches.entries()) {
    const name = search.replace(/\.$/, "");
    if (search !== ".") errors.push(...complain(`${at}.searches[${i}]`, name, isDNS1123SubdomainWithUnderscore(name)));
  }
  for (const [i, { name }] of options.entries()) if (!name) errors.push(required(`${at}.options[${i}]`, "must not be empty"));
  return errors;
}

/** @param at the field `hostnameOverride` */
export function hostnameOverrideErrors(at: string, { hostnameOverride: name, setHostnameAsFQDN, hostNetwork }: PodSpec): FieldError[] {
  if (name === undefined) return [];
  const errors: FieldError[] = [];
  if (setHostnameAsFQDN) errors.push(forbiddenField(at, "may not be specified when setHostnameAsFQDN is true"));
  if (hostNetwork) errors.push(forbiddenField(at, "may not be specified when hostNetwork is true"));
  if (name.length > HOSTNAME_CHARACTERS_MAX) errors.push(tooLong(at, HOSTNAME_CHARACTERS_MAX));
  return [...errors, ...dnsSubdomain(at, name)];
}

export function hostAliasErrors(at: string, aliases: PodSpec["hostAliases"]): FieldError[] {
  return (aliases ?? []).flatMap(({ ip = "", hostnames }, i) => [
    ...validIp(`${at}[${i}].ip`, ip),
    ...(hostnames ?? []).flatMap((name, j) => dnsSubdomain(`${at}[${i}].hostnames[${j}]`, name)),
  ]);
}
