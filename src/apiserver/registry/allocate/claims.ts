/**
 * The keys that a Service holds in the store, one an address and one a node port: written and removed in the Service's own transaction, under the condition
 * that nobody else's stand there. So no two Services ever have the same, however many servers create them at once, and nothing is ever left to be repaired.
 * The key of an address is the IPAddress object that Kubernetes makes of it (KEP-1880).
 */

import type { Kind, KubeObject } from "../../../api/kind.ts";
import { timestamp } from "../../../machinery/clock.ts";
import type { Change, Condition } from "../../../storage/store.ts";
import { keyOf, ROOT } from "../../cache/keys.ts";
import type { ServerContext } from "../../call.ts";
import { encodeStored } from "../codec.ts";
import { portsOf } from "./node-ports.ts";
import { type Service, specOf } from "./service.ts";

export interface Claims {
  readonly if: Condition[];
  readonly then: Change[];
}

export function addressKind(context: ServerContext): Kind | undefined {
  return context.kinds.find("networking.k8s.io", "v1", "ipaddresses");
}

/** @returns the key that says who has a node port */
function portKey(port: number): string {
  return `${ROOT}rampart/nodeports/${port}`;
}

/** @returns what the transaction that replaces `last` by `next` must find and do; either may be undefined */
export function claims(context: ServerContext, next: KubeObject | undefined, last: KubeObject | undefined): Claims {
  const found: Claims = { if: [], then: [] };
  const kind = addressKind(context);
  const [addresses, oldAddresses] = [addressesOf(next), addressesOf(last)];
  if (kind) {
    for (const address of oldAddresses.filter((one) => !addresses.includes(one))) found.then.push({ delete: keyOf(kind, "", address) });
    for (const address of addresses.filter((one) => !oldAddresses.includes(one))) {
      const key = keyOf(kind, "", address);
      const object = addressObject(context, kind, address, next!);
      found.if.push({ key, modified: 0 });
      found.then.push({ put: key, value: encodeStored(kind, object), uid: object.metadata.uid!, scope: "" });
    }
  }
  const [ports, oldPorts] = [heldPorts(next), heldPorts(last)];
  for (const port of oldPorts.difference(ports)) found.then.push({ delete: portKey(port) });
  for (const port of ports.difference(oldPorts)) {
    const { namespace, name, uid = "" } = next!.metadata;
    found.if.push({ key: portKey(port), modified: 0 });
    found.then.push({ put: portKey(port), value: Buffer.from(JSON.stringify({ namespace, name, uid })), uid, scope: "" });
  }
  return found;
}

function addressesOf(object: KubeObject | undefined): readonly string[] {
  if (!object) return [];
  const { clusterIPs = [], type } = (object as Service).spec ?? {};
  return type === "ExternalName" ? [] : clusterIPs.filter((address) => address !== "None" && address !== "");
}

function heldPorts(object: KubeObject | undefined): ReadonlySet<number> {
  return new Set(object ? portsOf(specOf(object)) : []);
}

export interface IPAddress extends KubeObject {
  spec: { parentRef: { group?: string; resource: string; namespace: string; name: string } };
}

function addressObject({ clock, random }: ServerContext, kind: Kind, address: string, service: KubeObject): IPAddress {
  const { namespace = "", name = "" } = service.metadata;
  return {
    apiVersion: kind.apiVersion,
    kind: kind.name,
    metadata: {
      name: address,
      uid: random.uuid(),
      creationTimestamp: timestamp(clock.now()),
      labels: {
        "ipaddress.kubernetes.io/ip-family": address.includes(":") ? "IPv6" : "IPv4",
        "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
      },
      ...(kind.rules.generation && { generation: 1 }),
    },
    spec: { parentRef: { resource: "services", namespace, name } },
  };
}
