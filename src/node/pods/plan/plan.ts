/** What to do next for a pod: a pure function of its spec, what the runtime shows and what the probes found. */

import { type AgentPod, containersOf, restartsWhenKilled } from "../agent-pod.ts";
import { hasExited, isRunning, judgeSandbox, newest, type PodSeen } from "../seen.ts";
import { faultOf, type Kill, killUnknown, NOTHING, type Plan, type PlanFacts, type Resize, resizeOf, type Start, startsNow } from "./judge.ts";
import { planInit } from "./plan-init.ts";

export function planFor(facts: PlanFacts): Plan {
  const { pod, seen } = facts;
  const sandbox = judgeSandbox(pod, seen);
  if (!sandbox.usable) return planWithoutSandbox(pod, seen, sandbox.attempt);

  const ephemeral = containersOf(pod.spec).filter(({ kind, container }) => kind === "ephemeral" && !newest(seen, container.name));
  const init = planInit(facts);
  if (init.over) return { ...NOTHING, stopAll: true };
  if (!init.done) return { ...NOTHING, kill: init.kill, start: [...ephemeral, ...init.start], resize: init.resize };

  const kill: Kill[] = [...init.kill];
  const start: Start[] = [];
  const resize: Resize[] = [...init.resize];
  let kept = 0;
  for (const container of pod.spec.containers) {
    const found = newest(seen, container.name);
    if (isRunning(found)) {
      const fault = faultOf(found, container, facts);
      if (!fault) {
        kept++;
        resize.push(...resizeOf(found, container, facts));
        continue;
      }
      // A new definition is followed whatever the policy says: the container didn't end by itself.
      const again = fault.reason === "changed" || restartsWhenKilled(pod.spec, container);
      kill.push({ container, id: found.id, reason: fault.reason, message: `Container ${fault.message}${again ? ", will be restarted" : ""}` });
      if (again) start.push({ kind: "ordinary", container });
    } else if (startsNow(pod, container, found)) {
      start.push({ kind: "ordinary", container });
      if (found?.state === "CONTAINER_UNKNOWN") kill.push(killUnknown(container, found));
    }
  }
  // With the last ordinary container the pod is over; sidecars would keep it for ever.
  if (kept === 0 && start.length === 0) return { ...NOTHING, stopAll: true };
  return { stopAll: false, kill, start: [...ephemeral, ...init.start, ...start], resize };
}

/** Everything starts over in a new sandbox, unless the pod's work is done. */
function planWithoutSandbox(pod: AgentPod, seen: PodSeen, attempt: number): Plan {
  const nothing: Plan = { ...NOTHING, stopAll: true };
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
  return { ...NOTHING, stopAll: attempt > 0, sandbox: attempt };
}
