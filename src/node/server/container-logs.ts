/** `/containerLogs/NAMESPACE/POD/CONTAINER`: what `kubectl logs` shows. */

import { readLog } from "../logs/read-log.ts";
import { findContainer, statusNamed } from "../pods/agent-pod.ts";
import { logPath, podLogFolder } from "../pods/config/names.ts";
import type { ContainerStatus } from "../runtime/container-runtime.ts";
import { type NodeApi, NodeApiError, type Route, type RouteCall } from "./node-api.ts";

interface Found {
  readonly container: ContainerStatus;
  readonly path: string;
}

function runOf({ context, workers }: NodeApi, { path, query }: RouteCall): Found {
  const { namespace = "", pod: name = "", container = "" } = path;
  const worker = workers.find(namespace, name);
  if (!worker) throw new NodeApiError(404, `pod does not exist`);
  const { pod, view } = worker;
  if (!findContainer(pod.spec, container)) throw new NodeApiError(404, `container ${JSON.stringify(container)} not found in pod ${JSON.stringify(name)}`);
  const runs = view.seen.containers.filter((one) => one.name === container);
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = view.status;
  const status = statusNamed([...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses], container);
  const previous = query.get("previous") === "true";
  const run = previous
    ? runs[status?.state?.waiting && runs[0]?.state === "CONTAINER_EXITED" ? 0 : 1]
    : runs.find(({ state }) => state !== "CONTAINER_CREATED");
  if (run) return { container: run, path: `${podLogFolder(context.folders, pod)}/${logPath(container, run.attempt)}` };
  if (previous) throw new NodeApiError(400, `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} not found`);
  const why = status?.state?.waiting?.reason ?? "ContainerCreating";
  throw new NodeApiError(400, `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ${why}`);
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new NodeApiError(400, `${name} must be a number that isn't negative`);
  return value;
}

export const containerLogs: Route = {
  method: "GET",
  pattern: "/containerLogs/:namespace/:pod/:container",
  async answer(api, call, response) {
    const { query, signal } = call;
    const { container, path } = runOf(api, call);
    const { clock, runtime } = api.context;
    const sinceSeconds = numberOf(query, "sinceSeconds");
    const sinceTime = query.get("sinceTime");
    const stream = query.get("stream");
    const options = {
      follow: query.get("follow") === "true",
      timestamps: query.get("timestamps") === "true",
      tailLines: numberOf(query, "tailLines"),
      limitBytes: numberOf(query, "limitBytes"),
      sinceMs: sinceSeconds !== undefined ? clock.now() - sinceSeconds * 1000 : sinceTime ? Date.parse(sinceTime) : undefined,
      stream: stream === "Stdout" ? ("stdout" as const) : stream === "Stderr" ? ("stderr" as const) : undefined,
    };
    const source = { path, clock, signal, isRunning: async () => (await runtime.containerStatus(container.id))?.state === "CONTAINER_RUNNING" };
    const lines = readLog(source, options);
    const first = await lines.next().catch((error: NodeJS.ErrnoException) => {
      throw error.code === "ENOENT" ? new NodeApiError(404, `the log of container ${JSON.stringify(container.name)} is gone`) : error;
    });
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
    response.flushHeaders();
    if (!first.done) response.write(first.value);
    if (first.done) return void response.end();
    for await (const line of lines) {
      if (response.write(line) || signal.aborted) continue;
      await new Promise<void>((resolve) => {
        response.once("drain", resolve).once("close", resolve);
      });
    }
    response.end();
  },
};
