/**
 * APIs that other servers serve (KEP-263's predecessor, the aggregator): requests are passed on to them, their discovery and OpenAPI stand among this server's own, and
 * their APIServices say whether they can be had.
 */

import type { APIService } from "../../api/tables/apiregistration-v1.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { Log } from "../../machinery/log.ts";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { ForeignVersion } from "../../machinery/openapi/discovery.ts";
import type { OpenApiPart } from "../../machinery/openapi/document.ts";
import type { Random } from "../../machinery/random.ts";
import type { Attributes } from "../../security/attributes.ts";
import type { Reader } from "../../security/reader.ts";
import { repeatedly } from "../bootstrap/keeper.ts";
import type { Handler } from "../call.ts";
import type { Loopback } from "../loopback.ts";
import type { Outgoing } from "../outgoing.ts";
import { checkRemote, withCondition } from "./availability.ts";
import { AvailabilityMetrics } from "./availability-metrics.ts";
import { connection } from "./connection.ts";
import { passOn } from "./proxy.ts";
import { GROUP, RESOURCE, type RemoteApi, RemoteApis } from "./remote-apis.ts";
import { discoverRemote } from "./remote-discovery.ts";
import { describeRemote, type RemotePart } from "./remote-openapi.ts";

export interface AggregationOptions {
  readonly outgoing: Outgoing;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly registry: MetricRegistry;
  /** Whether this instance writes the APIServices' conditions; all of a process look for themselves. */
  readonly keepsConditions: boolean;
}

export interface Aggregation {
  /** @returns what passes the request on, where another server serves its group and version */
  handlerFor(attributes: Attributes): Handler | undefined;
  /** Another list whenever something has changed. */
  versions(): readonly ForeignVersion[];
  /** Another list whenever something has changed. */
  parts(): readonly OpenApiPart[];
  /** Begins to look after the APIServices' conditions. */
  start(loopback: Loopback): void;
  stop(): void;
}

/** All is looked at again so often, since the network may break without a word. */
const AGAIN_MS = 30_000;
/** What failed is looked at again after this, then after twice as long. */
const RETRY_MS = 500;
/** Documents of an extension server may change whenever it likes. */
const DOCUMENTS_MS = 60_000;
const DOCUMENTS_TIMEOUT_MS = 5000;

/** What is known of an extension server's API. */
interface Known {
  readonly resources: readonly object[];
  readonly freshness: "Current" | "Stale";
  readonly openApi: RemotePart | undefined;
  readonly readAt: number;
  /** Of the APIService when it was read. */
  readonly resourceVersion: string;
}

const NOTHING: Known = { resources: [], freshness: "Stale", openApi: undefined, readAt: Number.NEGATIVE_INFINITY, resourceVersion: "" };

export function aggregation(options: AggregationOptions): Aggregation {
  const { reader, clock, log } = options;
  const apis = new RemoteApis(reader);
  const way = connection(options);
  const metrics = new AvailabilityMetrics(options.registry, () => reader.list<APIService>(GROUP, RESOURCE));
  const known = new Map<string, Known>();
  const stops: (() => void)[] = [];
  let versions: readonly ForeignVersion[] = [];
  let parts: readonly OpenApiPart[] = [];
  let failures = 0;
  let cancelTimer = () => {};
  let stopped = false;

  async function look(loopback: Loopback): Promise<void> {
    cancelTimer();
    const all = [...apis.all];
    const healthy = await Promise.all(all.map((api) => lookAt(loopback, api)));
    for (const object of reader.list<APIService>(GROUP, RESOURCE))
      if (!object.spec.service) await settle(loopback, object, withCondition(object, undefined, clock));
    for (const name of known.keys()) if (!all.some((api) => api.name === name)) known.delete(name);
    publish();
    failures = healthy.every((one) => one) ? 0 : failures + 1;
    if (!stopped) cancelTimer = clock.after(Math.min(failures === 0 ? AGAIN_MS : RETRY_MS * 2 ** failures, AGAIN_MS), wake);
  }

  async function lookAt(loopback: Loopback, api: RemoteApi): Promise<boolean> {
    const finding = await checkRemote({ reader, connection: way, clock }, api);
    const passed = finding.status === "True";
    if (passed) await read(api);
    else known.set(api.name, { ...(known.get(api.name) ?? NOTHING), freshness: "Stale", readAt: Number.NEGATIVE_INFINITY });
    publish();
    metrics.found(api, finding);
    await settle(loopback, api.object, withCondition(api.object, finding, clock));
    return passed && known.get(api.name)?.freshness === "Current";
  }

  async function read(api: RemoteApi): Promise<void> {
    const last = known.get(api.name) ?? NOTHING;
    const { resourceVersion = "" } = api.object.metadata;
    const now = clock.now();
    if (now - last.readAt < DOCUMENTS_MS && last.freshness === "Current") return;
    const over = new AbortController();
    const cancel = clock.after(DOCUMENTS_TIMEOUT_MS, () => over.abort(new Error("no answer in time")));
    try {
      const resources = await discoverRemote(way, api, over.signal);
      const openApi = await describeRemote(way, api, last.openApi, over.signal);
      known.set(api.name, { resources, openApi, freshness: "Current", readAt: now, resourceVersion });
    } catch (error) {
      log.info("an extension's documents could not be read", { api: api.name, error: String(error) });
      known.set(api.name, { ...last, freshness: "Stale" });
    } finally {
      cancel();
    }
  }

  /** New lists only where something is new: others keep what they made of the old ones. */
  function publish(): void {
    const next = [...apis.all].map(({ name, group, version, object }): ForeignVersion => {
      const { groupPriorityMinimum, versionPriority } = object.spec;
      const { resources, freshness } = known.get(name) ?? NOTHING;
      return { group, version, groupPriority: groupPriorityMinimum, versionPriority, resources, freshness };
    });
    if (JSON.stringify(next) !== JSON.stringify(versions)) versions = next;
    const described = [...apis.all].flatMap(({ name }) => known.get(name)?.openApi?.part ?? []);
    if (described.length !== parts.length || described.some((part, index) => part !== parts[index])) parts = described;
  }

  let wake = () => {};

  return {
    handlerFor(attributes) {
      const [group, version] = attributes.isResource ? [attributes.group, attributes.version] : groupVersionOf(attributes.path);
      const api = version === undefined ? undefined : apis.find(group, version);
      return api && ((call) => passOn(call, api, way));
    },
    versions: () => versions,
    parts: () => parts,
    start(loopback) {
      wake = repeatedly({ loopback, clock, log }, "aggregated APIs", () => look(loopback));
      const isRemote = (namespace: string) => [...apis.all].some(({ service }) => service.namespace === namespace);
      const onPlace = ({ namespace }: { readonly namespace: string }) => isRemote(namespace) && wake();
      stops.push(
        reader.onChange(GROUP, RESOURCE, () => {
          publish();
          wake();
        }),
        reader.onChange("", "services", onPlace),
        reader.onChange("discovery.k8s.io", "endpointslices", onPlace),
      );
      publish();
      wake();
    },
    stop() {
      stopped = true;
      cancelTimer();
      for (const stop of stops) stop();
      apis.close();
      way.close();
    },
  };

  async function settle(loopback: Loopback, object: APIService, next: APIService | undefined): Promise<void> {
    if (!next || stopped || !options.keepsConditions) return;
    const { code, body } = await loopback.send("PUT", `/apis/${GROUP}/v1/${RESOURCE}/${object.metadata.name}/status`, next);
    if (code >= 300 && code !== 404 && code !== 409)
      log.warn("an APIService's condition could not be written", { name: object.metadata.name ?? "", code, body: JSON.stringify(body) });
  }
}

/** `/apis/GROUP/VERSION`, which lists what the version has, is the other server's to answer. */
function groupVersionOf(path: string): readonly [group: string, version: string | undefined] {
  const [, root, group = "", version, ...more] = path.replace(/\/$/, "").split("/");
  return root === "apis" && more.length === 0 ? [group, version] : ["", undefined];
}
