/** Makes the server's own objects when it starts, and again whenever one is gone or changed beyond what it may be. */

import type { KubeObject } from "../../api/kind.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { Log } from "../../machinery/log.ts";
import type { Loopback } from "../loopback.ts";
import type { QueueMetrics } from "../metrics/queues.ts";
import type { OwnObject } from "./objects.ts";

const RETRY_MS = 1000;

/** What is done when the object stands already: left alone, or made to say again what it must. */
export type Keep = (present: KubeObject, wanted: KubeObject) => KubeObject | undefined;

/** For objects that others may change as they like, as long as they are there. */
export const presentIsEnough: Keep = () => undefined;

export interface KeeperOptions {
  readonly loopback: Loopback;
  readonly clock: Clock;
  readonly log: Log;
  /** Counts what keepers have to do. */
  readonly queues?: QueueMetrics;
}

/**
 * Creates the objects that are missing, all at once, and updates those that `keep` gives another form.
 * @throws Error where the server refuses one of its own objects
 */
export async function ensure(loopback: Loopback, objects: readonly OwnObject[], keep: Keep = presentIsEnough): Promise<void> {
  await Promise.all(objects.map((own) => ensureOne(loopback, own, keep)));
}

async function ensureOne(loopback: Loopback, { path, object }: OwnObject, keep: Keep): Promise<void> {
  const created = await loopback.send("POST", path, object);
  if (created.code === 201) return;
  if (created.code !== 409) throw refused("create", path, object, created);
  const named = `${path}/${encodeURIComponent(object.metadata.name ?? "")}`;
  const present = await loopback.send("GET", named);
  if (present.code === 404) return; // Deleted between the two: the next look makes it.
  if (present.code !== 200) throw refused("read", path, object, present);
  const next = keep(present.body as KubeObject, object);
  if (!next) return;
  const updated = await loopback.send("PUT", named, next);
  if (updated.code !== 200 && updated.code !== 409) throw refused("update", path, object, updated);
}

function refused(verb: string, path: string, object: KubeObject, answer: { readonly code: number; readonly body: unknown }): Error {
  const { message } = answer.body as { message?: string };
  return new Error(`Cannot ${verb} ${path}/${object.metadata.name}: ${answer.code} ${message ?? ""}`);
}

/** Calls `work` again for every `wake`, one run at a time, and after a failure a while later. @returns what wakes it */
export function repeatedly({ clock, log, queues }: KeeperOptions, name: string, work: () => Promise<void>): () => void {
  const series = queues?.of(name);
  let running = false;
  let again = false;
  async function run(): Promise<void> {
    running = true;
    do {
      again = false;
      series?.began();
      try {
        await work();
      } catch (error) {
        series?.failed();
        log.warn("the server's own objects could not be kept", { what: name, error: String(error) });
        clock.after(RETRY_MS, wake);
      } finally {
        series?.ended();
      }
    } while (again);
    running = false;
  }
  function wake(): void {
    series?.added();
    if (running) again = true;
    else void run();
  }
  return wake;
}
