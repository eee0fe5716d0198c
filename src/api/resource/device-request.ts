/** What a claim asks for: devices of classes, what they must have in common, and what their drivers are told. [Kubernetes pkg/apis/resource/validation/validation.go] */

import { isDNS1123Label, isDNS1123Subdomain } from "../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import type { ValidationContext } from "../kind.ts";
import { complain, dnsLabel } from "../meta/checks.ts";
import type { DeviceClaim, DeviceConstraint, DeviceRequest, DeviceSubRequest, ExactDeviceRequest } from "../tables/resource-v1.ts";
import { configurationErrors } from "./configuration.ts";
import { listErrors, setErrors } from "./lists.ts";
import { fullyQualifiedName } from "./names.ts";
import { selectorErrors } from "./selectors.ts";
import { tolerationDefaults, tolerationErrors } from "./taints.ts";

export const REQUESTS_MAX = 32;
export const CONFIG_MAX = 32;
const CONSTRAINTS_MAX = 32;
const CHOICES_MAX = 8;
const ONE_OF_TWO = "exactly one of `exactly` or `firstAvailable` is required";
const NO_SUCH = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

/** By request, the names of its choices. */
export type RequestNames = ReadonlyMap<string, ReadonlySet<string>>;

export function requestNames({ requests }: DeviceClaim): RequestNames {
  return new Map((requests ?? []).map(({ name = "", firstAvailable = [] }) => [name, new Set(firstAvailable.map((one) => one.name ?? ""))]));
}

export function requestDefaults({ requests }: DeviceClaim): void {
  for (const { exactly, firstAvailable = [] } of requests ?? []) {
    for (const request of [...(exactly ? [exactly] : []), ...firstAvailable]) {
      request.allocationMode ||= "ExactCount";
      if (request.allocationMode === "ExactCount" && !request.count) request.count = 1;
      tolerationDefaults(request.tolerations);
    }
  }
}

export function claimErrors(at: string, claim: DeviceClaim): FieldError[] {
  const names = requestNames(claim);
  return [
    ...setErrors(
      `${at}.requests`,
      claim.requests,
      REQUESTS_MAX,
      requestErrors,
      ({ name = "" }) => name,
      (one) => one,
    ),
    ...listErrors(`${at}.constraints`, claim.constraints, CONSTRAINTS_MAX, (one, own) => constraintErrors(own, one, names)),
    ...listErrors(`${at}.config`, claim.config, CONFIG_MAX, (one, own) => [
      ...referenceErrors(`${own}.requests`, one.requests, names),
      ...configurationErrors(own, one),
    ]),
  ];
}

const ADMIN_LABEL = "resource.kubernetes.io/admin-access";

/** Administrators' access to devices is for namespaces that are labelled for it (KEP-5018). @param list the field that names the requests */
export function adminErrors(list: string, { requests = [] }: DeviceClaim, { namespaceLabels }: ValidationContext): FieldError[] {
  const at = requests.findIndex(({ exactly }) => exactly?.adminAccess);
  if (at < 0 || namespaceLabels?.()?.[ADMIN_LABEL] === "true") return [];
  return [forbiddenField(`${list}[${at}].adminAccess`, `admin access to devices requires the \`${ADMIN_LABEL}: true\` label on the containing namespace`)];
}

function requestErrors({ name = "", exactly, firstAvailable = [] }: DeviceRequest, at: string): FieldError[] {
  const errors = dnsLabel(`${at}.name`, name);
  if (firstAvailable.length > 0 && exactly) {
    return [
      ...errors,
      invalid(at, null, `${ONE_OF_TWO}, but multiple fields are set`),
      ...setErrors(
        `${at}.firstAvailable`,
        firstAvailable,
        CHOICES_MAX,
        (one, own) => declaredErrors(own, one, true),
        (one) => one.name ?? "",
        (one) => one,
      ),
      ...declaredErrors(`${at}.exactly`, exactly, false),
    ];
  }
  if (firstAvailable.length > 0)
    return [
      ...errors,
      ...setErrors(
        `${at}.firstAvailable`,
        firstAvailable,
        CHOICES_MAX,
        choiceErrors,
        (one) => one.name ?? "",
        (one) => one,
      ),
    ];
  return exactly ? [...errors, ...exactErrors(`${at}.exactly`, exactly)] : [...errors, required(at, ONE_OF_TWO)];
}

/** What Kubernetes declares of requests, and so checks also where there should be none. */
function declaredErrors(
  at: string,
  { deviceClassName: name = "", allocationMode: mode = "", tolerations }: ExactDeviceRequest | DeviceSubRequest,
  isChoice: boolean,
): FieldError[] {
  const known = tolerationErrors(`${at}.tolerations`, tolerations).filter(({ field }) => !field.endsWith(".value"));
  const modes = mode === "All" || mode === "ExactCount" ? [] : [notSupported(`${at}.allocationMode`, mode, ["All", "ExactCount"])];
  return [...(isChoice ? classErrors(`${at}.deviceClassName`, name) : []), ...modes, ...known];
}

function classErrors(at: string, name: string): FieldError[] {
  return name ? complain(at, name, isDNS1123Subdomain(name)) : [required(at, "")];
}

function choiceErrors(choice: DeviceSubRequest, at: string): FieldError[] {
  return [...dnsLabel(`${at}.name`, choice.name ?? ""), ...exactErrors(at, choice)];
}

function exactErrors(at: string, request: ExactDeviceRequest | DeviceSubRequest): FieldError[] {
  const { deviceClassName: name = "", selectors, allocationMode: mode = "", count = 0, tolerations } = request;
  return [
    ...classErrors(`${at}.deviceClassName`, name),
    ...selectorErrors(`${at}.selectors`, selectors),
    ...(mode === "All" && Number(count) !== 0 ? [invalid(`${at}.count`, count, "must not be specified when allocationMode is 'All'")] : []),
    ...(mode === "ExactCount" && count <= 0 ? [invalid(`${at}.count`, count, "must be greater than zero")] : []),
    ...(mode === "All" || mode === "ExactCount" ? [] : [notSupported(`${at}.allocationMode`, mode, ["All", "ExactCount"])]),
    ...tolerationErrors(`${at}.tolerations`, tolerations),
  ];
}

function constraintErrors(at: string, { requests, matchAttribute, distinctAttribute }: DeviceConstraint, names: RequestNames): FieldError[] {
  const errors = referenceErrors(`${at}.requests`, requests, names);
  if (matchAttribute !== undefined) errors.push(...fullyQualifiedName(`${at}.matchAttribute`, matchAttribute));
  if (distinctAttribute !== undefined) errors.push(...fullyQualifiedName(`${at}.distinctAttribute`, distinctAttribute));
  if (matchAttribute === undefined && distinctAttribute === undefined) {
    errors.push(required(at, 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'));
  }
  return errors;
}

/** Names of requests, each of which must be there. */
export function referenceErrors(at: string, requests: readonly string[] | undefined, names: RequestNames): FieldError[] {
  return setErrors(
    at,
    requests,
    REQUESTS_MAX,
    (name, own) => referenceError(own, name, names),
    (name) => name,
  );
}

/** `request`, or `request/choice`. */
export function referenceError(at: string, name: string, names: RequestNames): FieldError[] {
  const [request = "", choice, ...more] = name.split("/");
  if (more.length > 0) return [invalid(at, name, NO_SUCH)];
  const errors = [request, ...(choice === undefined ? [] : [choice])].flatMap((part) => complain(at, part, isDNS1123Label(part)));
  const found = names.get(request);
  return found && (choice === undefined || found.has(choice)) ? errors : [...errors, invalid(at, name, NO_SUCH)];
}
