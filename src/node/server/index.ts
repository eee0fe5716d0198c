/** The routes of the node's own API. */

import { attach, exec } from "./command.ts";
import { containerLogs } from "./container-logs.ts";
import { health } from "./health.ts";
import { metrics, metricsOfResources } from "./metrics.ts";
import type { Route, StreamRoute } from "./node-api.ts";
import { pods } from "./pods.ts";
import { portForward } from "./port-forward.ts";
import { statsSummary } from "./stats-summary.ts";

export const routes: readonly Route[] = [containerLogs, pods, statsSummary, metrics, metricsOfResources, health];
export const streamRoutes: readonly StreamRoute[] = [exec, attach, portForward];
