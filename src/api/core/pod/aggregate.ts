/** What a pod's containers need together, while the init containers run and after. [k8s.io/component-helpers resource/helpers.go, KEP-753] */

import { addTo, type ResourceList, raiseTo, resourceList } from "../../meta/resource-list.ts";
import { isPodLevel } from "../../meta/resource-names.ts";
import type { Container, PodSpec } from "../../tables/core-v1.ts";

/** An init container that stays for the pod's life: a sidecar. */
export const isRestartable = (container: Pick<Container, "restartPolicy">): boolean => container.restartPolicy === "Always";

/**
 * The sum of the containers' requests or limits, raised to what the init containers need: each runs beside the sidecars
 * that were started before it.
 */
export function containersTotal(spec: PodSpec, which: "requests" | "limits"): ResourceList {
  return totalOf(spec, (container) => container.resources?.[which]);
}

/** The same sum over what each container has by another measure: what a node gave it, say. */
export function totalOf(spec: PodSpec, amountsOf: (container: Container) => ResourceList | undefined): ResourceList {
  const total = resourceList();
  for (const container of spec.containers ?? []) addTo(total, amountsOf(container));
  const sidecars = resourceList();
  const whileStarting = resourceList();
  for (const container of spec.initContainers ?? []) {
    const own = amountsOf(container);
    if (isRestartable(container)) {
      addTo(total, own);
      addTo(sidecars, own);
      raiseTo(whileStarting, sidecars);
    } else {
      const together = resourceList();
      addTo(together, own);
      addTo(together, sidecars);
      raiseTo(whileStarting, together);
    }
  }
  raiseTo(total, whileStarting);
  return total;
}

/** What a node must have free for the pod: its containers' requests, or the pod's own where it has them, and its overhead. */
export function podRequests(spec: PodSpec): ResourceList {
  const total = containersTotal(spec, "requests");
  const own = spec.resources?.requests;
  if (own) for (const name of Object.keys(own)) if (isPodLevel(name)) total[name] = own[name] as string;
  addTo(total, spec.overhead);
  return total;
}
