/** Fills in a Service's addresses and families: those it had, those it asks for, or free ones. */

import { clusterIpErrors } from "../../../api/core/service/cluster-ips.ts";
import { normalizeClusterIps } from "../../../api/core/service/normalize.ts";
import { equal } from "../../../machinery/plain.ts";
import type { Random } from "../../../machinery/random.ts";
import { type FieldError, invalid, notSupported } from "../../../machinery/status/field-error.ts";
import type { AddressRange } from "./address-range.ts";
import { isHeadless, needsClusterIP, type ServiceSpec } from "./service.ts";

/** The cluster has one family. */
const FAMILY = "IPv4";

/** @param last the spec before an update; @param isTaken whether another Service has an address */
export function fillClusterIPs(
  spec: ServiceSpec,
  last: ServiceSpec | undefined,
  range: AddressRange,
  random: Random,
  isTaken: (address: string) => boolean,
): readonly FieldError[] {
  normalizeClusterIps({ metadata: {}, spec }, last && { metadata: {}, spec: last });
  if (!needsClusterIP(spec)) {
    if (last && needsClusterIP(last)) dropWhatIsNoLongerNeeded(spec, last);
    return [];
  }
  if (last && needsClusterIP(last)) keepLast(spec, last);
  const errors = settleFamilies(spec, last);
  if (errors.length > 0 || isHeadless(spec)) return errors;
  const asked = spec.clusterIPs?.[0];
  if (asked) {
    if (last?.clusterIPs?.includes(asked)) return [];
    if (!range.contains(asked)) return [failed(spec, `failed to allocate IP ${asked}: the provided network does not match the current range`)];
    return isTaken(asked) ? [failed(spec, `failed to allocate IP ${asked}: provided IP is already allocated`)] : [];
  }
  const address = range.choose(random, isTaken);
  if (!address) return [failed(spec, "failed to allocate IP: range is full")];
  spec.clusterIP = address;
  spec.clusterIPs = [address];
  return [];
}

function failed({ clusterIPs }: ServiceSpec, detail: string): FieldError {
  return invalid("spec.clusterIPs", clusterIPs, detail);
}

/** An update that leaves allocated values out keeps them. */
function keepLast(spec: ServiceSpec, last: ServiceSpec): void {
  if (!spec.clusterIP && last.clusterIP) spec.clusterIP = last.clusterIP;
  if (!spec.clusterIPs?.length && spec.clusterIP === last.clusterIP && last.clusterIPs) spec.clusterIPs = [...last.clusterIPs];
}

/** On the way to a type without an address, what was allocated goes, unless the client changed it as well. */
function dropWhatIsNoLongerNeeded(spec: ServiceSpec, last: ServiceSpec): void {
  if (spec.clusterIP === last.clusterIP && equal(spec.clusterIPs, last.clusterIPs)) {
    delete spec.clusterIP;
    delete spec.clusterIPs;
  }
  if (equal(spec.ipFamilies, last.ipFamilies)) delete spec.ipFamilies;
  if (spec.ipFamilyPolicy === last.ipFamilyPolicy) delete spec.ipFamilyPolicy;
}

function settleFamilies(spec: ServiceSpec, last: ServiceSpec | undefined): readonly FieldError[] {
  const free = isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ||= last?.ipFamilyPolicy ?? (free ? "RequireDualStack" : "SingleStack");
  const single = spec.ipFamilyPolicy === "SingleStack";
  if (single && last) {
    if ((spec.clusterIPs?.length ?? 0) > 1 && equal(spec.clusterIPs, last.clusterIPs)) spec.clusterIPs = spec.clusterIPs!.slice(0, 1);
    if ((spec.ipFamilies?.length ?? 0) > 1 && equal(spec.ipFamilies, last.ipFamilies)) spec.ipFamilies = spec.ipFamilies!.slice(0, 1);
  }
  const related = clusterIpErrors({ metadata: {}, spec }, last && { metadata: {}, spec: last });
  if (related.length > 0) return related; // What follows takes their form for granted.
  const errors: FieldError[] = [];
  for (const [field, what] of [
    ["clusterIPs", "cluster IPs"],
    ["ipFamilies", "IP families"],
  ] as const) {
    if (!single || (spec[field]?.length ?? 0) < 2) continue;
    errors.push(invalid("spec.ipFamilyPolicy", spec.ipFamilyPolicy, `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`));
  }
  for (const [i, address] of (spec.clusterIPs ?? []).entries()) {
    if (address !== "None" && address.includes(":") && i >= (spec.ipFamilies?.length ?? 0)) {
      errors.push(invalid(`spec.clusterIPs[${i}]`, spec.clusterIPs, "IPv6 is not configured on this cluster"));
    }
  }
  if (errors.length > 0) return errors;
  if (free) {
    if (!spec.ipFamilies?.length) spec.ipFamilies = [FAMILY];
    if (spec.ipFamilies.length < 2 && !single) spec.ipFamilies = [...spec.ipFamilies, spec.ipFamilies[0] === FAMILY ? "IPv6" : FAMILY];
    return [];
  }
  if (spec.ipFamilyPolicy === "RequireDualStack") {
    errors.push(invalid("spec.ipFamilyPolicy", spec.ipFamilyPolicy, "this cluster is not configured for dual-stack services"));
  }
  for (const [at, family] of (spec.ipFamilies ?? []).entries()) {
    if (family !== FAMILY && family !== "IPv6") errors.push(notSupported(`spec.ipFamilies[${at}]`, family, ["IPv4", "IPv6"], "given"));
    else if (family !== FAMILY) errors.push(invalid(`spec.ipFamilies[${at}]`, family, "not configured on this cluster"));
  }
  if (errors.length === 0 && !spec.ipFamilies?.length) spec.ipFamilies = [FAMILY];
  return errors;
}
