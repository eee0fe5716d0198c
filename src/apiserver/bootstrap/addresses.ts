/**
 * Holds IPAddress objects and the Services that have the addresses to each other. Transactions keep them together; only who changes IPAddresses by hand can
 * part them. [Kubernetes pkg/registry/core/service/ipallocator/controller/repairip.go]
 */

import { createHash } from "node:crypto";
import type { KubeObject } from "../../api/kind.ts";
import type { Service } from "../../api/tables/core-v1.ts";
import type { IPAddress } from "../../api/tables/networking-v1.ts";
import { type Clock, timestamp } from "../../machinery/clock.ts";
import type { Reader } from "../../security/reader.ts";
import type { Loopback } from "../loopback.ts";

const PATH = "/apis/networking.k8s.io/v1/ipaddresses";
const MANAGED_BY = "ipaddress.kubernetes.io/managed-by";
const FAMILY = "ipaddress.kubernetes.io/ip-family";
const ALLOCATOR = "ipallocator.k8s.io";
const CONTROLLER = "ipallocator-repair-controller";
/** What has just been made may be on its way into the caches. */
const YOUNG_MS = 60_000;

export interface RepairOptions {
  readonly loopback: Loopback;
  readonly reader: Reader;
  readonly clock: Clock;
}

export async function repairAddresses(options: RepairOptions): Promise<void> {
  const { reader } = options;
  for (const service of [...reader.list<Service & KubeObject>("", "services")]) {
    for (const address of addressesOf(service)) await repairService(options, service, address);
  }
  for (const address of [...reader.list<IPAddress & KubeObject>("networking.k8s.io", "ipaddresses")]) await repairAddress(options, address);
}

function addressesOf({ spec }: Service): string[] {
  return spec?.type === "ExternalName" ? [] : (spec?.clusterIPs ?? []).filter((address) => address !== "None" && address !== "");
}

async function repairService(options: RepairOptions, service: Service & KubeObject, address: string): Promise<void> {
  const { reader, loopback } = options;
  const { namespace = "", name = "" } = service.metadata;
  const known = reader.get<IPAddress & KubeObject>("networking.k8s.io", "ipaddresses", "", address);
  const parent = known?.spec?.parentRef;
  const family = address.includes(":") ? "IPv6" : "IPv4";
  if (known && parent?.namespace === namespace && parent.name === name && parent.resource === "services") return;
  if (known && holds(reader, parent, address)) {
    const message = `Cluster IP [${family}]:${address} was assigned to multiple services; please recreate service`;
    return tell(options, service, "ClusterIPAlreadyAllocated", message);
  }
  if (known) return; // It leads nowhere: it goes first.
  if (!holds(reader, { resource: "services", namespace, name }, address)) return; // It went while another was repaired.
  await tell(options, service, "ClusterIPNotAllocated", `Cluster IP [${family}]: ${address} is not allocated; repairing`);
  const labels = { [FAMILY]: family, [MANAGED_BY]: ALLOCATOR };
  const object: KubeObject & { spec: unknown } = {
    apiVersion: "networking.k8s.io/v1",
    kind: "IPAddress",
    metadata: { name: address, labels },
    spec: { parentRef: { resource: "services", namespace, name } },
  };
  const { code, body } = await loopback.send("POST", PATH, object);
  if (code !== 201 && code !== 409) throw new Error(`Cannot create IPAddress ${address}: ${code} ${JSON.stringify(body)}`);
}

type Parent = NonNullable<IPAddress["spec"]>["parentRef"];

function holds(reader: Reader, parent: Parent | undefined, address: string): boolean {
  if (!parent || parent.group || parent.resource !== "services") return false;
  const service = reader.get<Service & KubeObject>("", "services", parent.namespace ?? "", parent.name ?? "");
  return service !== undefined && addressesOf(service).includes(address);
}

/** What is nobody's is removed; what others manage is theirs. */
async function repairAddress(options: RepairOptions, address: IPAddress & KubeObject): Promise<void> {
  const { reader, loopback, clock } = options;
  const { name = "", labels, uid, creationTimestamp = "" } = address.metadata;
  if (labels?.[MANAGED_BY] !== ALLOCATOR || clock.now() - Date.parse(creationTimestamp) < YOUNG_MS) return;
  const parent = address.spec?.parentRef;
  if (holds(reader, parent, name)) return;
  const lead = `IPAddress: ${name} for Service ${parent?.namespace ?? ""}/${parent?.name ?? ""}`;
  await tell(options, address, "IPAddressNotAllocated", `${lead} appears to have leaked: cleaning up`);
  const condition: KubeObject & { preconditions: object } = { apiVersion: "v1", kind: "DeleteOptions", metadata: {}, preconditions: { uid } };
  const { code } = await loopback.send("DELETE", `${PATH}/${encodeURIComponent(name)}`, condition);
  if (code >= 300 && code !== 404 && code !== 409) throw new Error(`Cannot delete IPAddress ${name}: ${code}`);
}

/** One event for each thing that is wrong, whose time says when it was last seen. */
async function tell({ loopback, clock }: RepairOptions, about: KubeObject, reason: string, message: string): Promise<void> {
  const { namespace = "default", name = "", uid = "" } = about.metadata;
  const { apiVersion = "v1", kind = "Service" } = about;
  const hash = createHash("sha256").update(`${uid} ${reason} ${message}`).digest("hex").slice(0, 16);
  const time = timestamp(clock.now());
  const event: KubeObject & Record<string, unknown> = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name.replaceAll(":", "-")}.${hash}`, namespace },
    involvedObject: { apiVersion, kind, name, uid, ...(about.metadata.namespace && { namespace }) },
    reason,
    message,
    type: "Warning",
    source: { component: CONTROLLER },
    reportingComponent: CONTROLLER,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
  await loopback.send("POST", `/api/v1/namespaces/${namespace}/events`, event); // Best effort: one that stands already says as much.
}
