/** Keeps a node's network as the API says it should be; changes come in bunches and are carried out together. */

import type { Node, Pod, Service } from "../api/tables/core-v1.ts";
import type { EndpointSlice } from "../api/tables/discovery-v1.ts";
import type { Informer } from "../client/informer.ts";
import type { Clock } from "../machinery/clock.ts";
import type { Log } from "../machinery/log.ts";
import { run } from "../machinery/run.ts";
import { writeCniConflist } from "./cni.ts";
import { hostPortsOf } from "./host-ports.ts";
import { deviceOf, routesOf, setRoutes } from "./routes.ts";
import { type Door, doorsOf, SERVICE_NAME } from "./services/model.ts";
import { ruleset } from "./services/ruleset.ts";

/** A rollout changes many endpoints at once; one table for all of them is cheaper than one each. */
const GATHER_MS = 30;
const RETRY_MS = 1000;

export interface NetworkOptions {
  readonly nodes: Informer<Node>;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  /** Those of this node alone. */
  readonly pods: Informer<Pod>;
  readonly node: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly cni: { readonly folder: string; readonly leases: string };
  readonly clock: Clock;
  readonly log: Log;
}

/** @returns when the node has its pod range, its routes and its first table */
export function startNetwork(options: NetworkOptions): Promise<void> {
  const { nodes, services, slices, pods, clock, log } = options;
  const byService = new Map<string, Set<EndpointSlice>>();
  const first = Promise.withResolvers<void>();
  let gathering = false;
  let working = false;
  let table = "";
  let range = "";

  slices.handle((now, old) => {
    if (old) byService.get(serviceOf(old))?.delete(old);
    if (now) byService.set(serviceOf(now), (byService.get(serviceOf(now)) ?? new Set()).add(now));
    changed();
  });
  services.handle(changed);
  nodes.handle(changed);
  pods.handle(changed);

  function changed(): void {
    if (gathering) return;
    gathering = true;
    clock.after(GATHER_MS, () => {
      gathering = false;
      void carryOut();
    });
  }

  async function carryOut(): Promise<void> {
    if (working) return changed();
    working = true;
    try {
      if (await network()) first.resolve();
    } catch (error) {
      log.error("could not set up the network, trying again", { error: String(error) });
      clock.after(RETRY_MS, changed);
    } finally {
      working = false;
    }
  }

  /** @returns whether the node had all that it takes */
  async function network(): Promise<boolean> {
    const doors: Door[] = services.list().flatMap((service) => {
      const key = `${service.metadata.namespace}/${service.metadata.name}`;
      return doorsOf(service, [...(byService.get(key) ?? [])], options.node);
    });
    const next = ruleset([...doors, ...hostPortsOf(pods.list())], options);
    if (next !== table) {
      await run(["nft", "-f", "-"], next);
      await forgetFlows(table, next);
      table = next;
    }
    const self = nodes.get("", options.node);
    const address = self?.status?.addresses?.find(({ type }) => type === "InternalIP")?.address;
    const podCidrs = self?.spec.podCIDRs ?? (self?.spec.podCIDR ? [self.spec.podCIDR] : []);
    if (!address || podCidrs.length === 0) return false;
    const device = await deviceOf(address);
    // Without a way towards service addresses the node's own packets would be refused before the table sees them.
    await run(["ip", "route", "replace", options.serviceCidr, "dev", device]);
    await setRoutes(routesOf(nodes.list(), options.node), device);
    if (range !== podCidrs.join()) {
      await writeCniConflist(options.cni.folder, { podCidrs, leases: options.cni.leases });
      range = podCidrs.join();
    }
    return true;
  }
  return first.promise;
}

function serviceOf({ metadata }: EndpointSlice): string {
  return `${metadata.namespace}/${metadata.labels?.[SERVICE_NAME] ?? ""}`;
}

const UDP_ENTRY = /^ {6}(?:(\S+) \. )?udp \. (\d+) \. \d+ : (\S+) \. \d+,$/gm;

/** A UDP flow keeps its target for as long as packets come: those that led to a target that is gone are forgotten. */
async function forgetFlows(before: string, after: string): Promise<void> {
  const kept = new Set([...after.matchAll(UDP_ENTRY)].map(([line]) => line.replace(/ \. \d+ :/, " :")));
  for (const [line, address, port = "", target = ""] of before.matchAll(UDP_ENTRY)) {
    if (kept.has(line.replace(/ \. \d+ :/, " :"))) continue;
    const original = address ? ["--orig-dst", address] : [];
    // It ends with 1 where there was no such flow.
    await run(["conntrack", "-D", "-p", "udp", ...original, "--orig-port-dst", port, "--reply-src", target]).catch(() => undefined);
  }
}
