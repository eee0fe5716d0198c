/** The step that gives a Service its addresses and ports: chosen here from what is free, claimed in the Service's own transaction. */

import { invalidObject } from "../../../machinery/status/status-error.ts";
import { relativeKey } from "../../cache/keys.ts";
import type { KindCache } from "../../cache/kind-cache.ts";
import type { ServerContext } from "../../call.ts";
import type { Write } from "../../verbs/write/write.ts";
import { AddressRange } from "./address-range.ts";
import { addressKind, type IPAddress } from "./claims.ts";
import { fillClusterIPs } from "./cluster-ips.ts";
import { fillNodePorts } from "./node-ports.ts";
import { PortHolders } from "./port-holders.ts";
import { specOf } from "./service.ts";

interface Pools {
  readonly range: AddressRange;
  readonly ports: PortHolders;
  readonly addresses: KindCache | undefined;
}

const pools = new WeakMap<ServerContext, Pools>();

/** @throws StatusError 422 for what can't be had, 500 when nothing is left */
export async function allocateService({ call, kind, next, last, namespace, name }: Write): Promise<void> {
  const { context } = call;
  const { range, ports, addresses } = await poolsOf(context, context.caches.stored(kind));
  const spec = specOf(next);
  const before = last && specOf(last);
  const self = relativeKey(namespace, name); // A create of what exists shall be told that, and not that its address is taken.
  const errors = [
    ...fillClusterIPs(spec, before, range, context.random, (address) => isOthers(addresses, address, self)),
    ...fillNodePorts(spec, before, { range: context.settings.nodePorts, random: context.random, isTaken: (port) => ports.isTaken(port, self) }),
  ];
  if (errors.length > 0) throw invalidObject({ group: "", kind: "Service" }, name, errors);
}

function isOthers(addresses: KindCache | undefined, address: string, self: string): boolean {
  const object = addresses?.get("", address);
  if (!addresses || !object) return false;
  const { parentRef } = addresses.view<IPAddress>(object).spec;
  return parentRef.resource !== "services" || relativeKey(parentRef.namespace, parentRef.name) !== self;
}

async function poolsOf(context: ServerContext, services: KindCache): Promise<Pools> {
  const known = pools.get(context);
  if (known) return known;
  const kind = addressKind(context);
  const addresses = kind && context.caches.stored(kind);
  await addresses?.ready();
  await services.ready();
  const made = { range: new AddressRange(context.settings.serviceRange), ports: new PortHolders(services), addresses };
  pools.set(context, made);
  return made;
}
