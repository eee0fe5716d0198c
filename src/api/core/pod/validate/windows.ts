/** What is peculiar to pods of Windows, and what pods of either system can't have of the other. */

import { isDNS1123Subdomain } from "../../../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../../../machinery/status/field-error.ts";
import { complain } from "../../../meta/checks.ts";
import type { PodSpec, WindowsSecurityContextOptions } from "../../../tables/core-v1.ts";
import { containersAt } from "../containers.ts";

const SPEC_KIB_MAX = 64;
const DOMAIN_CHARACTERS_MAX = 256;
const USER_CHARACTERS_MAX = 104;
const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const dnsName = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`);

export function windowsOptionErrors(at: string, options: WindowsSecurityContextOptions | undefined): FieldError[] {
  if (!options) return [];
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = options;
  const errors = name === undefined ? [] : complain(`${at}.gmsaCredentialSpecName`, name, isDNS1123Subdomain(name));
  if (spec === "") errors.push(invalid(`${at}.gmsaCredentialSpec`, spec, "gmsaCredentialSpec cannot be an empty string"));
  else if (spec && Buffer.byteLength(spec) > SPEC_KIB_MAX * 1024) {
    errors.push(invalid(`${at}.gmsaCredentialSpec`, spec, `gmsaCredentialSpec size must be under ${SPEC_KIB_MAX} KiB`));
  }
  return user === undefined ? errors : [...errors, ...complain(`${at}.runAsUserName`, user, userComplaints(user))];
}

function userComplaints(text: string): string[] {
  if (text === "") return ["runAsUserName cannot be an empty string"];
  if (/[\x00-\x1f\x7f]/.test(text)) return ["runAsUserName cannot contain control characters"];
  const parts = text.split("\\");
  if (parts.length > 2) return ["runAsUserName cannot contain more than one backslash"];
  const user = parts.at(-1) ?? "";
  const domain = parts.length === 2 ? parts[0] : undefined;
  const complaints: string[] = [];
  if (domain !== undefined) {
    if (domain.length >= DOMAIN_CHARACTERS_MAX) complaints.push(`runAsUserName's Domain length must be under ${DOMAIN_CHARACTERS_MAX} characters`);
    if (!netBios.test(domain) && !dnsName.test(domain)) complaints.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === "") complaints.push("runAsUserName's User cannot be empty");
  else if (user.length > USER_CHARACTERS_MAX) complaints.push(`runAsUserName's User length must not be longer than ${USER_CHARACTERS_MAX} characters`);
  if (/^[. ]+$/.test(user)) complaints.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) complaints.push("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
  return complaints;
}

/** Containers that are processes of the host: all or none. @param at the spec's field */
export function hostProcessErrors(at: string, spec: PodSpec): FieldError[] {
  const whole = spec.securityContext?.windowsOptions?.hostProcess;
  const all = containersAt(spec, at);
  const errors: FieldError[] = [];
  let count = 0;
  for (const [container, field] of all) {
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (whole !== undefined && own !== undefined && whole !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${whole}`;
      errors.push(invalid(`${field}.securityContext.windowsOptions.hostProcess`, own, detail));
    }
    if (own ?? whole) count++;
  }
  if (count === 0) return errors;
  if (count !== all.length) errors.push(invalid(at, "", "If pod contains any hostProcess containers then all containers must be HostProcess containers"));
  if (!spec.hostNetwork) errors.push(invalid(`${at}.hostNetwork`, false, "hostNetwork must be true if pod contains any hostProcess containers"));
  return errors;
}

/** @param at the spec's field */
export function osErrors(at: string, spec: PodSpec): FieldError[] {
  const { os } = spec;
  if (!os) return [];
  if (!os.name) return [required(`${at}.os.name`, "")];
  if (os.name === "linux") return linuxErrors(at, spec);
  return os.name === "windows" ? windowsErrors(at, spec) : [notSupported(`${at}.os`, os.name, ["linux", "windows"])];
}

function linuxErrors(at: string, spec: PodSpec): FieldError[] {
  const contexts = [
    [spec.securityContext, `${at}.securityContext`] as const,
    ...containersAt(spec, at).map(([{ securityContext }, field]) => [securityContext, `${field}.securityContext`] as const),
  ];
  return contexts.flatMap(([context, field]) =>
    context?.windowsOptions ? [forbiddenField(`${field}.windowsOptions`, "windows options cannot be set for a linux pod")] : [],
  );
}

const POD_CONTEXT = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "fsGroup",
  "fsGroupChangePolicy",
  "sysctls",
  "runAsUser",
  "runAsGroup",
  "supplementalGroups",
  "supplementalGroupsPolicy",
  "seLinuxChangePolicy",
] as const;
const CONTAINER_CONTEXT = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
] as const;
const SPEC = ["hostUsers", "hostPID", "hostIPC", "shareProcessNamespace"] as const;

function windowsErrors(at: string, spec: PodSpec): FieldError[] {
  const found = [
    ...POD_CONTEXT.filter((name) => spec.securityContext?.[name] !== undefined).map((name) => `${at}.securityContext.${name}`),
    ...SPEC.filter((name) => (name === "hostPID" || name === "hostIPC" ? spec[name] : spec[name] !== undefined)).map((name) => `${at}.${name}`),
    ...containersAt(spec, at).flatMap(([{ securityContext }, field]) =>
      CONTAINER_CONTEXT.filter((name) => securityContext?.[name] !== undefined).map((name) => `${field}.securityContext.${name}`),
    ),
  ];
  return found.map((field) => forbiddenField(field, "cannot be set for a windows pod"));
}
