/** The step that gives a Service its addresses and ports: chosen here from what is free, claimed in the Service's own transaction. */

import { invalidObject } from "../../../machinery/status/status-error.ts";
import type { KindCache } from "../../cache/kind-cache.ts";
import type { ServerContext } from "../../call.ts";
import type { Write } from "../../verbs/write/write.ts";
import { AddressRange } from "./address-range.ts";
import { addressKind } from "./claims.ts";
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
export async function allocateService({ call, kind, next, last, name }: Write): Promise<void> {
  const { context } = call;
  const { range, ports, addresses } = await poolsOf(context, context.caches.stored(kind));
  const spec = specOf(next);
  const before = last && specOf(last);
  const errors = [
    ...fillClusterIPs(spec, before, range, context.random, (address) => addresses?.get("", address) !== undefined),
    ...fillNodePorts(spec, before, { range: context.settings.nodePorts, random: context.random, isTaken: (port) => ports.has(port) }),
  ];
  if (errors.length > 0) throw invalidObject({ group: "", kind: "Service" }, name, errors);
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
