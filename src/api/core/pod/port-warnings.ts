/** Ports of a pod that get in each other's way. */

import type { ContainerPort, PodSpec } from "../../tables/core-v1.ts";
import { containersAt } from "./containers.ts";

interface Placed {
  readonly port: ContainerPort;
  readonly field: string;
}

/** @param at the spec's field */
export function portWarnings(at: string, spec: PodSpec): string[] {
  const all = containersAt(spec, at).flatMap(([{ ports }, field]) => (ports ?? []).map((port, i): Placed => ({ port, field: `${field}.ports[${i}]` })));
  return [...clashes(all), ...sameNames(all)];
}

function clashes(all: readonly Placed[]): string[] {
  const byNumber = new Map<string, Placed[]>();
  return all.flatMap((placed) => {
    const { port, field } = placed;
    const key = `${port.containerPort}/${port.protocol}`;
    const others = byNumber.get(key) ?? [];
    byNumber.set(key, [...others, placed]);
    const alone = port.hostIP && !port.hostPort ? [`${field}: hostIP set without hostPort: ${goStruct(port)}`] : [];
    return [...alone, ...others.flatMap((other) => clash(placed, other))];
  });
}

function clash({ port, field }: Placed, { port: other, field: otherField }: Placed): string[] {
  const [ip = "", otherIp = ""] = [port.hostIP, other.hostIP];
  const [host = 0, otherHost = 0] = [port.hostPort, other.hostPort];
  if (ip === otherIp && host === otherHost) return [`${field}: duplicate port definition with ${otherField}`];
  if (host === 0 || otherHost === 0) return [`${field}: overlapping port definition with ${otherField}`];
  return host === otherHost && (ip === "") !== (otherIp === "") ? [`${field}: dangerously ambiguous port definition with ${otherField}`] : [];
}

function sameNames(all: readonly Placed[]): string[] {
  const first = new Map<string, string>();
  return all.flatMap(({ port: { name }, field }) => {
    if (!name) return [];
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, field);
      return [];
    }
    return [`${field}: duplicate port name ${JSON.stringify(name)} with ${other}, services and probes that select ports by name will use ${other}`];
  });
}

/** As Go's %+v prints a port, which stands in the warning. */
function goStruct({ name = "", hostPort = 0, containerPort = 0, protocol = "", hostIP = "" }: ContainerPort): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
}
