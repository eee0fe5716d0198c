/** A service's own addresses: their form, and how they may change (KEP-563, dual stack). */

import { duplicate, type FieldError, invalid, notSupported, required } from "../../../machinery/status/field-error.ts";
import { optionalOneOf } from "../../meta/checks.ts";
import { isDualStack, isIpv6, validIp } from "../../meta/ip.ts";
import type { Service } from "../../tables/core-v1.ts";
import { isHeadless } from "./facts.ts";

const FAMILIES: readonly string[] = ["IPv4", "IPv6"];
const IPS = "spec.clusterIPs";

export function clusterIpErrors(service: Service, last: Service | undefined): FieldError[] {
  const { type, clusterIP = "", clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = service.spec;
  if (type === "ExternalName") return [];
  const errors: FieldError[] = [];
  if (clusterIP) {
    if (clusterIPs.length === 0) errors.push(required(IPS, ""));
    else if (clusterIPs[0] !== clusterIP) errors.push(invalid(IPS, clusterIPs, "first value must match `clusterIP`"));
  } else if (clusterIPs.length > 0) errors.push(invalid(IPS, clusterIPs, "must be empty when `clusterIP` is not specified"));
  for (const [i, family] of ipFamilies.entries()) {
    if (!FAMILIES.includes(family)) errors.push(notSupported(`spec.ipFamilies[${i}]`, family, FAMILIES));
    if (ipFamilies.indexOf(family) < i) errors.push(duplicate(`spec.ipFamilies[${i}]`, family));
  }
  errors.push(...optionalOneOf("spec.ipFamilyPolicy", ipFamilyPolicy, ["PreferDualStack", "RequireDualStack", "SingleStack"]));
  const forms = formErrors(clusterIPs, last?.spec.clusterIPs);
  errors.push(...forms);
  if (clusterIPs.length > 2) errors.push(invalid(IPS, clusterIPs, "may only hold up to 2 values"));
  if (forms.length > 0) return errors;
  if (clusterIPs.length > 1 && !isDualStack(clusterIPs)) errors.push(invalid(IPS, clusterIPs, "may specify no more than one IP for each IP family"));
  if (!isHeadless(service)) errors.push(...familyErrors(clusterIPs, ipFamilies));
  return errors;
}

function formErrors(ips: readonly string[], lastIps: readonly string[] | undefined): FieldError[] {
  return ips.flatMap((ip, i) => {
    if (i > 0 || ip !== "None") return validIp(`${IPS}[${i}]`, ip, lastIps);
    return ips.length > 1 ? [invalid(IPS, ips, "'None' must be the first and only value")] : [];
  });
}

function familyErrors(ips: readonly string[], families: readonly string[]): FieldError[] {
  return ips.flatMap((ip, i) => {
    const family = families[i];
    if (!family || !FAMILIES.includes(family) || (family === "IPv6") === isIpv6(ip)) return [];
    return [invalid(`${IPS}[${i}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``)];
  });
}

/** The first address and family stay; a second may come, and go when the policy says so. */
export function addressChangeErrors(next: Service, last: Service): FieldError[] {
  if (next.spec.type === "ExternalName" || last.spec.type === "ExternalName") return [];
  const bothHeadless = isHeadless(next) && isHeadless(last);
  const sameHeadless = isHeadless(next) === isHeadless(last);
  const errors: FieldError[] = [];
  if (!bothHeadless) errors.push(...changed(next, "clusterIPs", "clusterIP", last.spec.clusterIPs ?? []));
  if (sameHeadless && !bothHeadless) errors.push(...changed(next, "ipFamilies", "ipFamily", last.spec.ipFamilies ?? []));
  return errors;
}

function changed({ spec }: Service, list: "clusterIPs" | "ipFamilies", one: string, before: readonly string[]): FieldError[] {
  const now = spec[list] ?? [];
  const errors: FieldError[] = [];
  const mayNot = (i: number) => invalid(`spec.${list}[${i}]`, now, "may not change once set");
  if (before.length === now.length) {
    for (const [i, value] of before.entries()) if (value !== now[i]) errors.push(mayNot(list === "ipFamilies" ? 0 : i));
    return errors;
  }
  if (before.length > now.length && (spec.clusterIPs ?? []).length === 0) errors.push(invalid(`spec.${list}[0]`, now, `primary ${one} can not be unset`));
  if (before.length > 0 && now.length > 0 && now[0] !== before[0]) errors.push(mayNot(0));
  if (before.length > now.length && now.length === 1 && spec.ipFamilyPolicy !== "SingleStack") {
    errors.push(invalid("spec.ipFamilyPolicy", spec.ipFamilyPolicy, `must be set to 'SingleStack' when releasing the secondary ${one}`));
  }
  return errors;
}
