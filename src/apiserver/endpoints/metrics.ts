/** `/metrics`: what the process and its requests did, in Prometheus' text form. */

import { renderCounts } from "../../machinery/metrics/registry.ts";
import { countedTogether } from "../../machinery/metrics/together.ts";
import type { Counted, Instance } from "../instances/instance.ts";
import { processMetricsText } from "../metrics/process.ts";
import { answerHeaders } from "../respond/headers.ts";
import { sendBody } from "../respond/send.ts";
import type { EndpointRow } from "./table.ts";

/** @param counted what this instance has counted: those of a process are shown as one */
export function metricsEndpoint(counted: () => Promise<Counted>, { others }: Instance): EndpointRow {
  return {
    path: "/metrics",
    methods: ["GET"],
    async run(call) {
      const all = await Promise.all([counted(), others.counted()]).then(([own, rest]) => [own, ...rest]);
      const text = renderCounts(countedTogether(all.map(({ own }) => own))) + processMetricsText(all.map((one) => one.process));
      sendBody(call, 200, answerHeaders(call, "text/plain; version=0.0.4; charset=utf-8"), Buffer.from(text));
    },
  };
}
