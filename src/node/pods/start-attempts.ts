/** Starts a pod's containers, and remembers why one could not be started and when it may be tried again. */

import type { AgentPod } from "./agent-pod.ts";
import { podTitle } from "./agent-pod.ts";
import type { AgentContext } from "./context.ts";
import { goDuration } from "./go-text.ts";
import { BackOff } from "./plan/back-off.ts";
import { hasExited, type PodSeen } from "./seen.ts";
import { StartError, type StartFacts, startContainer } from "./start-container.ts";
import type { Waiting } from "./status/container-status.ts";

/** What could not be started for a reason of the spec's or the cluster's is tried again after this. */
const RETRY_MS = 10_000;

export class StartAttempts {
  readonly #context: AgentContext;
  readonly #backOff = new BackOff();
  readonly #waiting = new Map<string, Waiting>();

  constructor(context: AgentContext) {
    this.#context = context;
  }

  /** Why a container isn't running, where the last attempt to start it failed. */
  waiting(container: string): Waiting | undefined {
    return this.#waiting.get(container);
  }

  /** Goes on with the back-off that an earlier agent had come to. */
  recall(container: string, starts: number, seen: PodSeen): void {
    const ended = lastEnded(seen, container);
    if (ended) this.#backOff.recall(container, starts, ended.finishedAtMs);
  }

  /** @returns when to try again; undefined where the container was started, or the pod is being deleted */
  async start(facts: StartFacts): Promise<number | undefined> {
    const { container, kind, pod, seen } = facts;
    const ended = kind === "ephemeral" ? undefined : lastEnded(seen, container.name);
    if (ended) {
      const now = this.#context.clock.now();
      const remainingMs = this.#backOff.remainingMs(container.name, ended.finishedAtMs, now);
      if (remainingMs > 0) {
        this.#backingOff(pod, facts);
        return now + remainingMs;
      }
      this.#backOff.next(container.name, ended.finishedAtMs, now);
    }
    try {
      await startContainer(facts, this.#context);
      this.#waiting.delete(container.name);
      return undefined;
    } catch (error) {
      if (facts.signal.aborted) return undefined;
      if (!(error instanceof StartError)) throw error;
      this.#waiting.set(container.name, { reason: error.reason, message: error.message });
      return error.retryAtMs ?? this.#context.clock.now() + RETRY_MS;
    }
  }

  #backingOff(pod: AgentPod, { container, kind }: StartFacts): void {
    const title = podTitle(pod);
    if (this.#waiting.get(container.name)?.reason !== "CrashLoopBackOff") {
      const message = `Back-off restarting failed container ${container.name} in pod ${title}`;
      this.#context.note({ pod, container: { kind, name: container.name }, type: "Warning", reason: "BackOff", message });
    }
    const message = `back-off ${goDuration(this.#backOff.delayMs(container.name))} restarting failed container=${container.name} pod=${title}`;
    this.#waiting.set(container.name, { reason: "CrashLoopBackOff", message });
  }
}

function lastEnded(seen: PodSeen, container: string) {
  return seen.containers.find((one) => one.name === container && hasExited(one));
}
