/** Probes, and what runs at a container's start and end. */

import { isHTTPHeaderName } from "../../../../machinery/names.ts";
import type { Int64 } from "../../../../machinery/schema/int64.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../../../machinery/status/field-error.ts";
import { complain, nonNegative, portNumberOrName } from "../../../meta/checks.ts";
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe, ProbeHandler } from "../../../tables/core-v1.ts";
import type { AnyContainer } from "../containers.ts";

/** @param grace how long the pod may take to end */
export function probeErrors(at: string, container: AnyContainer, grace: Int64 | undefined): FieldError[] {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  const errors = lifecycle ? lifecycleErrors(`${at}.lifecycle`, lifecycle, grace) : [];
  if (livenessProbe) errors.push(...oneProbe(`${at}.livenessProbe`, livenessProbe, grace), ...succeedsOnce(`${at}.livenessProbe`, livenessProbe));
  if (readinessProbe) {
    const seconds = readinessProbe.terminationGracePeriodSeconds;
    errors.push(...oneProbe(`${at}.readinessProbe`, readinessProbe, grace));
    if (seconds !== undefined) errors.push(invalid(`${at}.readinessProbe.terminationGracePeriodSeconds`, seconds, "must not be set for readinessProbes"));
  }
  if (startupProbe) errors.push(...oneProbe(`${at}.startupProbe`, startupProbe, grace), ...succeedsOnce(`${at}.startupProbe`, startupProbe));
  return errors;
}

function oneProbe(at: string, probe: Probe, grace: Int64 | undefined): FieldError[] {
  const errors = handlerErrors(at, probe, grace);
  for (const name of ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] as const) {
    errors.push(...nonNegative(`${at}.${name}`, probe[name]));
  }
  const seconds = probe.terminationGracePeriodSeconds;
  if (seconds !== undefined && seconds <= 0) errors.push(invalid(`${at}.terminationGracePeriodSeconds`, seconds, "must be greater than 0"));
  return errors;
}

function succeedsOnce(at: string, { successThreshold = 0 }: Probe): FieldError[] {
  return successThreshold === 1 ? [] : [invalid(`${at}.successThreshold`, successThreshold, "must be 1")];
}

function lifecycleErrors(at: string, { postStart, preStop }: Lifecycle, grace: Int64 | undefined): FieldError[] {
  return [...(postStart ? handlerErrors(`${at}.postStart`, postStart, grace) : []), ...(preStop ? handlerErrors(`${at}.preStop`, preStop, grace) : [])];
}

/** Of a handler's kinds the first counts; what else is set is refused. */
function handlerErrors(at: string, handler: ProbeHandler & LifecycleHandler, grace: Int64 | undefined): FieldError[] {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  const found: (readonly [name: string, errors: () => FieldError[]])[] = [];
  if (exec) found.push(["exec", () => (exec.command?.length ? [] : [required(`${at}.exec.command`, "")])]);
  if (httpGet) found.push(["httpGet", () => httpGetErrors(`${at}.httpGet`, httpGet)]);
  if (tcpSocket) found.push(["tcpSocket", () => portNumberOrName(`${at}.tcpSocket.port`, tcpSocket.port)]);
  if (grpc) found.push(["grpc", () => portNumberOrName(`${at}.grpc.port`, grpc.port)]);
  if (sleep) found.push(["sleep", () => sleepErrors(`${at}.sleep`, sleep.seconds ?? 0, grace)]);
  const [first, ...others] = found;
  if (!first) return [required(at, "must specify a handler type")];
  return [...first[1](), ...others.map(([name]) => forbiddenField(`${at}.${name}`, "may not specify more than 1 handler type"))];
}

function httpGetErrors(at: string, { path, port, scheme = "", httpHeaders }: HTTPGetAction): FieldError[] {
  return [
    ...(path ? [] : [required(`${at}.path`, "")]),
    ...portNumberOrName(`${at}.port`, port),
    ...(scheme === "HTTP" || scheme === "HTTPS" ? [] : [notSupported(`${at}.scheme`, scheme, ["HTTP", "HTTPS"])]),
    ...(httpHeaders ?? []).flatMap(({ name = "" }) => complain(`${at}.httpHeaders`, name, isHTTPHeaderName(name))),
  ];
}

function sleepErrors(field: string, seconds: Int64, grace: Int64 | undefined): FieldError[] {
  if (grace === undefined || (seconds >= 0 && seconds <= grace)) return [];
  return [invalid(field, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`)];
}
