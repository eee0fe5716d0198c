/** Starts the keepers of the server's own objects: once all stand the server is ready, and from then on what is deleted is made again. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import { type Clock, timestamp } from "../../machinery/clock.ts";
import type { Log } from "../../machinery/log.ts";
import { missingDefaults } from "../../security/authz/default-roles/reconcile.ts";
import type { Reader } from "../../security/reader.ts";
import { builtInServices, customServices, keepLocalServices } from "../aggregation/local-services.ts";
import type { Loopback } from "../loopback.ts";
import type { QueueMetrics } from "../metrics/queues.ts";
import { repairAddresses } from "./addresses.ts";
import { FLOW_GROUP, keepFlowConfiguration } from "./flow-configuration.ts";
import { ensure, type Keep, repeatedly } from "./keeper.ts";
import { type OwnFacts, type OwnObject, ownConfigMaps, ownDates, ownNamespaces, ownPriorityClasses, ownService, ownServiceRange } from "./objects.ts";

export interface BootstrapOptions {
  readonly loopback: Loopback;
  readonly reader: Reader;
  readonly queues?: QueueMetrics;
  readonly clock: Clock;
  readonly log: Log;
  /** What is built in. */
  readonly kinds: readonly Kind[];
  /** Read anew at each look: authorities may be exchanged under the running server. */
  facts(): Omit<OwnFacts, "serviceAddress">;
}

export interface Keeping {
  stop(): void;
  /** The facts are others now. */
  look(): void;
}

interface Keeper {
  readonly name: string;
  /** Resources whose deletions wake it. */
  readonly watched: readonly (readonly [group: string, resource: string])[];
  /** Every change wakes it, and not at once: what comes together is one piece of work. */
  readonly followsChanges?: true;
  /** Compares resources that one transaction changes: it looks when all of them show it, and not between two. */
  readonly comparesResources?: true;
  /** What it makes follows facts that change. */
  readonly readsFacts?: true;
  /** Works again so often, whatever happens. */
  readonly everyMs?: number;
  /** Only deletions of these names; all where absent. */
  readonly names?: readonly string[];
  work(): Promise<void>;
}

/** @returns once all stand */
export async function bootstrap(options: BootstrapOptions): Promise<Keeping> {
  let ended = false;
  const stops: (() => void)[] = [() => (ended = true)];
  const wakes: (() => void)[] = [];
  for (const { name, watched, names, work, followsChanges, comparesResources, readsFacts, everyMs } of keepersOf(options)) {
    await work();
    const wake = repeatedly(options, name, async () => {
      if (!ended) await work(); // Later there is no store to work on.
    });
    if (readsFacts) wakes.push(wake);
    if (everyMs !== undefined) stops.push(regularly(options.clock, everyMs, wake));
    const then = followsChanges || comparesResources ? gathered(options.clock, wake) : wake;
    for (const [group, resource] of watched) {
      stops.push(
        options.reader.onChange(group, resource, (change) => {
          if (followsChanges || (change.deleted && (names?.includes(change.name) ?? true))) then();
        }),
      );
    }
  }
  return {
    stop() {
      for (const stop of stops) stop();
    },
    look() {
      for (const wake of wakes) wake();
    },
  };
}

/** @returns what ends it */
function regularly(clock: Clock, everyMs: number, wake: () => void): () => void {
  let cancel = clock.after(everyMs, again);
  function again(): void {
    wake();
    cancel = clock.after(everyMs, again);
  }
  return () => cancel();
}

const GATHER_MS = 100;

/** @returns what calls `wake` once for all calls within a moment */
function gathered(clock: Clock, wake: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    clock.after(GATHER_MS, () => {
      waiting = false;
      wake();
    });
  };
}

/** Namespaces come first: the others lie in them. */
function keepersOf(options: BootstrapOptions): readonly Keeper[] {
  const { loopback, reader, clock } = options;
  const given = options.facts();
  const facts: OwnFacts = { ...given, serviceAddress: firstAddress(given.serviceRange) };
  const keeper = (name: string, watched: Keeper["watched"], objects: readonly OwnObject[], keep?: Keep): Keeper => ({
    name,
    watched,
    names: objects.map(({ object }) => object.metadata.name ?? ""),
    work: () => ensure(loopback, objects, keep),
  });
  return [
    keeper("namespaces", [["", "namespaces"]], ownNamespaces()),
    { name: "roles", watched: RBAC.map((resource) => ["rbac.authorization.k8s.io", resource]), work: () => keepRoles(loopback, reader) },
    keeper("priority classes", [["scheduling.k8s.io", "priorityclasses"]], ownPriorityClasses()),
    {
      ...keeper("config maps", [["", "configmaps"]], ownConfigMaps(facts)),
      readsFacts: true,
      work: () => ensure(loopback, ownConfigMaps({ ...facts, ...options.facts() }), sameData),
    },
    keeper("dates", [["", "configmaps"]], ownDates(clock.now())),
    ...serviceKeepers(options),
    serviceRangeKeeper(options, ownServiceRange(facts)),
    keeper("service", SERVICE, ownService(facts), sameAddresses),
    {
      name: "addresses",
      watched: [["networking.k8s.io", "ipaddresses"]],
      comparesResources: true,
      everyMs: ADDRESSES_MS,
      work: () => repairAddresses(options),
    },
    { name: "priority and fairness", watched: FLOW, followsChanges: true, everyMs: MINUTE_MS, work: () => keepFlowConfiguration(loopback, reader) },
  ];
}

const MINUTE_MS = 60_000;
const ADDRESSES_MS = 3 * MINUTE_MS;
const FLOW: Keeper["watched"] = [
  [FLOW_GROUP, "flowschemas"],
  [FLOW_GROUP, "prioritylevelconfigurations"],
];
const API_SERVICES: readonly [string, string] = ["apiregistration.k8s.io", "apiservices"];

function serviceKeepers({ loopback, reader, kinds }: BootstrapOptions): Keeper[] {
  const builtIn = builtInServices(kinds);
  return [
    {
      name: "API services",
      watched: [API_SERVICES],
      names: builtIn.map(({ metadata }) => metadata.name ?? ""),
      work: () => keepLocalServices(loopback, reader, builtIn, "onstart"),
    },
    {
      name: "API services of custom resources",
      watched: [["apiextensions.k8s.io", "customresourcedefinitions"], API_SERVICES],
      followsChanges: true,
      work: () => keepLocalServices(loopback, reader, customServices(reader), "true"),
    },
  ];
}

const RBAC = ["clusterroles", "clusterrolebindings", "roles", "rolebindings"];
const SERVICE: Keeper["watched"] = [
  ["", "services"],
  ["", "endpoints"],
  ["discovery.k8s.io", "endpointslices"],
];

/** The range is ready from the start: addresses come out of the same settings. */
function serviceRangeKeeper({ loopback, clock }: BootstrapOptions, objects: readonly OwnObject[]): Keeper {
  return {
    name: "service range",
    watched: [["networking.k8s.io", "servicecidrs"]],
    names: objects.map(({ object }) => object.metadata.name ?? ""),
    async work() {
      await ensure(loopback, objects);
      for (const { path, object } of objects) {
        const named = `${path}/${object.metadata.name}`;
        const { code, body } = await loopback.send("GET", named);
        const present = body as KubeObject & { status?: { conditions?: { type: string }[] } };
        if (code !== 200 || present.status?.conditions?.some(({ type }) => type === "Ready")) continue;
        const ready = { type: "Ready", status: "True", reason: "", message: "Kubernetes Service CIDR is ready", lastTransitionTime: timestamp(clock.now()) };
        const next: KubeObject & { status: unknown } = { ...present, status: { conditions: [ready] } };
        const answer = await loopback.send("PUT", `${named}/status`, next);
        if (answer.code !== 200 && answer.code !== 409) throw new Error(`Cannot update ${named}/status: ${answer.code} ${JSON.stringify(answer.body)}`);
      }
    },
  };
}

/** Roles before bindings, so that none is bound before it exists. */
async function keepRoles(loopback: Loopback, reader: Reader): Promise<void> {
  const writes = missingDefaults(reader);
  for (const resource of RBAC) {
    const own = writes.filter((write) => write.resource === resource);
    await Promise.all(
      own.map(async ({ verb, object }) => {
        const { namespace, name } = object.metadata;
        const path = `/apis/rbac.authorization.k8s.io/v1/${namespace ? `namespaces/${namespace}/` : ""}${resource}`;
        const answer = await loopback.send(verb === "create" ? "POST" : "PUT", verb === "create" ? path : `${path}/${encodeURIComponent(name ?? "")}`, object);
        if (answer.code >= 300 && answer.code !== 409) throw new Error(`Cannot ${verb} ${resource} ${name}: ${answer.code} ${JSON.stringify(answer.body)}`);
      }),
    );
  }
}

/** Another port or address, and other authorities, take effect when the server starts again with them. */
function sameData(present: KubeObject & { data?: unknown }, wanted: KubeObject & { data?: unknown }): KubeObject | undefined {
  return JSON.stringify(present.data) === JSON.stringify(wanted.data) ? undefined : ({ ...present, data: wanted.data } as KubeObject);
}

interface Addressed extends KubeObject {
  subsets?: unknown;
  endpoints?: unknown;
  ports?: unknown;
  spec?: { ports?: { targetPort?: unknown }[] };
}

function sameAddresses(present: Addressed, wanted: Addressed): KubeObject | undefined {
  const shown = ({ subsets, endpoints, ports, spec }: Addressed): string =>
    JSON.stringify([subsets, endpoints, ports, spec?.ports?.map((port) => port.targetPort)]);
  if (shown(present) === shown(wanted)) return undefined;
  const { subsets, endpoints, ports, spec } = wanted;
  return {
    ...present,
    ...(subsets !== undefined && { subsets }),
    ...(endpoints !== undefined && { endpoints, ports }),
    ...(spec && { spec: { ...present.spec, ports: spec.ports } }),
  } as KubeObject;
}

/** @returns the first address after the network's own: 10.96.0.1 of 10.96.0.0/16 */
function firstAddress(range: string): string {
  const [network = ""] = range.split("/");
  if (network.includes(":")) return network.endsWith("::") ? `${network}1` : network;
  const parts = network.split(".");
  return [...parts.slice(0, 3), Number(parts[3]) + 1].join(".");
}
