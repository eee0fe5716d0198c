/** What to do next for a pod: a pure function of its spec, what the runtime shows and what the probes found. */

import { type AgentPod, containersOf, restartsWhenKilled } from "../agent-pod.ts";
import { hasExited, isRunning, judgeSandbox, newest, type PodSeen } from "../seen.ts";
import { failedProbe, type Kill, killUnknown, type Plan, type PlanFacts, type Start, startsNow } from "./judge.ts";
import { planInit } from "./plan-init.ts";

export function planFor(facts: PlanFacts): Plan {
  const { pod, seen } = facts;
  const sandbox = judgeSandbox(pod, seen);
  if (!sandbox.usable) return planWithoutSandbox(pod, seen, sandbox.attempt);

  const ephemeral = containersOf(pod.spec).filter(({ kind, container }) => kind === "ephemeral" && !newest(seen, container.name));
  const init = planInit(facts);
  if (init.over) return { stopAll: true, kill: [], start: [] };
  if (!init.done) return { stopAll: false, kill: init.kill, start: [...ephemeral, ...init.start] };

  const kill: Kill[] = [...init.kill];
  const start: Start[] = [];
  let kept = 0;
  for (const container of pod.spec.containers) {
    const found = newest(seen, container.name);
    if (isRunning(found)) {
      const failed = failedProbe(found, container, facts);
      if (!failed) {
        kept++;
        continue;
      }
      const again = restartsWhenKilled(pod.spec, container);
      kill.push({
        container,
        id: found.id,
        reason: failed,
        message: `Container ${container.name} failed ${failed} probe${again ? ", will be restarted" : ""}`,
      });
      if (again) start.push({ kind: "ordinary", container });
    } else if (startsNow(pod, container, found)) {
      start.push({ kind: "ordinary", container });
      if (found?.state === "CONTAINER_UNKNOWN") kill.push(killUnknown(container, found));
    }
  }
  // With the last ordinary container the pod is over; sidecars would keep it for ever.
  if (kept === 0 && start.length === 0) return { stopAll: true, kill: [], start: [] };
  return { stopAll: false, kill, start: [...ephemeral, ...init.start, ...start] };
}

/** Everything starts over in a new sandbox, unless the pod's work is done. */
function planWithoutSandbox(pod: AgentPod, seen: PodSeen, attempt: number): Plan {
  const nothing: Plan = { stopAll: true, kill: [], start: [] };
  if (pod.spec.restartPolicy === "Never" && attempt > 0 && seen.containers.length > 0 && !pod.spec.containers.some(({ restartPolicy }) => restartPolicy))
    return nothing;
  const left = pod.spec.containers.filter((container) => {
    const found = newest(seen, container.name);
    const once = (container.restartPolicy ?? pod.spec.restartPolicy) === "OnFailure";
    return !(once && hasExited(found) && found.exitCode === 0);
  });
  const begun = pod.spec.containers.some(({ name }) => newest(seen, name));
  if (left.length === 0 && begun) return nothing;
  // What runs first is decided when the sandbox is there.
  return { stopAll: attempt > 0, sandbox: attempt, kill: [], start: [] };
}
