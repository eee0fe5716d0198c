/** `/pods`: the pods of this node, as the agent sees them. */

import type { Route } from "./node-api.ts";

export const pods: Route = {
  method: "GET",
  pattern: "/pods",
  async answer({ workers }, _, response) {
    const items = workers.all.map(({ pod, view }) => ({ ...pod, status: view.status }));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ kind: "PodList", apiVersion: "v1", metadata: {}, items }));
  },
};
