/** Runs a lifecycle hook: a command in the container, a request to it, or a pause. */

import type { Container, LifecycleHandler } from "../../api/tables/core-v1.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { Dialer } from "../../machinery/dialer.ts";
import { pause } from "../loops.ts";
import { httpGet } from "../probes/http-get.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";

/** A hook without a limit of its own (postStart) ends within this. */
export const HOOK_MAX_MS = 10 * 60_000;

export interface HookFacts {
  readonly hook: LifecycleHandler;
  readonly container: Container;
  readonly containerId: string;
  readonly podIp: string;
  readonly timeoutMs: number;
}

/** @throws Error where the hook failed or took too long */
export async function runHook(
  { hook, container, containerId, podIp, timeoutMs }: HookFacts,
  deps: { readonly runtime: ContainerRuntime; readonly dialer: Dialer; readonly clock: Clock },
): Promise<void> {
  if (hook.exec) {
    const { exitCode, stdout, stderr } = await deps.runtime.execSync(containerId, hook.exec.command ?? [], timeoutMs);
    if (exitCode !== 0)
      throw new Error(
        `Exec lifecycle hook (${(hook.exec.command ?? []).join(" ")}) for Container ${JSON.stringify(container.name)} failed - error: command exited with ${exitCode}, message: ${JSON.stringify(Buffer.concat([stdout, stderr]).toString())}`,
      );
  } else if (hook.httpGet) {
    const result = await httpGet(deps.dialer, { action: hook.httpGet, container, podIp, timeoutMs });
    if (!result.ok)
      throw new Error(`HTTP lifecycle hook (${hook.httpGet.path ?? "/"}) for Container ${JSON.stringify(container.name)} failed - error: ${result.message}`);
  } else if (hook.sleep) {
    const sleepMs = Math.min(Number(hook.sleep.seconds) * 1000, timeoutMs);
    await pause(deps.clock, sleepMs);
  }
}
