/** Limit ranges: what a container, pod or claim of a namespace asks for where it says nothing, and how little and how much it may ask (plugin/pkg/admission/limitranger). */

import { containersTotal } from "../../api/core/pod/aggregate.ts";
import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod, PodSpec } from "../../api/tables/core-v1.ts";
import { parseQuantity } from "../../machinery/quantity/quantity.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";
import { refused } from "./refuse.ts";

type Amounts = Readonly<Record<string, string>>;
const ANNOTATION = "kubernetes.io/limit-ranger";
/** Resources that a pod may ask for as a whole; they then take the place of its containers' sum. */
const POD_LEVEL = ["cpu", "memory"];

const has = (amounts: Amounts, name: string) => Object.hasOwn(amounts, name);

interface Asked {
  /** `Container`, `Pod`, `PersistentVolumeClaim` */
  readonly type: string;
  readonly requests: Amounts;
  readonly limits: Amounts;
}

function minimum({ type, requests, limits }: Asked, name: string, bound: string): string | undefined {
  const told = `minimum ${name} usage per ${type} is ${parseQuantity(bound)}`;
  const isBelow = (amounts: Amounts) => parseQuantity(amounts[name]!).compare(parseQuantity(bound)) < 0;
  if (!has(requests, name)) return `${told}.  No request is specified`;
  if (isBelow(requests)) return `${told}, but request is ${parseQuantity(requests[name]!)}`;
  return has(limits, name) && isBelow(limits) ? `${told}, but limit is ${parseQuantity(limits[name]!)}` : undefined;
}

/** A claim has no limits: its request is what counts. */
function maximum({ type, requests, limits }: Asked, name: string, bound: string): string | undefined {
  const told = `maximum ${name} usage per ${type} is ${parseQuantity(bound)}`;
  const isAbove = (amounts: Amounts) => parseQuantity(amounts[name]!).compare(parseQuantity(bound)) > 0;
  if (type === "PersistentVolumeClaim") {
    if (!has(requests, name)) return `${told}.  No request is specified`;
  } else {
    if (!has(limits, name)) return `${told}.  No limit is specified`;
    if (isAbove(limits)) return `${told}, but limit is ${parseQuantity(limits[name]!)}`;
  }
  return has(requests, name) && isAbove(requests) ? `${told}, but request is ${parseQuantity(requests[name]!)}` : undefined;
}

function ratio({ type, requests, limits }: Asked, name: string, bound: string): string | undefined {
  const told = `${name} max limit to request ratio per ${type} is ${parseQuantity(bound)}`;
  const [request, limit] = [requests, limits].map((amounts) => (has(amounts, name) ? parseQuantity(amounts[name]!) : undefined));
  if (!request || request.isZero()) return `${told}, but no request is specified or request is 0`;
  if (!limit || limit.isZero()) return `${told}, but no limit is specified or limit is 0`;
  const given = limit.toNumber() / request.toNumber();
  return given > parseQuantity(bound).toNumber() ? `${told}, but provided ratio is ${given.toFixed(6)}` : undefined;
}

function complaints(item: LimitRangeItem, asked: Asked): string[] {
  const checks = [
    [item.min, minimum],
    [item.max, maximum],
    [asked.type === "PersistentVolumeClaim" ? undefined : item.maxLimitRequestRatio, ratio],
  ] as const;
  return checks.flatMap(([bounds, check]) => Object.entries(bounds ?? {}).flatMap(([name, bound]) => check(asked, name, bound) ?? []));
}

function podTotal(spec: PodSpec, which: "requests" | "limits"): Amounts {
  const own = Object.entries(spec.resources?.[which] ?? {}).filter(([name]) => POD_LEVEL.includes(name));
  return { ...containersTotal(spec, which), ...Object.fromEntries(own) };
}

function podComplaints(item: LimitRangeItem, { spec }: Pod): string[] {
  if (item.type === "Pod") return complaints(item, { type: "Pod", requests: podTotal(spec, "requests"), limits: podTotal(spec, "limits") });
  if (item.type !== "Container") return [];
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    complaints(item, { type: "Container", requests: resources?.requests ?? {}, limits: resources?.limits ?? {} }),
  );
}

function claimComplaints(item: LimitRangeItem, { spec }: PersistentVolumeClaim): string[] {
  if (item.type !== "PersistentVolumeClaim") return [];
  return complaints(item, { type: item.type, requests: spec?.resources?.requests ?? {}, limits: {} });
}

/** Adds what is missing. @returns the names that were added, sorted */
function fillIn(resources: NonNullable<Container["resources"]>, which: "requests" | "limits", defaults: Amounts): string[] {
  const missing = Object.keys(defaults).filter((name) => !has(resources[which] ?? {}, name));
  if (missing.length > 0) resources[which] = { ...resources[which], ...Object.fromEntries(missing.map((name) => [name, defaults[name]!])) };
  return missing.toSorted();
}

function setDefaults({ spec }: LimitRange, pod: Pod): void {
  const items = (spec?.limits ?? []).filter(({ type }) => type === "Container");
  const requests = Object.assign(Object.create(null), ...items.map((item) => item.defaultRequest ?? {}));
  const limits = Object.assign(Object.create(null), ...items.map((item) => item.default ?? {}));
  const notes: string[] = [];
  for (const [sort, containers] of [
    ["container", pod.spec.containers],
    ["init container", pod.spec.initContainers],
  ] as const) {
    for (const container of containers ?? []) {
      container.resources ??= {};
      const added = { limit: fillIn(container.resources, "limits", limits), request: fillIn(container.resources, "requests", requests) };
      if (added.request.length > 0) notes.push(`${added.request.join(", ")} request for ${sort} ${container.name}`);
      if (added.limit.length > 0) notes.push(`${added.limit.join(", ")} limit for ${sort} ${container.name}`);
    }
  }
  if (notes.length > 0) pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join("; ")}` };
}

function rangesOf(request: AdmissionRequest): LimitRange[] {
  const { operation, subresource, resource, old, reader, namespace } = request;
  // A pod's containers can't change but by a resize; what is on its way out is left alone.
  if (resource.resource === "pods" && operation === "UPDATE" && subresource !== "resize") return [];
  return old?.metadata.deletionTimestamp === undefined ? [...reader.list<LimitRange>("", "limitranges", namespace)] : [];
}

export const limitRanger: AdmissionPlugin = {
  name: "LimitRanger",
  on: ["pods", "pods/resize", "persistentvolumeclaims"],
  operations: ["CREATE", "UPDATE"],
  mutate(request) {
    if (request.resource.resource === "pods") for (const range of rangesOf(request)) setDefaults(range, request.object as Pod);
  },
  validate(request) {
    for (const { spec } of rangesOf(request)) {
      const isPod = request.resource.resource === "pods";
      const found = (spec?.limits ?? []).flatMap((item) =>
        isPod ? podComplaints(item, request.object as Pod) : claimComplaints(item, request.object as PersistentVolumeClaim),
      );
      const told = [...new Set(found)];
      if (told.length > 0) throw refused(request, told.length === 1 ? told[0]! : `[${told.join(", ")}]`);
    }
  },
};
