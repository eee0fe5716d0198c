/** What containers and pods may and may not do on their node. */

import { isInRange } from "../../../../machinery/names.ts";
import type { Int64 } from "../../../../machinery/schema/int64.ts";
import { duplicate, type FieldError, forbiddenField, invalid, notSupported, required, tooLong } from "../../../../machinery/status/field-error.ts";
import { complain, optionalOneOf } from "../../../meta/checks.ts";
import { descending } from "../../../meta/paths.ts";
import type { AppArmorProfile, PodSpec, SeccompProfile, SecurityContext, Sysctl } from "../../../tables/core-v1.ts";
import { windowsOptionErrors } from "./windows.ts";

const ID_MAX = 2 ** 31 - 1;
const PROFILE_BYTES_MAX = 4095;
const PROFILE_TYPES: readonly string[] = ["Localhost", "RuntimeDefault", "Unconfined"];
const SYSCTL_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const SYSCTL = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`;
const sysctlName = new RegExp(SYSCTL);
const SYSCTL_CHARACTERS_MAX = 253;

export function userId(field: string, id: Int64 | undefined): FieldError[] {
  return id === undefined ? [] : complain(field, id, isInRange(id, 0, ID_MAX));
}

export function securityContextErrors(at: string, context: SecurityContext | undefined, hostUsers: boolean): FieldError[] {
  if (!context) return [];
  const { procMount, allowPrivilegeEscalation, privileged, capabilities } = context;
  const errors = [...userId(`${at}.runAsUser`, context.runAsUser), ...userId(`${at}.runAsGroup`, context.runAsGroup)];
  if (procMount !== undefined) {
    errors.push(...optionalOneOf(`${at}.procMount`, procMount, ["Default", "Unmasked"]));
    if (hostUsers && procMount === "Unmasked") errors.push(invalid(`${at}.procMount`, procMount, "`hostUsers` must be false to use `Unmasked`"));
  }
  errors.push(...seccompErrors(`${at}.seccompProfile`, context.seccompProfile));
  if (allowPrivilegeEscalation === false) {
    if (privileged) errors.push(invalid(at, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
    for (const capability of capabilities?.add ?? []) {
      if (capability !== "CAP_SYS_ADMIN") continue;
      errors.push(invalid(at, context, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"));
    }
  }
  return [
    ...errors,
    ...windowsOptionErrors(`${at}.windowsOptions`, context.windowsOptions),
    ...appArmorErrors(`${at}.appArmorProfile`, context.appArmorProfile),
  ];
}

/** @param at the field of the pod's own context */
export function podSecurityContextErrors(at: string, spec: PodSpec): FieldError[] {
  const context = spec.securityContext;
  if (!context) return [];
  return [
    ...userId(`${at}.fsGroup`, context.fsGroup),
    ...userId(`${at}.runAsUser`, context.runAsUser),
    ...userId(`${at}.runAsGroup`, context.runAsGroup),
    ...(context.supplementalGroups ?? []).flatMap((id, i) => userId(`${at}.supplementalGroups[${i}]`, id)),
    ...sysctlErrors(`${at}.sysctls`, context.sysctls ?? [], spec),
    ...optionalOneOf(`${at}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ["Always", "OnRootMismatch"]),
    ...seccompErrors(`${at}.seccompProfile`, context.seccompProfile),
    ...windowsOptionErrors(`${at}.windowsOptions`, context.windowsOptions),
    ...appArmorErrors(`${at}.appArmorProfile`, context.appArmorProfile),
    ...optionalOneOf(`${at}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ["Merge", "Strict"]),
    ...optionalOneOf(`${at}.seLinuxChangePolicy`, context.seLinuxChangePolicy, ["MountOption", "Recursive"]),
  ];
}

function seccompErrors(at: string, profile: SeccompProfile | undefined): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const errors: FieldError[] = [];
  if (!type) errors.push(required(`${at}.type`, "type is required when seccompProfile is set"));
  else if (!PROFILE_TYPES.includes(type)) errors.push(notSupported(`${at}.type`, type, PROFILE_TYPES));
  const field = `${at}.localhostProfile`;
  if (type !== "Localhost") {
    return localhostProfile === undefined ? errors : [...errors, invalid(field, profile, "can only be set when seccomp type is Localhost")];
  }
  if (localhostProfile === undefined) return [...errors, required(field, "must be set when seccomp type is Localhost")];
  return [...errors, ...descending(field, localhostProfile)];
}

function appArmorErrors(at: string, profile: AppArmorProfile | undefined): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile: name } = profile;
  const field = `${at}.localhostProfile`;
  if (!type) return [required(`${at}.type`, "type is required when appArmorProfile is set")];
  if (!PROFILE_TYPES.includes(type)) return [notSupported(`${at}.type`, type, PROFILE_TYPES)];
  if (type !== "Localhost") return name === undefined ? [] : [invalid(field, name, "can only be set when AppArmor type is Localhost")];
  if (name === undefined) return [required(field, "must be set when AppArmor type is Localhost")];
  const errors: FieldError[] = [];
  if (name !== name.trim()) errors.push(invalid(field, name, "must not be padded with whitespace"));
  else if (name === "") errors.push(required(field, "must be set when AppArmor type is Localhost"));
  return Buffer.byteLength(name) > PROFILE_BYTES_MAX ? [...errors, tooLong(field, PROFILE_BYTES_MAX)] : errors;
}

function sysctlErrors(at: string, sysctls: readonly Sysctl[], spec: PodSpec): FieldError[] {
  const seen = new Set<string>();
  return sysctls.flatMap(({ name = "" }, i) => {
    const field = `${at}[${i}].name`;
    const errors: FieldError[] = [];
    if (name === "") errors.push(required(field, ""));
    else if (name.length > SYSCTL_CHARACTERS_MAX || !sysctlName.test(name)) {
      errors.push(invalid(field, name, `must have at most ${SYSCTL_CHARACTERS_MAX} characters and match regex ${SYSCTL}`));
    } else if (seen.has(name)) errors.push(duplicate(field, name));
    seen.add(name);
    const space = namespaceOf(name);
    if (spec.hostNetwork && space === "net") errors.push(invalid(field, name, "may not be specified when 'hostNetwork' is true"));
    else if (spec.hostIPC && space === "ipc") errors.push(invalid(field, name, "may not be specified when 'hostIPC' is true"));
    return errors;
  });
}

/** The kernel namespace that a setting belongs to. Names are written with dots or, as in /proc/sys, with slashes. */
function namespaceOf(name: string): "net" | "ipc" | undefined {
  const first = name.search(/[./]/);
  const dotted = first >= 0 && name[first] === "/" ? name.replace(/[./]/g, (separator) => (separator === "/" ? "." : "/")) : name;
  if (dotted.startsWith("net.")) return "net";
  if (dotted.startsWith("fs.mqueue.")) return "ipc";
  return /^kernel\.(?:sem|shmall|shmmax|shmmni|shm_rmid_forced|shm|msgmax|msgmnb|msgmni|msg)$/.test(dotted) ? "ipc" : undefined;
}

/** A pod in its own user namespace can't have the host's others (KEP-127). @param at the spec's field */
export function hostUserErrors(at: string, spec: PodSpec, containers: readonly (readonly [{ volumeDevices?: unknown[] }, string])[]): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const detail = "when `hostUsers` is false";
  const errors: FieldError[] = [];
  if (spec.hostNetwork) errors.push(forbiddenField(`${at}.hostNetwork`, detail));
  if (spec.hostPID) errors.push(forbiddenField(`${at}.HostPID`, detail));
  if (spec.hostIPC) errors.push(forbiddenField(`${at}.HostIPC`, detail));
  for (const [container, field] of containers) if (container.volumeDevices?.length) errors.push(forbiddenField(`${field}.volumeDevices`, detail));
  return errors;
}
