/** `/metrics`: what the process and its requests did, in Prometheus' text form. */

import { collectDefaultMetrics, Registry } from "prom-client";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { Turns } from "../call.ts";
import type { RequestCounts } from "../metrics/request-counts.ts";
import { answerHeaders } from "../respond/headers.ts";
import type { Watchdog } from "../watchdog.ts";
import type { EndpointRow } from "./table.ts";

/** @param own what the server's parts count in */
export function metricsEndpoint(counts: RequestCounts, turns: Turns, watchdog: Pick<Watchdog, "stalls">, own: MetricRegistry): EndpointRow {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    path: "/metrics",
    methods: ["GET"],
    async run(call) {
      const lines = [
        "# HELP apiserver_current_inflight_requests [STABLE] Requests at work, by kind of request.",
        "# TYPE apiserver_current_inflight_requests gauge",
        `apiserver_current_inflight_requests{request_kind="mutating"} ${turns.writing}`,
        `apiserver_current_inflight_requests{request_kind="readOnly"} ${turns.reading}`,
        "# HELP rampart_event_loop_stalls_total Turns of the event loop that computed for too long.",
        "# TYPE rampart_event_loop_stalls_total counter",
        `rampart_event_loop_stalls_total ${watchdog.stalls}`,
        "",
      ];
      const text = counts.render() + lines.join("\n") + own.render() + (await registry.metrics());
      call.exchange.answer(200, answerHeaders(call, "text/plain; version=0.0.4; charset=utf-8"), Buffer.from(text));
    },
  };
}
