/** Tells where a Service's pods are: endpoint slices of at most a hundred addresses, changed as little as possible (KEP-752). */

import { isDeepStrictEqual } from "node:util";
import type { Write } from "../api/resource.ts";
import { EndpointSlice, Node, Pod, Service } from "../api/resources.ts";
import type { Node as NodeObject, Pod as PodObject, Service as ServiceObject } from "../api/tables/core-v1.ts";
import type { Endpoint, EndpointPort, EndpointSlice as Slice } from "../api/tables/discovery-v1.ts";
import { controller } from "../client/controller.ts";
import { labelsSelector } from "../machinery/selectors/labels.ts";
import { controllerReference } from "./owner.ts";
import { isReady } from "./pods.ts";

const NAME = "endpointslice-controller.k8s.io";
const SERVICE_NAME = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const HEADLESS = "service.kubernetes.io/headless";
const TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";
/** Kubernetes' default: slices stay small, so that one pod's change is a small event for every node. */
const ENDPOINTS_MAX = 100;

export default controller({
  name: "endpointslice-controller",
  for: Service,
  watches: { slices: EndpointSlice.ownedBy(Service), pods: Pod.inSameNamespace(), nodes: Node.all() },
  writes: [EndpointSlice.create, EndpointSlice.update, EndpointSlice.delete],

  reconcile(service, { slices, pods, nodes }) {
    const ours = slices.filter(({ metadata }) => metadata.labels?.[MANAGED_BY] === NAME);
    if (service.metadata.deletionTimestamp !== undefined || !service.spec.selector || service.spec.type === "ExternalName") return [];
    const families = service.spec.ipFamilies?.length ? service.spec.ipFamilies : ["IPv4"];
    const selector = labelsSelector(service.spec.selector);
    const mine = pods.filter((pod) => selector.matches(pod.metadata.labels) && belongs(pod));
    const wanted = families.flatMap((family) => groupsOf(service, mine, family, (name) => nodes.get("", name)));
    return writes(service, wanted, ours);
  },
});

/** Endpoints that share their ports, and so a slice. */
interface Group {
  readonly family: string;
  readonly ports: EndpointPort[];
  readonly endpoints: Endpoint[];
}

/** Finished pods, and those without an address, answer nobody. */
function belongs({ status }: PodObject): boolean {
  return (status?.podIPs?.length ?? 0) > 0 && status?.phase !== "Succeeded" && status?.phase !== "Failed";
}

function groupsOf(service: ServiceObject, pods: readonly PodObject[], family: string, nodeOf: (name: string) => NodeObject | undefined): Group[] {
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    const addresses = (pod.status?.podIPs ?? []).map(({ ip }) => ip).filter((ip) => ip.includes(":") === (family === "IPv6"));
    if (addresses.length === 0) continue;
    const ports = portsOf(service, pod);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { family, ports, endpoints: [] };
    groups.set(key, group);
    group.endpoints.push(endpointOf(service, pod, addresses.slice(0, 1), nodeOf(pod.spec.nodeName ?? "")));
  }
  return [...groups.values()];
}

function endpointOf(service: ServiceObject, pod: PodObject, addresses: string[], node: NodeObject | undefined): Endpoint {
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = isReady(pod);
  const zone = node?.metadata.labels?.["topology.kubernetes.io/zone"];
  const named = pod.spec.hostname && pod.spec.subdomain === service.metadata.name;
  const { name = "", namespace = "", uid = "" } = pod.metadata;
  return {
    addresses,
    conditions: { ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...(named && pod.spec.hostname && { hostname: pod.spec.hostname }),
    targetRef: { kind: "Pod", namespace, name, uid },
    ...(pod.spec.nodeName && { nodeName: pod.spec.nodeName }),
    ...(zone && { zone }),
  };
}

/** A port whose name the pod doesn't have leads nowhere for that pod, so it is left out. */
function portsOf(service: ServiceObject, pod: PodObject): EndpointPort[] {
  return (service.spec.ports ?? []).flatMap(({ name, port: own, protocol = "TCP", targetPort, appProtocol }) => {
    const port = targetPort === undefined || targetPort === 0 ? own : typeof targetPort === "number" ? targetPort : containerPort(pod, targetPort, protocol);
    return port === undefined ? [] : [{ name: name ?? "", port, protocol, ...(appProtocol && { appProtocol }) }];
  });
}

export function containerPort(pod: PodObject, name: string, protocol: string): number | undefined {
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  const ports = [...(pod.spec.containers ?? []), ...sidecars].flatMap((container) => container.ports ?? []);
  return ports.find((port) => port.name === name && (port.protocol ?? "TCP") === protocol)?.containerPort;
}

/** Existing slices keep the endpoints they have; new ones fill their gaps before another slice is made. */
type Permitted = "create endpointslices" | "update endpointslices" | "delete endpointslices";

function writes(service: ServiceObject, wanted: readonly Group[], existing: readonly Slice[]): Write<Permitted>[] {
  const free = new Set(existing);
  const planned = wanted.flatMap((group) => {
    const slices = existing.filter((slice) => slice.addressType === group.family && isDeepStrictEqual(slice.ports ?? [], group.ports));
    for (const slice of slices) free.delete(slice);
    return fill(group, slices);
  });
  // A service without endpoints keeps an empty slice, so that watchers can tell "none" from "not yet".
  const families = service.spec.ipFamilies?.length ? service.spec.ipFamilies : ["IPv4"];
  for (const family of families) {
    if (planned.some((plan) => plan.family === family)) continue;
    const [kept] = [...free].filter((slice) => slice.addressType === family);
    if (kept) free.delete(kept);
    planned.push({ family, slice: kept, ports: [], endpoints: [] });
  }
  return [
    ...planned.flatMap(({ slice, family, ports, endpoints }): Write<Permitted>[] => {
      const meta = metadataOf(service);
      if (!slice) return [EndpointSlice.create({ metadata: { ...meta, generateName: `${service.metadata.name}-` }, addressType: family, endpoints, ports })];
      const same = isDeepStrictEqual(slice.endpoints ?? [], endpoints) && isDeepStrictEqual(slice.ports ?? [], ports);
      const labelled = Object.entries(meta.labels).every(([key, value]) => slice.metadata.labels?.[key] === value);
      if (same && labelled) return [];
      const labels = { ...slice.metadata.labels, ...meta.labels };
      return [EndpointSlice.update({ ...slice, metadata: { ...slice.metadata, labels }, endpoints, ports })];
    }),
    ...[...free].map((slice) => EndpointSlice.delete(slice)),
  ];
}

interface Planned {
  readonly family: string;
  readonly slice: Slice | undefined;
  readonly ports: EndpointPort[];
  readonly endpoints: Endpoint[];
}

function fill({ family, ports, endpoints }: Group, slices: readonly Slice[]): Planned[] {
  const left = new Map(endpoints.map((endpoint) => [endpoint.targetRef?.uid, endpoint]));
  const planned = slices.map((slice) => {
    const kept = (slice.endpoints ?? []).flatMap(({ targetRef }) => {
      const endpoint = left.get(targetRef?.uid);
      left.delete(targetRef?.uid);
      return endpoint ? [endpoint] : [];
    });
    return { family, slice: slice as Slice | undefined, ports, endpoints: kept };
  });
  const rest = [...left.values()];
  for (const plan of planned) plan.endpoints.push(...rest.splice(0, Math.max(ENDPOINTS_MAX - plan.endpoints.length, 0)));
  while (rest.length > 0) planned.push({ family, slice: undefined, ports, endpoints: rest.splice(0, ENDPOINTS_MAX) });
  const used = planned.filter((plan) => plan.endpoints.length > 0);
  return [...used, ...planned.filter((plan) => plan.endpoints.length === 0).map((plan) => ({ ...plan, ports: [] }))].slice(0, Math.max(used.length, 1));
}

function metadataOf(service: ServiceObject) {
  const { name = "", namespace = "", labels = {}, annotations = {} } = service.metadata;
  const headless = service.spec.clusterIP === "None";
  const inherited = Object.fromEntries(Object.entries(labels).filter(([key]) => key !== HEADLESS && key !== SERVICE_NAME && key !== MANAGED_BY));
  const trigger = annotations[TRIGGER_TIME];
  return {
    namespace,
    labels: { ...inherited, [SERVICE_NAME]: name, [MANAGED_BY]: NAME, ...(headless && { [HEADLESS]: "" }) },
    ...(trigger !== undefined && { annotations: { [TRIGGER_TIME]: trigger } }),
    ownerReferences: [controllerReference(Service, service)],
  };
}
