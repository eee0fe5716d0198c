/** The objects that a policy is parameterized by: found by name or by labels. [k8s.io/apiserver pkg/admission/plugin/policy/generic/policy_dispatcher.go] */

import { kinds } from "../../../api/index.ts";
import type { Kind, KubeObject } from "../../../api/kind.ts";
import type { ParamKind, ParamRef } from "../../../api/tables/admissionregistration-v1.ts";
import type { CustomResourceDefinition } from "../../../api/tables/apiextensions-v1.ts";
import { labelSelector } from "../../../machinery/selectors/labels.ts";
import type { AdmissionRequest } from "../plugin.ts";
import type { Pace } from "./pace.ts";

/** A binding that can't be used as it is. */
export class ConfigurationError extends Error {
  override name = "ConfigurationError";
}

/** What is needed of a kind to find its objects and to show them to expressions. */
export interface ParamResource {
  readonly group: string;
  readonly resource: string;
  readonly namespaced: boolean;
  /** Undefined for a custom resource: its objects are shown as they are. */
  readonly kind: Kind | undefined;
}

export interface Params {
  readonly resource: ParamResource;
  readonly apiVersion: string;
  readonly kindName: string;
  readonly object: KubeObject;
}

/** @throws ConfigurationError where there is no such kind: then the policy fails, whatever its bindings say */
export function paramResource(paramKind: ParamKind, request: AdmissionRequest): ParamResource {
  const resource = resourceOf(paramKind, request);
  if (resource) return resource;
  throw new ConfigurationError(`failed to find resource referenced by paramKind: '${paramKind.apiVersion}, Kind=${paramKind.kind}'`);
}

/** @returns one entry for each evaluation; undefined for one without parameters. @throws ConfigurationError */
export async function paramsOf(
  paramKind: ParamKind | undefined,
  ref: ParamRef | undefined,
  request: AdmissionRequest,
  pace: Pace,
): Promise<readonly (Params | undefined)[]> {
  if (!paramKind || !ref) return [undefined];
  const resource = paramResource(paramKind, request);
  const { apiVersion = "", kind: kindName = "" } = paramKind;
  const found = await find(resource, ref, request, pace);
  if (found.length === 0 && ref.parameterNotFoundAction === "Deny") {
    throw new ConfigurationError("no params found for policy binding with `Deny` parameterNotFoundAction");
  }
  return found.map((object) => ({ resource, apiVersion, kindName, object }));
}

async function find(resource: ParamResource, ref: ParamRef, request: AdmissionRequest, pace: Pace): Promise<KubeObject[]> {
  const { reader } = request;
  const namespace = resource.namespaced ? ref.namespace || request.namespace : "";
  if (resource.namespaced && !namespace) throw new ConfigurationError("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
  if (!resource.namespaced && ref.namespace) throw new ConfigurationError("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
  if (ref.name && ref.selector) throw new ConfigurationError("paramRef.name and paramRef.selector are mutually exclusive");
  if (ref.name) {
    const object = await reader.getFresh(resource.group, resource.resource, namespace, ref.name);
    return object ? [object] : [];
  }
  if (!ref.selector) throw new ConfigurationError("one of name or selector must be provided");
  const selector = labelSelector(ref.selector);
  // The read through the cache waits until it is filled.
  await reader.getFresh(resource.group, resource.resource, namespace, "");
  const found: KubeObject[] = [];
  for (const object of reader.list(resource.group, resource.resource, resource.namespaced ? namespace : undefined)) {
    if (selector.matches(object.metadata.labels)) found.push(object);
    await pace.breathe();
  }
  return found.toSorted((a, b) => ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1));
}

function resourceOf({ apiVersion = "", kind: name = "" }: ParamKind, { reader }: AdmissionRequest): ParamResource | undefined {
  const kind = kinds.find((one) => one.apiVersion === apiVersion && one.name === name && one.rules.virtual !== true);
  if (kind) return { group: kind.group, resource: kind.resource, namespaced: kind.namespaced, kind };
  const slash = apiVersion.indexOf("/");
  const [group, version] = [apiVersion.slice(0, Math.max(0, slash)), apiVersion.slice(slash + 1)];
  for (const { kindName, versions, resource } of reader.glances("apiextensions.k8s.io", "customresourcedefinitions", definedBy)) {
    if (resource.group === group && kindName === name && versions.includes(version)) return resource;
  }
  return undefined;
}

function definedBy({ spec }: CustomResourceDefinition): { readonly kindName: string; readonly versions: readonly string[]; readonly resource: ParamResource } {
  return {
    kindName: spec.names.kind,
    versions: (spec.versions ?? []).flatMap(({ name, served }) => (served ? [name] : [])),
    resource: { group: spec.group, resource: spec.names.plural, namespaced: spec.scope === "Namespaced", kind: undefined },
  };
}
