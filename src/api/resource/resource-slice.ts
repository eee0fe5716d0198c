/** ResourceSlices: a driver says which devices there are, and where. */

import { timestamp } from "../../machinery/clock.ts";
import { isDNS1123Subdomain } from "../../machinery/names.ts";
import { type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { nodeSelectorErrors } from "../core/pod/validate/affinity.ts";
import { kind } from "../declare.ts";
import { complain, dnsLabel, immutable } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import type { CounterSet, ResourcePool, ResourceSliceSpec, ResourceSlice as ResourceSliceType } from "../tables/resource-v1.ts";
import { counterErrors, deviceErrors } from "./device.ts";
import { setErrors } from "./lists.ts";
import { driverName, poolName } from "./names.ts";

const DEVICES_MAX = 128;
/** Where devices have taints or consume counters. */
const RICH_DEVICES_MAX = 64;
const COUNTER_SETS_MAX = 8;
const WHERE = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";

export const ResourceSlice = kind<ResourceSliceType>("resource.k8s.io/v1", "resourceslices", {
  defaults({ spec }, context) {
    if (context) for (const { taints = [] } of spec.devices ?? []) for (const taint of taints) taint.timeAdded ??= timestamp(context.now);
  },
  generation: true,
  validateCreate: ({ spec }) => specErrors(spec, undefined),
  validateUpdate: (next, last) => specErrors(next.spec, last.spec),
  warnings: ({ spec: { driver = "" } }) =>
    driver === driver.toLowerCase() ? [] : [`spec.driver: driver names should be lowercase; ${JSON.stringify(driver)} contains uppercase characters`],
  columns: [
    nameColumn,
    column("Node", "string", "Where the devices are.", ({ spec }) => spec.nodeName ?? ""),
    column("Driver", "string", "Whose they are.", ({ spec }) => spec.driver ?? ""),
    column("Pool", "string", "What they belong to.", ({ spec }) => spec.pool?.name ?? ""),
    ageColumn,
  ],
  selectableFields: {
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
    "spec.driver": ({ spec }) => spec.driver ?? "",
    "spec.pool.name": ({ spec }) => spec.pool?.name ?? "",
  },
});

function specErrors(spec: ResourceSliceSpec, last: ResourceSliceSpec | undefined): FieldError[] {
  const { devices, sharedCounters } = spec;
  const isRich = devices?.some(({ taints, consumesCounters }) => taints?.length || consumesCounters?.length);
  const before = new Map((last?.devices ?? []).map((device) => [device.name, device]));
  return [
    ...driverName("spec.driver", spec.driver),
    ...poolErrors("spec.pool", spec.pool ?? {}),
    ...(last
      ? [
          ...immutable("spec.pool.name", spec.pool?.name, last.pool?.name),
          ...immutable("spec.driver", spec.driver, last.driver),
          ...immutable("spec.nodeName", spec.nodeName, last.nodeName),
        ]
      : []),
    ...placeErrors(spec),
    ...(sharedCounters && devices ? [invalid("spec", "", "only one of `sharedCounters` or `devices` is allowed")] : []),
    ...setErrors(
      "spec.devices",
      devices,
      isRich ? RICH_DEVICES_MAX : DEVICES_MAX,
      (device, at) => deviceErrors(at, device, before.get(device.name), spec.perDeviceNodeSelection === true),
      ({ name = "" }) => name,
    ),
    ...setErrors(
      "spec.sharedCounters",
      sharedCounters,
      COUNTER_SETS_MAX,
      counterSetErrors,
      ({ name = "" }) => name,
      (one) => one,
    ),
  ];
}

function poolErrors(at: string, { name, generation = 0, resourceSliceCount: count = 0 }: Partial<ResourcePool>): FieldError[] {
  return [
    ...poolName(`${at}.name`, name),
    ...(count <= 0 ? [invalid(`${at}.resourceSliceCount`, count, "must be greater than zero")] : []),
    ...(generation < 0 ? [invalid(`${at}.generation`, generation, "must be greater than or equal to zero")] : []),
  ];
}

function counterSetErrors({ name = "", counters }: CounterSet, at: string): FieldError[] {
  return [...(name ? dnsLabel(`${at}.name`, name) : [required(`${at}.name`, "")]), ...counterErrors(`${at}.counters`, counters)];
}

function placeErrors({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection }: ResourceSliceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const unsetOrTrue = (member: string, value: boolean | undefined) =>
    value === false ? [invalid(`spec.${member}`, value, "must be either unset or set to true")] : [];
  if (nodeName) errors.push(...complain("spec.nodeName", nodeName, isDNS1123Subdomain(nodeName)));
  if (nodeName === "") errors.push(invalid("spec.nodeName", nodeName, "must be either unset or set to a non-empty string"));
  if (nodeSelector) {
    const { nodeSelectorTerms: terms = [] } = nodeSelector;
    errors.push(...nodeSelectorErrors("spec.nodeSelector", nodeSelector));
    if (terms.length !== 1) errors.push(invalid("spec.nodeSelector.nodeSelectorTerms", terms, "must have exactly one node selector term"));
  }
  errors.push(...unsetOrTrue("allNodes", allNodes), ...unsetOrTrue("perDeviceNodeSelection", perDeviceNodeSelection));
  const set = Object.entries({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection }).flatMap(([name, value]) => (value ? [`\`${name}\``] : []));
  if (set.length === 0) return [...errors, required("spec", WHERE)];
  return set.length === 1 ? errors : [...errors, invalid("spec", `{${set.join(", ")}}`, `${WHERE}, but multiple fields are set`)];
}
