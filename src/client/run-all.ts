/** Runs a list of declared controllers in one process: shared informers, one identity each. */

import type { Clock } from "../machinery/clock.ts";
import type { Log } from "../machinery/log.ts";
import type { Client } from "./client.ts";
import { connect, withToken } from "./connect.ts";
import type { AnyController, RoutineContext } from "./controller.ts";
import { controllerToken } from "./identity.ts";
import { InformerSet } from "./informers.ts";
import type { ClusterAccess } from "./kubeconfig.ts";
import { createRecorder } from "./recorder.ts";
import { runController } from "./run-controller.ts";

export interface RunAllOptions {
  readonly access: ClusterAccess;
  /** The process's name in user agents and logs. */
  readonly component: string;
  readonly controllers: readonly AnyController[];
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Starts every controller once the caches are filled. @returns when all have started; they go on until the signal */
export async function runAll({ access, component, controllers, clock, log, signal }: RunAllOptions): Promise<void> {
  const own = connect({ access, component });
  const informers = new InformerSet({
    client: own,
    clock,
    signal,
    onError: (error) => log.warn("list or watch failed, trying again", { error: String(error) }),
  });
  const clients = new Map<string, Client>();
  const clientOf = (name: string): Client => {
    const found = clients.get(name) ?? connect({ access: withToken(access, controllerToken(own, name, clock)), component: name });
    clients.set(name, found);
    return found;
  };
  const recorder = createRecorder({ client: clientOf, clock, onError: (error) => log.debug("could not record an event", { error: String(error) }) });
  const start: (() => void)[] = [];
  for (const { form, declaration } of controllers) {
    const { name } = declaration;
    const report = (message: string, facts?: Readonly<Record<string, unknown>>): void => log.warn(message, { controller: name, ...asFacts(facts) });
    if (form === "controller") {
      informers.of(declaration.for);
      for (const watch of Object.values(declaration.watches as Record<string, { resource: Parameters<typeof informers.of>[0] }>)) informers.of(watch.resource);
      start.push(() => runController(declaration, { client: clientOf(name), informers, clock, signal, recorder, log: report }));
    } else {
      const informer: RoutineContext["informer"] = (resource) => informers.of(resource, declaration.narrows?.[resource.resource]);
      for (const resource of declaration.reads) informer(resource);
      const note = (about: Parameters<typeof recorder.note>[1]["about"], type: "Normal" | "Warning", reason: string, message: string): void =>
        recorder.note(name, { about, type, reason, message });
      const context = { client: clientOf(name), clock, signal, informer, log: report, note };
      start.push(() => {
        declaration.run(context).catch((error: unknown) => log.error("a controller ended", { controller: name, error: String(error) }));
      });
    }
  }
  signal.addEventListener(
    "abort",
    () => {
      for (const client of [own, ...clients.values()]) void client.transport.close();
    },
    { once: true },
  );
  await informers.start();
  for (const begin of start) begin();
}

function asFacts(facts: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)]));
}
