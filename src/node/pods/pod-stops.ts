/** The stops of one pod's containers that are under way, and what was stopped: a deletion may leave them less time than they were given. */

import { type AgentPod, containersOf } from "./agent-pod.ts";
import type { AgentContext } from "./context.ts";
import { Grace, killContainer } from "./kill-container.ts";
import { killPod } from "./kill-pod.ts";
import type { Kill } from "./plan/judge.ts";
import { isRunning, type PodSeen } from "./seen.ts";

/** What a pod has where it says nothing. */
const GRACE_SECONDS = 30;

export class PodStops {
  readonly #context: AgentContext;
  readonly #graces = new Set<Grace>();
  /** Of the stop of the whole pod: one that failed is tried again within the same grace. */
  #grace: Grace | undefined;
  /** Sandboxes that were stopped here; the runtime doesn't say whether one that isn't ready has given its address back. */
  readonly #stopped = new Set<string>();

  constructor(context: AgentContext) {
    this.#context = context;
  }

  get stopped(): ReadonlySet<string> {
    return this.#stopped;
  }

  /** Whether nothing is left to stop. A sandbox whose process is gone still holds an address until it is stopped. */
  isStopped({ sandboxes, containers }: PodSeen): boolean {
    return sandboxes.every(({ id, ready }) => !ready && this.#stopped.has(id)) && !containers.some(isRunning);
  }

  /** Leaves all stops so many seconds from now. */
  hurry(seconds: number): void {
    for (const grace of this.#graces) grace.shorten(seconds);
  }

  /** Kills one container. */
  async kill(pod: AgentPod, { container, id, reason, message }: Kill, podIp: string): Promise<void> {
    const probe = reason === "startup" ? container.startupProbe : reason === "liveness" ? container.livenessProbe : undefined;
    const seconds = Number(probe?.terminationGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? GRACE_SECONDS);
    const kind = containersOf(pod.spec).find((one) => one.container.name === container.name)?.kind ?? "ordinary";
    const grace = new Grace(seconds, () => this.#context.clock.now());
    this.#graces.add(grace);
    try {
      await killContainer({ pod, kind, container, id, podIp, message, grace }, this.#context);
    } finally {
      this.#graces.delete(grace);
    }
  }

  /** Stops everything of the pod. */
  async stop(pod: AgentPod, seen: PodSeen, seconds: number): Promise<void> {
    this.#grace ??= new Grace(seconds, () => this.#context.clock.now());
    this.#graces.add(this.#grace);
    await killPod(pod, seen, this.#grace, this.#context);
    for (const { id } of seen.sandboxes) this.#stopped.add(id);
    this.#graces.delete(this.#grace);
    this.#grace = undefined;
  }
}
