/** The server as a client: of itself, and of webhooks. Under the names that client-go has for it. */

import { counter, families, histogram } from "../../machinery/metrics/declare.ts";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";

const SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

const FAMILIES = {
  requests: counter("rest_client_requests_total", "ALPHA", "Requests that the server sent, by how they ended.", ["code", "host", "method"]),
  duration: histogram("rest_client_request_duration_seconds", "ALPHA", "How long the answers took.", SECONDS, ["host", "verb"]),
};

/** @param code of the answer; 0 where none came */
export type CallNote = (host: string, method: string, code: number, seconds: number) => void;

export function callNotes(registry: MetricRegistry): CallNote {
  const { requests, duration } = families(registry, FAMILIES);
  return (host, method, code, seconds) => {
    requests.of(code === 0 ? "<error>" : String(code), host, method).add();
    duration.of(host, method).observe(seconds);
  };
}
