/** The cells of `kubectl get pods`. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "../../tables/core-v1.ts";
import { podColumns } from "./columns.ts";

const NOW = Date.parse("2026-01-01T01:00:00Z");

function row(spec: Partial<Pod["spec"]>, status: Pod["status"], metadata: Partial<Pod["metadata"]> = {}) {
  const pod: Pod = { metadata: { name: "p", creationTimestamp: "2026-01-01T00:00:00Z", ...metadata }, spec, ...(status && { status }) };
  return podColumns.slice(0, 5).map((column) => column.value(pod, NOW));
}

const two = { containers: [{ name: "a" }, { name: "b" }] };
const running = { restartCount: 0, ready: true, state: { running: {} } };
const status = (name: string, more: object) => ({ name, image: "", imageID: "", ready: false, restartCount: 0, ...more });

test("columns stand as Kubernetes has them", () => {
  assert.deepEqual(
    podColumns.map(({ name, type, format, priority }) => [name, type, format ?? "", priority ?? 0]),
    [
      ["Name", "string", "name", 0],
      ["Ready", "string", "", 0],
      ["Status", "string", "", 0],
      ["Restarts", "string", "", 0],
      ["Age", "string", "", 0],
      ["IP", "string", "", 1],
      ["Node", "string", "", 1],
      ["Nominated Node", "string", "", 1],
      ["Readiness Gates", "string", "", 1],
    ],
  );
});

test("a running pod, one that waits, one that failed and one that is going", () => {
  const running2 = { phase: "Running", containerStatuses: [status("a", running), status("b", running)] };
  assert.deepEqual(row(two, running2), ["p", "2/2", "Running", "0", "60m"]);
  const crashed = status("b", {
    restartCount: 3,
    state: { waiting: { reason: "CrashLoopBackOff" } },
    lastState: { terminated: { exitCode: 1, finishedAt: "2026-01-01T00:59:30Z" } },
  });
  assert.deepEqual(row(two, { phase: "Running", containerStatuses: [status("a", running), crashed] }), ["p", "1/2", "CrashLoopBackOff", "3 (30s ago)", "60m"]);
  const failed = { phase: "Failed", containerStatuses: [status("a", { state: { terminated: { exitCode: 137, signal: 9 } } })] };
  assert.deepEqual(row({ containers: [{ name: "a" }] }, failed), ["p", "0/1", "Signal:9", "0", "60m"]);
  assert.deepEqual(row(two, running2, { deletionTimestamp: "2026-01-01T00:59:00Z" })[2], "Terminating");
});

test("init containers come first, sidecars count as containers", () => {
  const spec = { containers: [{ name: "a" }], initContainers: [{ name: "s", restartPolicy: "Always" }, { name: "i" }] };
  const side = status("s", { started: true, ready: true, state: { running: {} } });
  assert.deepEqual(row(spec, { phase: "Pending", initContainerStatuses: [side, status("i", { state: { running: {} } })] }), [
    "p",
    "1/2",
    "Init:1/2",
    "0",
    "60m",
  ]);
  const failed = status("i", { restartCount: 2, state: { terminated: { exitCode: 3 } } });
  assert.deepEqual(row(spec, { phase: "Pending", initContainerStatuses: [side, failed] }), ["p", "1/2", "Init:ExitCode:3", "2", "60m"]);
});
