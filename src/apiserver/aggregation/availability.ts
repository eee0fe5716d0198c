/** Whether an extension server can be had: its service is there, leads somewhere, and answers for its group and version. [kube-aggregator pkg/controllers/status/remote] */

import type { APIService, APIServiceCondition } from "../../api/tables/apiregistration-v1.ts";
import type { Service } from "../../api/tables/core-v1.ts";
import type { EndpointSlice } from "../../api/tables/discovery-v1.ts";
import { type Clock, timestamp } from "../../machinery/clock.ts";
import type { Reader } from "../../security/reader.ts";
import { dialError } from "../extensions/call-errors.ts";
import { NoPlaceError, slicesOf } from "../extensions/service-place.ts";
import type { Connection } from "./connection.ts";
import type { RemoteApi } from "./remote-apis.ts";

type Finding = Pick<APIServiceCondition, "status" | "reason" | "message">;

const PASSED: Finding = { status: "True", reason: "Passed", message: "all checks passed" };
/** Endpoints are chosen anew for each: one that answers is enough. */
const ATTEMPTS = 5;
const TIMEOUT_MS = 5000;

export interface Checking {
  readonly reader: Reader;
  readonly connection: Connection;
  readonly clock: Clock;
}

export async function checkRemote(checking: Checking, api: RemoteApi): Promise<Finding> {
  return missing(checking.reader, api) ?? (await probe(checking, api)) ?? PASSED;
}

/** @returns what is missing on the way; undefined where nothing is */
function missing(reader: Reader, { service: { namespace, name, port } }: RemoteApi): Finding | undefined {
  const service = reader.get<Service>("", "services", namespace, name);
  const of = `service/${name} in ${JSON.stringify(namespace)}`;
  if (!service) return failed("ServiceNotFound", `${of} is not present`);
  if ((service.spec?.type ?? "ClusterIP") !== "ClusterIP") return undefined;
  const found = service.spec?.ports?.find((one) => one.port === port);
  if (!found) return failed("ServicePortError", `${of} is not listening on port ${port}`);
  const slices = slicesOf(reader, namespace, name);
  if (slices.length === 0) return failed("EndpointsNotFound", `cannot find endpointslices for ${of}`);
  const portName = found.name ?? "";
  if (slices.some((slice) => leadsSomewhere(slice, portName))) return undefined;
  return failed("MissingEndpoints", `endpointslices for ${of} have no addresses with port name ${JSON.stringify(portName)}`);
}

function leadsSomewhere({ endpoints = [], ports = [] }: EndpointSlice, portName: string): boolean {
  return endpoints.some(({ conditions }) => conditions?.ready ?? true) && ports.some((one) => (one.name ?? "") === portName && one.port !== undefined);
}

async function probe(checking: Checking, api: RemoteApi): Promise<Finding | undefined> {
  const attempts = await Promise.allSettled(Array.from({ length: ATTEMPTS }, () => probeOnce(checking, api)));
  if (attempts.some(({ status }) => status === "fulfilled")) return undefined;
  const last = attempts.at(-1) as PromiseRejectedResult;
  return failed("FailedDiscoveryCheck", last.reason instanceof Error ? last.reason.message : String(last.reason));
}

async function probeOnce({ connection, clock }: Checking, api: RemoteApi): Promise<void> {
  const path = api.group === "" ? `/api/${api.version}` : `/apis/${api.group}/${api.version}`;
  const over = new AbortController();
  const cancel = clock.after(TIMEOUT_MS, () => over.abort(new Error("context deadline exceeded (Client.Timeout exceeded while awaiting headers)")));
  try {
    const { code, origin } = await connection.get(api, path, { accept: "application/json" }, over.signal);
    if (code < 200 || code > 299) throw new Error(`failing or missing response from ${origin}${path}: bad status from ${origin}${path}: ${code}`);
  } catch (error) {
    if (error instanceof NoPlaceError || (error as Error).message.startsWith("failing")) throw error;
    const { namespace, name, port } = api.service;
    const url = `https://${name}.${namespace}.svc:${port}${path}`;
    throw new Error(`failing or missing response from ${url}: Get ${JSON.stringify(url)}: ${dialError(over.signal.aborted ? over.signal.reason : error)}`);
  } finally {
    cancel();
  }
}

function failed(reason: string, message: string): Finding {
  return { status: "False", reason, message };
}

const LOCAL: Finding = { status: "True", reason: "Local", message: "Local APIServices are always available" };

/** @returns the object with the condition as it was found; undefined where it says so already */
export function withCondition(object: APIService, finding: Finding | undefined, clock: Clock): APIService | undefined {
  const { status, reason = "", message = "" } = finding ?? LOCAL;
  const conditions = object.status?.conditions ?? [];
  const last = conditions.find(({ type }) => type === "Available");
  if (last?.status === status && last.reason === reason && last.message === message) return undefined;
  const since = last?.status === status && last.lastTransitionTime ? last.lastTransitionTime : timestamp(clock.now());
  const next = { type: "Available", status, lastTransitionTime: since, reason, message };
  return { ...object, status: { conditions: [...conditions.filter(({ type }) => type !== "Available"), next] } };
}
