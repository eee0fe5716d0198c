/** A device of a slice: what it is, where it is, how much of it there is. [Kubernetes pkg/apis/resource/validation/validation.go validateDevice] */

import { isDNS1123Subdomain } from "../../machinery/names.ts";
import { type FieldError, invalid, required, tooLong } from "../../machinery/status/field-error.ts";
import { nodeSelectorErrors } from "../core/pod/validate/affinity.ts";
import { complain, dnsLabel, same } from "../meta/checks.ts";
import type { Device, DeviceAttribute, DeviceCounterConsumption } from "../tables/resource-v1.ts";
import { bindingErrors } from "./binding-conditions.ts";
import { capacityErrors } from "./capacity.ts";
import { listErrors, mapErrors, setErrors } from "./lists.ts";
import { QUALIFIED_MAX, qualifiedName } from "./names.ts";
import { taintErrors } from "./taints.ts";

const ATTRIBUTES_MAX = 32;
const VALUES_MAX = 48;
const VALUE_BYTES_MAX = 64;
const TAINTS_MAX = 16;
const CONSUMED_MAX = 2;
const COUNTERS_MAX = 32;
const LABEL_MAX = 63;
const ANY = Number.POSITIVE_INFINITY;
const WHERE = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
const identifier = "(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)";
const number = "(?:0|[1-9]\\d*)";
const semver = new RegExp(`^${number}\\.${number}\\.${number}(?:-${identifier}(?:\\.${identifier})*)?(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$`);

/** @param last the device of that name as it was: capacity and taints that stay are not checked again */
export function deviceErrors(at: string, device: Device, last: Device | undefined, placesItself: boolean): FieldError[] {
  const { attributes, capacity, taints } = device;
  const isShared = device.allowMultipleAllocations === true;
  const count = Object.keys(attributes ?? {}).length + Object.keys(capacity ?? {}).length;
  const values = Object.values(attributes ?? {}).reduce((sum, one) => sum + valueCount(one), 0);
  return [
    ...dnsLabel(`${at}.name`, device.name ?? ""),
    ...(count > ATTRIBUTES_MAX ? [invalid(at, count, `the total number of attributes and capacities must not exceed ${ATTRIBUTES_MAX}`)] : []),
    ...(values > VALUES_MAX ? [invalid(at, values, `the total number of attribute values must not exceed ${VALUES_MAX}`)] : []),
    ...mapErrors(`${at}.attributes`, attributes, ANY, QUALIFIED_MAX, (key, own) => qualifiedName(own, key), attributeErrors),
    ...(last && same(last.capacity, capacity)
      ? []
      : mapErrors(
          `${at}.capacity`,
          capacity,
          ANY,
          QUALIFIED_MAX,
          (key, own) => qualifiedName(own, key),
          (one, own) => capacityErrors(own, one, isShared),
        )),
    ...(last && same(last.taints, taints) ? [] : listErrors(`${at}.taints`, taints, TAINTS_MAX, (taint, own) => taintErrors(own, taint))),
    ...setErrors(
      `${at}.consumesCounters`,
      device.consumesCounters,
      CONSUMED_MAX,
      consumptionErrors,
      ({ counterSet = "" }) => counterSet,
      (one) => one,
    ),
    ...placeErrors(at, device, placesItself),
    ...bindingErrors(at, device),
  ];
}

const VALUES = ["int", "bool", "string", "version", "ints", "bools", "strings", "versions"] as const;
const MEMBERS = VALUES.map((member) => `\`${member}\``).join(", ");
const LISTS = ["bools", "ints", "strings", "versions"] as const;

function valueCount(attribute: DeviceAttribute): number {
  return LISTS.reduce((sum, list) => sum + (attribute[list]?.length ?? 0), 0) || 1;
}

function attributeErrors(attribute: DeviceAttribute, at: string): FieldError[] {
  const set = VALUES.filter((member) => attribute[member] !== undefined);
  return [
    ...(attribute.string === undefined ? [] : textErrors(`${at}.string`, attribute.string)),
    ...(attribute.version === undefined ? [] : versionErrors(`${at}.version`, attribute.version)),
    ...(set.length === 1
      ? []
      : [invalid(at, set.length === 0 ? "" : `{${set.join(", ")}}`, `must specify ${set.length === 0 ? "" : "exactly "}one of: ${MEMBERS}`)]),
  ];
}

function textErrors(at: string, value: string): FieldError[] {
  return Buffer.byteLength(value) > VALUE_BYTES_MAX ? [tooLong(at, VALUE_BYTES_MAX)] : [];
}

function versionErrors(at: string, value: string): FieldError[] {
  return [...(semver.test(value) ? [] : [invalid(at, value, "must be a string compatible with semver.org spec 2.0.0")]), ...textErrors(at, value)];
}

function consumptionErrors({ counterSet = "", counters }: DeviceCounterConsumption, at: string): FieldError[] {
  return [...(counterSet ? dnsLabel(`${at}.counterSet`, counterSet) : [required(`${at}.counterSet`, "")]), ...counterErrors(`${at}.counters`, counters)];
}

/** Any amount will do. */
export function counterErrors(at: string, counters: Readonly<Record<string, unknown>> | undefined): FieldError[] {
  if (Object.keys(counters ?? {}).length === 0) return [required(at, "")];
  return mapErrors(
    at,
    counters,
    COUNTERS_MAX,
    LABEL_MAX,
    (key, own) => dnsLabel(own, key),
    () => [],
  );
}

function placeErrors(at: string, { nodeName, nodeSelector, allNodes }: Device, placesItself: boolean): FieldError[] {
  if (!placesItself) {
    if (nodeName === undefined && !nodeSelector && allNodes === undefined) return [];
    return [
      invalid(at, null, "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec"),
    ];
  }
  const set = [...(nodeName ? ["`nodeName`"] : []), ...(nodeSelector ? ["`nodeSelector`"] : []), ...(allNodes ? ["`allNodes`"] : [])];
  return [
    ...(nodeName ? complain(`${at}.nodeName`, nodeName, isDNS1123Subdomain(nodeName)) : []),
    ...(nodeName === "" ? [invalid(`${at}.nodeName`, nodeName, "must not be empty")] : []),
    ...(nodeSelector ? nodeSelectorErrors(`${at}.nodeSelector`, nodeSelector) : []),
    ...(allNodes === false ? [invalid(`${at}.allNodes`, allNodes, "must be either unset or set to true")] : []),
    ...(set.length === 0 ? [required(at, WHERE)] : set.length > 1 ? [invalid(at, `{${set.join(", ")}}`, WHERE)] : []),
  ];
}
