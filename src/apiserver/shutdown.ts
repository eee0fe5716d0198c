/**
 * An orderly end (k8s.io/apiserver, pkg/server/genericapiserver.go): `/readyz` fails first, so that balancers send no more; after the delay newcomers are told to
 * come back where that is wanted, watches end one after another, so that their clients don't come back all at once, and what is under way is waited for.
 */

import type { Clock } from "../machinery/clock.ts";
import type { Random } from "../machinery/random.ts";
import type { Phase } from "./endpoints/health-checks.ts";
import type { FlowTurns } from "./flow/turns.ts";

export interface ShutdownSettings {
  /** So long everything is served as before, but for `/readyz`. */
  readonly delayMs?: number | undefined;
  /** After the delay new requests are answered 429 with `Retry-After`, for as long as others are under way. */
  readonly sendRetryAfter?: boolean | undefined;
  /** Watches end within this. */
  readonly watchGraceMs?: number | undefined;
}

const LOOK_EVERY_MS = 20;

/** @param graceMs how long requests under way are waited for while newcomers are told to come back. @returns once the door may be closed */
export async function drain(phase: Phase, turns: FlowTurns, settings: ShutdownSettings, graceMs: number, clock: Clock, random: Random): Promise<void> {
  const { delayMs = 0, sendRetryAfter = false, watchGraceMs = 0 } = settings;
  phase.draining = true;
  const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => void clock.after(milliseconds, resolve));
  if (delayMs > 0) await pause(delayMs);
  turns.refusing = sendRetryAfter;
  let last = 0;
  for (const { turn } of turns.longRunning) {
    const inMs = watchGraceMs > 0 ? random.below(watchGraceMs) : 0;
    last = Math.max(last, inMs);
    if (inMs === 0) turn?.stop?.();
    else clock.after(inMs, () => turn?.stop?.());
  }
  await pause(last + LOOK_EVERY_MS); // What they were sent last is on its way.
  if (!sendRetryAfter) return;
  const until = clock.now() + graceMs;
  while (turns.reading + turns.writing > 0 && clock.now() < until) await pause(LOOK_EVERY_MS);
}
