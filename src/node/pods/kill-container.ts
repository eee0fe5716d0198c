/** Stops a container: its preStop hook, then TERM, then KILL, all within the grace period. */

import type { Container } from "../../api/tables/core-v1.ts";
import { runHook } from "../hooks/run-hook.ts";
import { NOT_FOUND, RuntimeError } from "../runtime/channel.ts";
import type { AgentPod, ContainerKind } from "./agent-pod.ts";
import type { AgentContext } from "./context.ts";

/** However little is left after the hook, a program gets this long to react to TERM. */
const GRACE_MIN_SECONDS = 2;

/** A grace period that may become shorter while it runs (a second, more urgent delete). */
export class Grace {
  #endsAtMs: number;
  readonly #listeners = new Set<() => void>();
  readonly #now: () => number;

  constructor(seconds: number, now: () => number) {
    this.#now = now;
    this.#endsAtMs = now() + seconds * 1000;
  }

  get remainingMs(): number {
    return Math.max(0, this.#endsAtMs - this.#now());
  }

  /** @returns what ends the listening */
  onShorter(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  shorten(seconds: number): void {
    const endsAtMs = this.#now() + seconds * 1000;
    if (endsAtMs >= this.#endsAtMs) return;
    this.#endsAtMs = endsAtMs;
    for (const listener of this.#listeners) listener();
  }
}

export interface KillFacts {
  readonly pod: AgentPod;
  readonly kind: ContainerKind;
  readonly container: Container;
  readonly id: string;
  readonly podIp: string;
  readonly message: string;
  readonly grace: Grace;
  /** Waited for after the hook: a sidecar's turn comes when the containers before it have ended. */
  readonly turn?: Promise<unknown>;
}

/** @returns when the container has ended */
export async function killContainer({ pod, kind, container, id, podIp, message, grace, turn }: KillFacts, context: AgentContext): Promise<void> {
  const about = { pod, container: { kind, name: container.name } };
  context.note({ ...about, type: "Normal", reason: "Killing", message });
  const hook = container.lifecycle?.preStop;
  if (hook && grace.remainingMs > 0) {
    const ran = runHook({ hook, container, containerId: id, podIp, timeoutMs: grace.remainingMs }, context).catch((error: Error) => {
      context.note({ ...about, type: "Warning", reason: "FailedPreStopHook", message: "PreStopHook failed" });
      context.log.warn("preStop hook failed", { pod: pod.metadata.name, container: container.name, error: error.message });
    });
    await within(grace, ran, context);
  }
  if (turn) await within(grace, turn, context);
  const stop = () => context.runtime.stopContainer(id, Math.max(Math.ceil(grace.remainingMs / 1000), GRACE_MIN_SECONDS)).catch(ignoreMissing);
  // A second stop with less time overrules the first.
  const unlisten = grace.onShorter(() => void stop().catch(() => undefined));
  try {
    await stop();
  } finally {
    unlisten();
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof RuntimeError && error.code === NOT_FOUND)) throw error;
}

/** Waits for the work or for the end of the grace period, whichever comes first. */
function within(grace: Grace, work: Promise<unknown>, { clock }: AgentContext): Promise<void> {
  return new Promise((resolve) => {
    let cancel = (): void => undefined;
    const arm = () => {
      cancel();
      cancel = clock.after(grace.remainingMs, done);
    };
    const unlisten = grace.onShorter(arm);
    function done(): void {
      cancel();
      unlisten();
      resolve();
    }
    arm();
    void work.then(done, done);
  });
}
