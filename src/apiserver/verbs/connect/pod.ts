/** The pod that a connection leads to, and which of its containers. */

import type { Pod } from "../../../api/tables/core-v1.ts";
import { badRequest, notFound } from "../../../machinery/status/status-error.ts";
import type { Call } from "../../call.ts";

/** @throws StatusError 404 */
export async function podOf(call: Call, name: string): Promise<Pod> {
  const pod = await call.context.reader.getFresh<Pod & { metadata: object }>("", "pods", call.attributes.namespace, name);
  if (!pod) throw notFound({ group: "", resource: "pods" }, name);
  return pod;
}

/** @param asked "" for the pod's only container @throws StatusError 400 in Kubernetes' words */
export function containerOf({ metadata, spec }: Pod, asked: string): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec ?? {};
  const names = [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => name);
  const pod = metadata?.name ?? "";
  if (asked !== "") {
    if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${pod}`);
    return asked;
  }
  const [only, ...others] = containers;
  if (!only) throw badRequest(`a container name must be specified for pod ${pod}`);
  if (others.length > 0) throw badRequest(`a container name must be specified for pod ${pod}, choose one of: [${names.join(" ")}]`);
  return only.name ?? "";
}

/** @throws StatusError 400 for a pod without a node */
export function nodeNameOf({ metadata, spec }: Pod): string {
  if (!spec?.nodeName) throw badRequest(`pod ${metadata?.name} does not have a host assigned`);
  return spec.nodeName;
}
