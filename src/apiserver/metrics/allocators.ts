/** How many cluster addresses and node ports are taken and free. */

import type { Service } from "../../api/tables/core-v1.ts";
import { families, gauge } from "../../machinery/metrics/declare.ts";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { Reader } from "../../security/reader.ts";
import type { ServerSettings } from "../call.ts";

const FAMILIES = {
  addresses: gauge("clusterip_allocator_allocated_ips", "ALPHA", "Cluster addresses that services have.", ["cidr"], "largest"),
  freeAddresses: gauge("clusterip_allocator_available_ips", "ALPHA", "Cluster addresses that are free.", ["cidr"], "largest"),
  ports: gauge("nodeport_allocator_allocated_ports", "ALPHA", "Node ports that services have.", [], "largest"),
  freePorts: gauge("nodeport_allocator_available_ports", "ALPHA", "Node ports that are free.", [], "largest"),
};

export function collectAllocators(registry: MetricRegistry, reader: Reader, { serviceRange, nodePorts: [first, last] }: ServerSettings): void {
  const made = families(registry, FAMILIES, "kube_apiserver_");
  const size = 2 ** (32 - Number(serviceRange.split("/")[1])) - 2; // Neither the network's own address nor the broadcast address.
  registry.onCollect(() => {
    const addresses = new Set<string>();
    const ports = new Set<number>();
    for (const { spec } of reader.list<Service>("", "services")) {
      for (const address of spec?.clusterIPs ?? []) if (address !== "None") addresses.add(address);
      for (const { nodePort } of spec?.ports ?? []) if (nodePort) ports.add(nodePort);
    }
    made.addresses.of(serviceRange).set(addresses.size);
    made.freeAddresses.of(serviceRange).set(size - addresses.size);
    made.ports.of().set(ports.size);
    made.freePorts.of().set(last - first + 1 - ports.size);
  });
}
