/** `/metrics`: what the process and its requests did, as Prometheus asks for it: as text, or in its protobuf form. Other forms there are none, as in Kubernetes. */

import { delimitedFamilies } from "../../machinery/metrics/protobuf.ts";
import { renderCounts } from "../../machinery/metrics/registry.ts";
import { countedTogether } from "../../machinery/metrics/together.ts";
import type { Counted, Instance } from "../instances/instance.ts";
import { countedProcess } from "../metrics/process.ts";
import { answerHeaders } from "../respond/headers.ts";
import { sendBody } from "../respond/send.ts";
import type { EndpointRow } from "./table.ts";

const TEXT = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
const PROTOBUF = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=underscores";

/** @param counted what this instance has counted: those of a process are shown as one */
export function metricsEndpoint(counted: () => Promise<Counted>, { others }: Instance): EndpointRow {
  return {
    path: "/metrics",
    methods: ["GET"],
    async run(call) {
      const all = await Promise.all([counted(), others.counted()]).then(([own, rest]) => [own, ...rest]);
      const families = [...countedTogether(all.map(({ own }) => own)), ...countedProcess(all.map((one) => one.process))];
      if (wantsProtobuf(call.exchange.headers.accept ?? "")) sendBody(call, 200, answerHeaders(call, PROTOBUF), delimitedFamilies(families), 0);
      else sendBody(call, 200, answerHeaders(call, TEXT), Buffer.from(renderCounts(families)), 0);
    },
  };
}

/** Of the forms that are accepted the one that is wanted most; of the same weight the first. [github.com/prometheus/common expfmt.Negotiate] */
function wantsProtobuf(accept: string): boolean {
  let best = { weight: 0, isProtobuf: false };
  for (const clause of accept.split(",")) {
    const [type = "", ...parameters] = clause.split(";").map((part) => part.trim());
    const values = new Map(parameters.map((one): [string, string] => [one.split("=", 1)[0]!.toLowerCase(), one.slice(one.indexOf("=") + 1)]));
    const weight = Number(values.get("q") ?? 1);
    const isFamily = values.get("proto") === "io.prometheus.client.MetricFamily" && values.get("encoding") === "delimited";
    const isProtobuf = type === "application/vnd.google.protobuf" && isFamily;
    if ((isProtobuf || type === "text/plain") && weight > best.weight) best = { weight, isProtobuf };
  }
  return best.isProtobuf;
}
