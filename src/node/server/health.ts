/** `/healthz`: whether the agent does its work. */

import type { Route } from "./node-api.ts";

/** The runtime is asked every second; a silence of this length is more than slowness. */
const SILENCE_MAX_MS = 3 * 60_000;

export const health: Route = {
  method: "GET",
  pattern: "/healthz",
  async answer({ context, workers }, _, response) {
    const silentMs = context.clock.now() - workers.relistedAtMs;
    const well = silentMs < SILENCE_MAX_MS;
    response
      .writeHead(well ? 200 : 500, { "content-type": "text/plain; charset=utf-8" })
      .end(well ? "ok" : `the runtime has been silent for ${Math.round(silentMs / 1000)} s`);
  },
};
