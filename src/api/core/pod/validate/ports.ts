/** Ports of containers. */

import { isValidPortName, isValidPortNumber } from "../../../../machinery/names.ts";
import { duplicate, type FieldError, required } from "../../../../machinery/status/field-error.ts";
import { complain, oneOf } from "../../../meta/checks.ts";
import type { Container, ContainerPort } from "../../../tables/core-v1.ts";
import { PROTOCOLS } from "../../service/protocols.ts";

export function portErrors(at: string, ports: readonly ContainerPort[] | undefined): FieldError[] {
  const names = new Set<string>();
  return (ports ?? []).flatMap((port, i) => {
    const errors: FieldError[] = [];
    const field = `${at}[${i}]`;
    if (port.name) {
      const complaints = isValidPortName(port.name);
      if (complaints.length > 0) errors.push(...complain(`${field}.name`, port.name, complaints));
      else if (names.has(port.name)) errors.push(duplicate(`${field}.name`, port.name));
      else names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(`${field}.containerPort`, ""));
    else errors.push(...complain(`${field}.containerPort`, port.containerPort, isValidPortNumber(port.containerPort)));
    if (port.hostPort) errors.push(...complain(`${field}.hostPort`, port.hostPort, isValidPortNumber(port.hostPort)));
    return [...errors, ...oneOf(`${field}.protocol`, port.protocol, PROTOCOLS)];
  });
}

/** Two containers can't have one port of the node. @param at the list's field */
export function hostPortConflicts(at: string, containers: readonly Container[]): FieldError[] {
  const taken = new Set<string>();
  const errors: FieldError[] = [];
  for (const [i, { ports }] of containers.entries()) {
    for (const [j, { hostPort, protocol = "", hostIP = "" }] of (ports ?? []).entries()) {
      if (!hostPort) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) errors.push(duplicate(`${at}[${i}].ports[${j}].hostPort`, key));
      taken.add(key);
    }
  }
  return errors;
}
