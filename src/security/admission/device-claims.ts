/**
 * Who may write what of a claim for devices: allocation by those who bind, with administrators' access where the namespace is labelled for it, a driver's word by whom the
 * driver trusts on that node (KEP-5018, KEP-4817). Kubernetes checks this in the storage of the kinds, so the refusals are of fields. [pkg/registry/resource/utils.go]
 */

import type { KubeObject } from "../../api/kind.ts";
import type { AllocatedDeviceStatus, AllocationResult, ResourceClaim, ResourceClaimStatus } from "../../api/tables/resource-v1.ts";
import { equal } from "../../machinery/plain.ts";
import { type FieldError, forbiddenField } from "../../machinery/status/field-error.ts";
import { invalidObject } from "../../machinery/status/status-error.ts";
import type { Attributes, Authorizer } from "../attributes.ts";
import { refusal } from "../authz/refusal.ts";
import type { User } from "../user.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";

const GROUP = "resource.k8s.io";
const LABEL = "resource.kubernetes.io/admin-access";
const NODE_NAME = "authentication.kubernetes.io/node-name";
const ACCOUNT = /^system:serviceaccount:[^:]+:[^:]+$/;

export function deviceClaimRights(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "ResourceClaimRights",
    on: ["resourceclaims/status"],
    operations: ["UPDATE"],
    async validate(request) {
      const errors = await statusErrors(authorizer, request);
      if (errors.length > 0) throw invalidObject({ group: GROUP, kind: "ResourceClaim" }, request.name, errors);
    },
  };
}

function mayAdminister({ reader, namespace }: AdmissionRequest): boolean {
  return reader.get<KubeObject>("", "namespaces", "", namespace)?.metadata.labels?.[LABEL] === "true";
}

function adminError(request: AdmissionRequest, list: string, at: number): FieldError[] {
  if (at < 0 || mayAdminister(request)) return [];
  return [forbiddenField(`${list}[${at}].adminAccess`, `admin access to devices requires the \`${LABEL}: true\` label on the containing namespace`)];
}

const adminResult = (status: ResourceClaimStatus) => (status.allocation?.devices?.results ?? []).findIndex(({ adminAccess }) => adminAccess);

async function statusErrors(authorizer: Authorizer, request: AdmissionRequest): Promise<FieldError[]> {
  const [next, last] = [request.object, request.old].map((one) => (one as ResourceClaim).status ?? {}) as [ResourceClaimStatus, ResourceClaimStatus];
  const admin = adminResult(last) >= 0 ? [] : adminError(request, "status.allocation.devices.results", adminResult(next));
  return [...admin, ...(await bindingErrors(authorizer, request, next, last)), ...(next.allocation ? await driverErrors(authorizer, request, next, last) : [])];
}

async function bindingErrors(
  authorizer: Authorizer,
  { user, attributes }: AdmissionRequest,
  next: ResourceClaimStatus,
  last: ResourceClaimStatus,
): Promise<FieldError[]> {
  if (equal(next.allocation, last.allocation) && equal(next.reservedFor ?? [], last.reservedFor ?? [])) return [];
  const refused = await complaint(authorizer, user, { ...attributes, subresource: "binding", namespace: "", name: "" });
  const needs = `changing status.allocation or status.reservedFor requires resource="resourceclaims/binding", verb="${attributes.verb}" permission`;
  return refused ? [forbiddenField("status.allocation", `${needs}: ${refused}`)] : [];
}

async function driverErrors(
  authorizer: Authorizer,
  { user, attributes }: AdmissionRequest,
  next: ResourceClaimStatus,
  last: ResourceClaimStatus,
): Promise<FieldError[]> {
  const verbs = [...(isOnNode(user, next.allocation) ? [`associated-node:${attributes.verb}`] : []), `arbitrary-node:${attributes.verb}`];
  const errors: FieldError[] = [];
  for (const driver of changedDrivers(next.devices ?? [], last.devices ?? [])) {
    const refused = await Promise.all(verbs.map((verb) => complaint(authorizer, user, { ...attributes, verb, subresource: "driver", name: driver })));
    if (refused.includes(undefined)) continue;
    errors.push(
      forbiddenField(
        "status.devices",
        `changing status.devices requires resource="resourceclaims/driver", verb="[${verbs.join(" ")}]" permission: ${refused[0]}`,
      ),
    );
  }
  return errors;
}

/** @returns why not, or undefined */
async function complaint(authorizer: Authorizer, user: User, attributes: Attributes): Promise<string | undefined> {
  const { decision, reason } = await authorizer.authorize({ user, attributes });
  return decision === "allow" ? undefined : refusal(user, attributes, reason).status.message;
}

function changedDrivers(next: readonly AllocatedDeviceStatus[], last: readonly AllocatedDeviceStatus[]): string[] {
  const now = byDevice(next);
  const before = byDevice(last);
  const changed = [...new Set([...now.keys(), ...before.keys()])].filter((key) => !equal(now.get(key), before.get(key)));
  return [...new Set(changed.map((key) => (now.get(key) ?? before.get(key)!).driver ?? ""))].toSorted();
}

function byDevice(list: readonly AllocatedDeviceStatus[]): ReadonlyMap<string, AllocatedDeviceStatus> {
  return new Map(list.map((one) => [JSON.stringify([one.driver, one.pool, one.device, one.shareID]), one]));
}

/** Whether a service account's token is of a pod on the one node that the devices are at. */
function isOnNode({ name, extra }: User, allocation: AllocationResult | undefined): boolean {
  const [term, ...others] = allocation?.nodeSelector?.nodeSelectorTerms ?? [];
  const [field, ...more] = term?.matchFields ?? [];
  const isOne = others.length === 0 && more.length === 0 && !term?.matchExpressions?.length && field?.key === "metadata.name" && field.operator === "In";
  const node = isOne && field.values?.length === 1 ? field.values[0] : undefined;
  const own = extra[NODE_NAME];
  return node !== undefined && node !== "" && ACCOUNT.test(name) && own?.length === 1 && own[0] === node;
}
