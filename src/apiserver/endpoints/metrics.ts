/** `/metrics`: what the process and its requests did, in Prometheus' text form. */

import { collectDefaultMetrics, Registry } from "prom-client";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import { answerHeaders } from "../respond/headers.ts";
import { sendBody } from "../respond/send.ts";
import type { EndpointRow } from "./table.ts";

/** @param own what the server's parts count in; what the process is made of (memory, event loop, garbage) comes beside it */
export function metricsEndpoint(own: MetricRegistry): EndpointRow {
  const process = new Registry();
  collectDefaultMetrics({ register: process });
  return {
    path: "/metrics",
    methods: ["GET"],
    async run(call) {
      const text = own.render() + (await process.metrics());
      sendBody(call, 200, answerHeaders(call, "text/plain; version=0.0.4; charset=utf-8"), Buffer.from(text));
    },
  };
}
