/** Fills in a Service's node ports: those it had, those it asks for, or free ones. */

import type { Random } from "../../../machinery/random.ts";
import { type FieldError, invalid } from "../../../machinery/status/field-error.ts";
import { internalError, type StatusError } from "../../../machinery/status/status-error.ts";
import { needsHealthCheckPort, needsNodePorts, type ServicePort, type ServiceSpec, wantsNodePorts } from "./service.ts";

/** How often chance is tried before the range is walked through. */
const GUESSES = 32;

export interface PortPool {
  readonly range: readonly [number, number];
  readonly random: Random;
  /** Whether another Service has the port. */
  isTaken(port: number): boolean;
}

/** @param last the spec before an update. Throws a 500 StatusError when no port is left. */
export function fillNodePorts(spec: ServiceSpec, last: ServiceSpec | undefined, pool: PortPool): readonly FieldError[] {
  const mine = new Set(portsOf(last));
  const errors: FieldError[] = [];
  if (last && needsNodePorts(last)) needsNodePorts(spec) ? keepLast(spec, last) : dropUnchanged(spec, last);
  if (needsNodePorts(spec)) {
    const byPort = new Map<number, number>();
    for (const port of spec.ports ?? []) if (port.nodePort) byPort.set(port.port, port.nodePort);
    for (const [at, port] of (spec.ports ?? []).entries()) {
      const error = fillPort(port, at, wantsNodePorts(spec), byPort, mine, pool);
      if (error) errors.push(error);
    }
  }
  fillHealthCheckPort(spec, last, mine, pool);
  return errors;
}

/** @returns every node port that a Service holds */
export function portsOf(spec: ServiceSpec | undefined): readonly number[] {
  if (!spec) return [];
  const ports = (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
  return spec.healthCheckNodePort ? [...ports, spec.healthCheckNodePort] : ports;
}

/** The same port by another protocol shares the node port. */
function fillPort(port: ServicePort, at: number, wanted: boolean, byPort: Map<number, number>, mine: Set<number>, pool: PortPool): FieldError | undefined {
  if (!port.nodePort) {
    if (!wanted) return undefined;
    port.nodePort = byPort.get(port.port) ?? choose(pool, mine);
    byPort.set(port.port, port.nodePort);
    mine.add(port.nodePort);
    return undefined;
  }
  if (mine.has(port.nodePort)) return undefined;
  mine.add(port.nodePort);
  const why = refusal(port.nodePort, pool);
  return why ? invalid(`spec.ports[${at}].nodePort`, port.nodePort, why) : undefined;
}

function refusal(port: number, { range: [low, high], isTaken }: PortPool): string | undefined {
  if (port < low || port > high) return `provided port is not in the valid range. The range of valid ports is ${low}-${high}`;
  return isTaken(port) ? "provided port is already allocated" : undefined;
}

function fillHealthCheckPort(spec: ServiceSpec, last: ServiceSpec | undefined, mine: Set<number>, pool: PortPool): void {
  if (!needsHealthCheckPort(spec)) {
    if (last && needsHealthCheckPort(last) && spec.healthCheckNodePort === last.healthCheckNodePort) delete spec.healthCheckNodePort;
    return;
  }
  if (!spec.healthCheckNodePort && last && needsHealthCheckPort(last) && last.healthCheckNodePort) spec.healthCheckNodePort = last.healthCheckNodePort;
  if (!spec.healthCheckNodePort) spec.healthCheckNodePort = choose(pool, mine);
  else if (!mine.has(spec.healthCheckNodePort)) {
    const why = refusal(spec.healthCheckNodePort, pool);
    if (why) throw internalError(new Error(`failed to allocate requested HealthCheck NodePort ${spec.healthCheckNodePort}: ${why}`));
  }
}

/** An update that leaves a node port out keeps it, as long as the port is the same. */
function keepLast(spec: ServiceSpec, last: ServiceSpec): void {
  const used = new Set((spec.ports ?? []).map(({ nodePort }) => nodePort));
  for (const port of spec.ports ?? []) {
    if (port.nodePort) continue;
    const before = last.ports?.find((one) => one.port === port.port && (one.protocol ?? "TCP") === (port.protocol ?? "TCP"))?.nodePort;
    if (!before || used.has(before)) continue;
    port.nodePort = before;
    used.add(before);
  }
}

/** On the way to a type without node ports they go, unless the client changed them as well. */
function dropUnchanged(spec: ServiceSpec, last: ServiceSpec): void {
  const before = (last.ports ?? []).map(({ nodePort }) => nodePort ?? 0);
  const now = (spec.ports ?? []).map(({ nodePort }) => nodePort ?? 0);
  if (before.join() !== now.join()) return;
  for (const port of spec.ports ?? []) delete port.nodePort;
}

/** The lower part of the range is left to those who name a port, until nothing else is free (KEP-3668). */
function choose({ range: [low, high], random, isTaken }: PortPool, mine: ReadonlySet<number>): number {
  const size = high - low + 1;
  const reserved = size < 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 32)), 128);
  const isFree = (port: number): boolean => !mine.has(port) && !isTaken(port);
  for (let guess = 0; guess < GUESSES; guess++) {
    const port = low + reserved + random.below(size - reserved);
    if (isFree(port)) return port;
  }
  const start = random.below(size - reserved);
  for (let step = 0; step < size - reserved; step++) {
    const port = low + reserved + ((start + step) % (size - reserved));
    if (isFree(port)) return port;
  }
  for (let port = low; port < low + reserved; port++) if (isFree(port)) return port;
  throw full();
}

function full(): StatusError {
  return internalError(new Error("failed to allocate a nodePort: range is full"));
}
