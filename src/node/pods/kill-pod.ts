/** Stops all of a pod: ordinary containers together, then its sidecars in reverse order, then the sandboxes. */

import { type AgentPod, containersOf, isSidecar, type PodContainer } from "./agent-pod.ts";
import type { AgentContext } from "./context.ts";
import { type Grace, killContainer } from "./kill-container.ts";
import { isRunning, newest, type PodSeen } from "./seen.ts";

export async function killPod(pod: AgentPod, seen: PodSeen, grace: Grace, context: AgentContext): Promise<void> {
  const podIp = pod.spec.hostNetwork ? (context.node.ips[0] ?? "") : (seen.sandboxes[0]?.ips[0] ?? "");
  const running = containersOf(pod.spec).flatMap((one) => {
    const found = newest(seen, one.container.name);
    return isRunning(found) ? [{ ...one, id: found.id }] : [];
  });
  const kill = ({ kind, container, id }: PodContainer & { readonly id: string }, turn?: Promise<unknown>) =>
    killContainer({ pod, kind, container, id, podIp, grace, message: `Stopping container ${container.name}`, ...(turn && { turn }) }, context);
  const [sidecars, others] = [running.filter(isRunningSidecar), running.filter((one) => !isRunningSidecar(one))];
  let before: Promise<unknown> = Promise.all(others.map((one) => kill(one)));
  const all = [before];
  for (const sidecar of sidecars.toReversed()) {
    const killed = kill(sidecar, before);
    before = Promise.all([before, killed]);
    all.push(killed);
  }
  await Promise.all(all);
  for (const { id } of seen.sandboxes) await context.runtime.stopSandbox(id);
}

function isRunningSidecar({ kind, container }: PodContainer): boolean {
  return kind === "init" && isSidecar(container);
}
