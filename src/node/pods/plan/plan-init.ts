/** The init containers' part of a plan: one after another, sidecars kept running (KEP-753). */

import { isSidecar, restartsAfter } from "../agent-pod.ts";
import { hasExited, isInitialized, isRunning, newestActive } from "../seen.ts";
import { faultOf, type Kill, killUnknown, type PlanFacts, type Resize, resizeOf, type Start } from "./judge.ts";

export interface InitPlan {
  /** The ordinary containers may run. */
  readonly done: boolean;
  /** One failed for good, and with it the pod. */
  readonly over: boolean;
  readonly kill: readonly Kill[];
  readonly start: readonly Start[];
  readonly resize: readonly Resize[];
}

/**
 * Walks the init containers from the last to the first. The newest trace decides where the pod stands, since the runtime may have forgotten
 * the earlier ones; sidecars before it are started again wherever they ended.
 */
export function planInit(facts: PlanFacts): InitPlan {
  const { pod, seen } = facts;
  const init = pod.spec.initContainers ?? [];
  const initialized = isInitialized(pod, seen);
  const kill: Kill[] = [];
  const start: Start[] = [];
  const resize: Resize[] = [];
  let passed = initialized;
  let done = initialized || init.length === 0;
  for (const [index, container] of [...init.entries()].reverse()) {
    const sidecar = isSidecar(container);
    const found = newestActive(seen, container.name);
    if (passed && !sidecar) continue;
    const again = (): void => void start.unshift({ kind: "init", container });
    const goOn = (): void => {
      const next = init[index + 1];
      if (next === undefined) done = true;
      else if (!passed) start.unshift({ kind: "init", container: next });
    };
    if (!found) {
      if (!passed) continue;
      again();
    } else if (isRunning(found)) {
      if (!sidecar) {
        passed = true;
        continue;
      }
      const fault = faultOf(found, container, facts);
      if (container.startupProbe ? facts.probes(found.id)?.startup === true : true) goOn();
      if (!fault) resize.push(...resizeOf(found, container, facts));
      else {
        kill.push({ container, id: found.id, reason: fault.reason, message: `Init container ${fault.message}` });
        again();
      }
    } else if (hasExited(found) && !sidecar) {
      if (found.exitCode === 0) goOn();
      else if (restartsAfter(pod.spec, container, found.exitCode)) again();
      else return { done: false, over: true, kill: [], start: [], resize: [] };
    } else {
      if (found.state === "CONTAINER_UNKNOWN") kill.push(killUnknown(container, found));
      again();
    }
    passed = true;
  }
  if (!passed && init[0]) start.unshift({ kind: "init", container: init[0] });
  return { done, over: false, kill, start, resize };
}
