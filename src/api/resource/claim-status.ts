/** What a scheduler gave a claim, for whom, and what drivers say of it. [Kubernetes pkg/apis/resource/validation/validation.go] */

import { type FieldError, forbiddenField, invalid, required, tooLong, tooMany } from "../../machinery/status/field-error.ts";
import { nodeSelectorErrors } from "../core/pod/validate/affinity.ts";
import { dnsLabel, oneOf } from "../meta/checks.ts";
import { conditionErrors } from "../meta/conditions.ts";
import { interfaceAddress } from "../meta/ip.ts";
import { sameStruct } from "../meta/semantic.ts";
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceRequestAllocationResult,
  NetworkDeviceData,
  ResourceClaim,
  ResourceClaimConsumerReference,
} from "../tables/resource-v1.ts";
import { bindingErrors } from "./binding-conditions.ts";
import { configurationErrors, rawErrors } from "./configuration.ts";
import { CONFIG_MAX, type RequestNames, referenceError, referenceErrors, requestNames } from "./device-request.ts";
import { listErrors, setErrors } from "./lists.ts";
import { declaredDriver, declaredPool, driverName, poolName, shareId } from "./names.ts";
import { tolerationErrors } from "./taints.ts";

const RESULTS_MAX = 32;
const RESERVED_MAX = 256;
const CONDITIONS_MAX = 8;
const ADDRESSES_MAX = 16;
const INTERFACE_BYTES_MAX = 256;
const HARDWARE_BYTES_MAX = 128;

type Shared = Pick<AllocatedDeviceStatus, "driver" | "pool" | "device" | "shareID">;
const idOf = ({ driver = "", pool = "", device = "", shareID }: Shared): string => `${driver}/${pool}/${device}${shareID === undefined ? "" : `/${shareID}`}`;
const resultsOf = ({ status }: ResourceClaim): readonly DeviceRequestAllocationResult[] => status?.allocation?.devices?.results ?? [];

/** Drivers' words on devices that were taken away go with them. */
export function dropFreed(next: ResourceClaim, last: ResourceClaim): void {
  if (!next.status?.devices) return;
  for (const device of next.status.devices) if (device.conditions?.length === 0) delete device.conditions; // An empty list isn't told from none.
  const freed = new Set(resultsOf(last).map(idOf)).difference(new Set(resultsOf(next).map(idOf)));
  const kept = next.status.devices.filter((device) => !freed.has(idOf(device)));
  if (kept.length > 0) next.status.devices = kept;
  else delete next.status.devices;
}

export function claimStatusErrors(next: ResourceClaim, last: ResourceClaim): FieldError[] {
  const { allocation, reservedFor = [], devices } = next.status ?? {};
  const allocated = new Set(resultsOf(next).map(idOf));
  return [
    ...setErrors(
      "status.reservedFor",
      reservedFor,
      RESERVED_MAX,
      consumerErrors,
      ({ uid = "" }) => uid,
      (one) => one,
    ),
    ...setErrors(
      "status.devices",
      devices,
      Number.POSITIVE_INFINITY,
      (device, at) => deviceErrors(device, at, allocated),
      idOf,
      (one) => one,
    ),
    ...(reservedFor.length > 0 ? reservationErrors(next, last) : []),
    ...(allocation && last.status?.allocation ? settled(allocation, last.status.allocation) : []),
    ...(allocation && !last.status?.allocation ? allocationErrors(allocation, requestNames(next.spec.devices)) : []),
  ];
}

function settled(next: AllocationResult, last: AllocationResult): FieldError[] {
  return sameStruct("resource.v1.AllocationResult", next, last) ? [] : [invalid("status.allocation", null, "field cannot be modified once set")];
}

function reservationErrors({ metadata, status }: ResourceClaim, last: ResourceClaim): FieldError[] {
  const at = "status.reservedFor";
  if (!status?.allocation) return [forbiddenField(at, "may not be specified when `allocated` is not set")];
  if (metadata.deletionTimestamp === undefined) return [];
  const keyOf = ({ apiGroup = "", resource, name, uid }: ResourceClaimConsumerReference) => JSON.stringify([apiGroup, resource, name, uid]);
  const known = new Set((last.status?.reservedFor ?? []).map(keyOf));
  const isNew = (status.reservedFor ?? []).some((one) => !known.has(keyOf(one)));
  return isNew ? [forbiddenField(at, "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set")] : [];
}

function consumerErrors({ resource, name, uid }: Partial<ResourceClaimConsumerReference>, at: string): FieldError[] {
  return Object.entries({ resource, name, uid }).flatMap(([member, value]) => (value ? [] : [required(`${at}.${member}`, "")]));
}

function allocationErrors({ devices = {}, nodeSelector }: AllocationResult, names: RequestNames): FieldError[] {
  const at = "status.allocation";
  return [
    ...listErrors(`${at}.devices.results`, devices.results, RESULTS_MAX, (one, own) => resultErrors(own, one, names)),
    ...listErrors(`${at}.devices.config`, devices.config, 2 * CONFIG_MAX, (one, own) => allocatedConfigErrors(own, one, names)),
    ...(nodeSelector ? nodeSelectorErrors(`${at}.nodeSelector`, nodeSelector) : []),
  ];
}

function resultErrors(at: string, result: DeviceRequestAllocationResult, names: RequestNames): FieldError[] {
  return [
    ...referenceError(`${at}.request`, result.request ?? "", names),
    ...declaredDriver(`${at}.driver`, result.driver),
    ...declaredPool(`${at}.pool`, result.pool),
    ...dnsLabel(`${at}.device`, result.device ?? ""),
    ...bindingErrors(at, result),
    ...tolerationErrors(`${at}.tolerations`, result.tolerations),
    ...shareId(`${at}.shareID`, result.shareID),
  ];
}

function allocatedConfigErrors(at: string, config: DeviceAllocationConfiguration, names: RequestNames): FieldError[] {
  return [
    ...oneOf(`${at}.source`, config.source, ["FromClaim", "FromClass"]),
    ...referenceErrors(`${at}.requests`, config.requests, names),
    ...configurationErrors(at, config),
  ];
}

function deviceErrors(device: AllocatedDeviceStatus, at: string, allocated: ReadonlySet<string>): FieldError[] {
  const { driver, pool, device: name = "", shareID, conditions = [], data, networkData } = device;
  return [
    ...driverName(`${at}.driver`, driver),
    ...poolName(`${at}.pool`, pool),
    ...dnsLabel(`${at}.device`, name),
    ...shareId(`${at}.shareID`, shareID),
    ...(allocated.has(idOf(device)) ? [] : [invalid(at, { Driver: driver ?? "", Pool: pool ?? "", Device: name }, "must be an allocated device in the claim")]),
    ...(conditions.length > CONDITIONS_MAX ? [tooMany(`${at}.conditions`, conditions.length, CONDITIONS_MAX)] : []),
    ...conditionErrors(`${at}.conditions`, conditions),
    ...(data === undefined || data === null ? [] : rawErrors(`${at}.data`, data)),
    ...(networkData ? networkErrors(`${at}.networkData`, networkData) : []),
  ];
}

function networkErrors(at: string, { interfaceName = "", hardwareAddress = "", ips }: NetworkDeviceData): FieldError[] {
  return [
    ...(Buffer.byteLength(interfaceName) > INTERFACE_BYTES_MAX ? [tooLong(`${at}.interfaceName`, INTERFACE_BYTES_MAX)] : []),
    ...(Buffer.byteLength(hardwareAddress) > HARDWARE_BYTES_MAX ? [tooLong(`${at}.hardwareAddress`, HARDWARE_BYTES_MAX)] : []),
    ...setErrors(
      `${at}.ips`,
      ips,
      ADDRESSES_MAX,
      (address, own) => interfaceAddress(own, address),
      (address) => address,
    ),
  ];
}
