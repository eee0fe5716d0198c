/** Asks a container's gRPC health service (grpc.health.v1). The address is the pod's own, so the dialer has no name to resolve and nothing to check. */

import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import type { GRPCAction } from "../../api/tables/core-v1.ts";
import type { ProbeResult } from "./probe-result.ts";

const STATUSES = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];
const CODES: Readonly<Record<number, string>> = { 4: "timeout", 12: "server does not implement the grpc health protocol", 14: "failed to connect" };

/** HealthCheckRequest has one field, a string with tag 1. */
function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service);
  if (name.length === 0) return Buffer.alloc(0);
  const length: number[] = [];
  for (let rest = name.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([0x0a, ...length]), name]);
}

/** HealthCheckResponse has one field, an enum with tag 1; absent is 0. */
function decodeStatus(bytes: Buffer): string {
  return STATUSES[bytes[0] === 0x08 ? (bytes[1] ?? 0) : 0] ?? "UNKNOWN";
}

export function grpcProbe({ port, service = "" }: GRPCAction, podIp: string, timeoutMs: number): Promise<ProbeResult> {
  const address = `${podIp.includes(":") ? `[${podIp}]` : podIp}:${port}`;
  const client = new Client(address, credentials.createInsecure());
  return new Promise<ProbeResult>((resolve) => {
    const done = (error: ServiceError | null, status?: string) => {
      if (error) resolve({ ok: false, message: `${CODES[error.code] ?? "error"}: ${error.details}` });
      else
        resolve({ ok: status === "SERVING", message: `service ${status === "SERVING" ? "healthy" : `unhealthy (responded with ${JSON.stringify(status)})`}` });
    };
    client.makeUnaryRequest<string, string>(
      "/grpc.health.v1.Health/Check",
      encodeRequest,
      decodeStatus,
      service,
      { deadline: new Date(Date.now() + timeoutMs) },
      done,
    );
  }).finally(() => client.close());
}
