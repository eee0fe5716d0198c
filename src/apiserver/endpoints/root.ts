/** `/`: the paths that there are. */

import type { KindTable } from "../call.ts";
import { answerJson } from "../respond/text.ts";
import type { EndpointRow } from "./table.ts";

/** @param others the other rows of the table */
export function rootEndpoints(kinds: KindTable, others: readonly EndpointRow[]): EndpointRow[] {
  const run: EndpointRow["run"] = (call) => {
    const groups = kinds.all.filter(({ group }) => group !== "").flatMap(({ group, apiVersion }) => [`/apis/${group}`, `/apis/${apiVersion}`]);
    const own = others.map(({ path }) => path);
    answerJson(call, { paths: [...new Set(["/api", "/api/v1", "/apis", ...groups, ...own])].toSorted() });
  };
  return ["/", "/index.html"].map((path) => ({ path, methods: ["GET"], run }));
}
