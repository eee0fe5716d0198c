/** The older face of endpoint slices: one Endpoints object a Service, cut at a thousand addresses. */

import { isDeepStrictEqual } from "node:util";
import { Endpoints, Pod, Service } from "../api/resources.ts";
import type { EndpointAddress, EndpointPort, EndpointSubset, Pod as PodObject, Service as ServiceObject } from "../api/tables/core-v1.ts";
import { controller } from "../client/controller.ts";
import { labelsSelector } from "../machinery/selectors/labels.ts";
import { containerPort } from "./endpoint-slice.ts";
import { isReady } from "./pods.ts";

const MANAGED_BY = "endpoints.kubernetes.io/managed-by";
const NAME = "endpoint-controller";
const HEADLESS = "service.kubernetes.io/headless";
const OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
const ADDRESSES_MAX = 1000;

export default controller({
  name: NAME,
  for: Service,
  watches: { pods: Pod.inSameNamespace(), endpoints: Endpoints.all(({ metadata }) => [`${metadata.namespace}/${metadata.name}`]) },
  writes: [Endpoints.create, Endpoints.update, Endpoints.delete],

  reconcile(service, { pods, endpoints }) {
    const { name = "", namespace = "", deletionTimestamp } = service.metadata;
    if (deletionTimestamp !== undefined || !service.spec.selector || service.spec.type === "ExternalName") return [];
    const found = endpoints.get(namespace, name);
    const selector = labelsSelector(service.spec.selector);
    const mine = pods.filter(
      (pod) =>
        selector.matches(pod.metadata.labels) &&
        pod.status?.podIP &&
        pod.status.phase !== "Succeeded" &&
        pod.status.phase !== "Failed" &&
        pod.metadata.deletionTimestamp === undefined,
    );
    const subsets = subsetsOf(service, mine.slice(0, ADDRESSES_MAX));
    const labels = { ...service.metadata.labels, [MANAGED_BY]: NAME, ...(service.spec.clusterIP === "None" && { [HEADLESS]: "" }) };
    const annotations = mine.length > ADDRESSES_MAX ? { [OVER_CAPACITY]: "truncated" } : undefined;
    if (!found) return [Endpoints.create({ metadata: { name, namespace, labels, ...(annotations && { annotations }) }, subsets })];
    const labelled = isDeepStrictEqual(Object.entries(found.metadata.labels ?? {}).toSorted(), Object.entries(labels).toSorted());
    if (labelled && isDeepStrictEqual(found.subsets ?? [], subsets)) return [];
    const { [OVER_CAPACITY]: _, ...kept } = found.metadata.annotations ?? {};
    return [Endpoints.update({ ...found, metadata: { ...found.metadata, labels, annotations: { ...kept, ...annotations } }, subsets })];
  },

  gone({ namespace, name }, { endpoints }) {
    const found = endpoints.get(namespace, name);
    return found?.metadata.labels?.[MANAGED_BY] === NAME ? [Endpoints.delete(found)] : [];
  },
});

/** Addresses that share their ports stand in one subset; order is fixed, so that the same pods give the same object. */
function subsetsOf(service: ServiceObject, pods: readonly PodObject[]): EndpointSubset[] {
  const subsets = new Map<string, { ports: EndpointPort[]; ready: EndpointAddress[]; notReady: EndpointAddress[] }>();
  for (const pod of pods.toSorted((a, b) => ((a.status?.podIP ?? "") < (b.status?.podIP ?? "") ? -1 : 1))) {
    const ports = portsOf(service, pod);
    if (ports.length === 0 && (service.spec.ports?.length ?? 0) > 0) continue;
    const key = JSON.stringify(ports);
    const subset = subsets.get(key) ?? { ports, ready: [], notReady: [] };
    subsets.set(key, subset);
    const ready = service.spec.publishNotReadyAddresses === true || isReady(pod);
    (ready ? subset.ready : subset.notReady).push(addressOf(service, pod));
  }
  return [...subsets]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { ports, ready, notReady }]) => ({
      ...(ready.length > 0 && { addresses: ready }),
      ...(notReady.length > 0 && { notReadyAddresses: notReady }),
      ...(ports.length > 0 && { ports }),
    }));
}

function portsOf(service: ServiceObject, pod: PodObject): EndpointPort[] {
  return (service.spec.ports ?? []).flatMap(({ name, port: own, protocol = "TCP", targetPort, appProtocol }) => {
    const port = targetPort === undefined || targetPort === 0 ? own : typeof targetPort === "number" ? targetPort : containerPort(pod, targetPort, protocol);
    return port === undefined ? [] : [{ ...(name && { name }), port, protocol, ...(appProtocol && { appProtocol }) }];
  });
}

function addressOf(service: ServiceObject, { metadata: { name = "", namespace = "", uid = "" }, spec, status }: PodObject): EndpointAddress {
  const named = spec.hostname && spec.subdomain === service.metadata.name;
  return {
    ip: status?.podIP ?? "",
    ...(named && spec.hostname && { hostname: spec.hostname }),
    ...(spec.nodeName && { nodeName: spec.nodeName }),
    targetRef: { kind: "Pod", namespace, name, uid },
  };
}
