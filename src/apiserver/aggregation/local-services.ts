/**
 * The APIServices of what this server serves itself: those of the built-in groups, and one for each version that a custom resource is served in. Who looks at
 * APIServices sees every group in one list. [Kubernetes pkg/controlplane/controller/crdregistration; kube-aggregator pkg/controllers/autoregister]
 */

import type { Kind, KubeObject } from "../../api/kind.ts";
import type { CustomResourceDefinition } from "../../api/tables/apiextensions-v1.ts";
import type { APIService } from "../../api/tables/apiregistration-v1.ts";
import { CUSTOM_PRIORITY, groupPriority, versionPriority } from "../../machinery/openapi/group-order.ts";
import { equal } from "../../machinery/plain.ts";
import type { Reader } from "../../security/reader.ts";
import type { Loopback } from "../loopback.ts";
import { GROUP, RESOURCE } from "./remote-apis.ts";

const LABEL = "kube-aggregator.kubernetes.io/automanaged";
const PATH = `/apis/${GROUP}/v1/${RESOURCE}`;
/** Made when the server starts; or kept for as long as what it stands for is there. */
type Managed = "onstart" | "true";

/** Of the kinds that are built in, the group of APIServices left out: it stands for itself. */
export function builtInServices(kinds: readonly Kind[]): APIService[] {
  const versions = new Map(kinds.filter(({ group }) => group !== GROUP).map(({ group, version }) => [`${group}/${version}`, { group, version }]));
  return [...versions.values()].map(({ group, version }) => localService(group, version, groupPriority(group), versionPriority(group, version), "onstart"));
}

/** Of every version that some definition serves. */
export function customServices(reader: Reader): APIService[] {
  const wanted = new Map<string, APIService>();
  for (const { group, versions } of reader.glances("apiextensions.k8s.io", "customresourcedefinitions", servedBy)) {
    for (const name of versions) wanted.set(`${group}/${name}`, localService(group, name, CUSTOM_PRIORITY.group, CUSTOM_PRIORITY.version, "true"));
  }
  return [...wanted.values()];
}

function servedBy({ spec }: CustomResourceDefinition): { readonly group: string; readonly versions: readonly string[] } {
  return { group: spec.group, versions: (spec.versions ?? []).flatMap(({ name, served }) => (served ? [name] : [])) };
}

function localService(group: string, version: string, groupPriorityMinimum: number, priority: number, managed: Managed): APIService {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: "APIService",
    metadata: { name: `${version}.${group}`, labels: { [LABEL]: managed } },
    spec: { ...(group && { group }), version, groupPriorityMinimum, versionPriority: priority },
  };
}

/**
 * Makes what is missing, puts right what is ours to keep, and removes what stands for nothing any more. What somebody else has made is left alone.
 * @throws Error where the server refuses one of its own objects
 */
export async function keepLocalServices(loopback: Loopback, reader: Reader, wanted: readonly APIService[], managed: Managed): Promise<void> {
  const present = new Map([...reader.list<APIService>(GROUP, RESOURCE)].map((object) => [object.metadata.name ?? "", object]));
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  const spurious = [...present.values()].filter(({ metadata }) => metadata.labels?.[LABEL] === managed && !names.has(metadata.name));
  await Promise.all([
    ...wanted.map((object) => keepOne(loopback, object, present.get(object.metadata.name ?? ""))),
    ...spurious.map(({ metadata }) => send(loopback, "DELETE", metadata.name ?? "", deletionOf(metadata.uid ?? ""))),
  ]);
}

function keepOne(loopback: Loopback, wanted: APIService, present: APIService | undefined): Promise<void> | undefined {
  const name = wanted.metadata.name ?? "";
  if (!present) return send(loopback, "POST", name, wanted);
  if (present.metadata.labels?.[LABEL] === undefined || equal(present.spec, wanted.spec)) return undefined;
  const next: APIService = { ...present, spec: wanted.spec };
  return send(loopback, "PUT", name, next);
}

/** Only the one that was seen: another of the same name may be somebody's own. */
function deletionOf(uid: string): KubeObject {
  return { kind: "DeleteOptions", apiVersion: "v1", preconditions: { uid } } as unknown as KubeObject; // Options have no metadata.
}

async function send(loopback: Loopback, method: string, name: string, object: KubeObject): Promise<void> {
  const { code, body } = await loopback.send(method, method === "POST" ? PATH : `${PATH}/${name}`, object);
  if (code >= 300 && code !== 409 && code !== 404) throw new Error(`Cannot ${method} ${PATH}/${name}: ${code} ${JSON.stringify(body)}`);
}
