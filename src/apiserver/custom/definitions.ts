/** Keeps CustomResourceDefinitions' statuses true, and takes the objects of those that are deleted away before they go. */

import { setImmediate } from "node:timers/promises";
import { CLEANUP_FINALIZER } from "../../api/apiextensions/termination.ts";
import type { CustomResourceDefinition } from "../../api/tables/apiextensions-v1.ts";
import { type Clock, timestamp } from "../../machinery/clock.ts";
import type { Log } from "../../machinery/log.ts";
import type { Reader } from "../../security/reader.ts";
import type { Loopback } from "../loopback.ts";
import { Conditions, settledStatus } from "./conditions.ts";
import type { DefinitionTexts } from "./definition-text.ts";

export const GROUP = "apiextensions.k8s.io";
export const DEFINITIONS = "customresourcedefinitions";
const PATH = `/apis/${GROUP}/v1/${DEFINITIONS}`;
const RETRY_MS = 1000;
/** How long instances may take to go before the definition says so, and how often one looks. */
const CLEANUP_MAX_MS = 60_000;
const LOOK_EVERY_MS = 50;

export interface DefinitionsOptions {
  readonly reader: Reader;
  readonly texts: DefinitionTexts;
  readonly loopback: Loopback;
  readonly clock: Clock;
  readonly log: Log;
  /** Begins to delete all objects of a definition; throws where that can't be. */
  deleteAll(definition: CustomResourceDefinition): Promise<void>;
  /** @returns how many objects of a definition are left */
  count(definition: CustomResourceDefinition): Promise<number>;
}

/** @returns what ends the keeping */
export function keepDefinitions(options: DefinitionsOptions): () => void {
  const keeper = new DefinitionsKeeper(options);
  const stop = options.reader.onChange(GROUP, DEFINITIONS, ({ name, deleted }) => keeper.changed(name, deleted));
  for (const name of options.texts.names()) keeper.changed(name, false);
  return () => {
    stop();
    keeper.stop();
  };
}

/** What those of the same group must know of a definition. */
interface Neighbour extends Pick<CustomResourceDefinition, "status"> {
  readonly name: string;
  readonly group: string;
}

function neighbour({ metadata, spec, status }: CustomResourceDefinition): Neighbour {
  return { name: metadata.name ?? "", group: spec.group, status };
}

class DefinitionsKeeper {
  readonly #options: DefinitionsOptions;
  readonly #waiting = new Set<string>();
  readonly #cleaning = new Set<string>();
  #running = false;
  #stopped = false;

  constructor(options: DefinitionsOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
  }

  /** A name that is free again may be what others of the group wait for. */
  changed(name: string, deleted: boolean): void {
    if (deleted) for (const other of this.#ofGroup(name.slice(name.indexOf(".") + 1))) this.#enqueue(other.name);
    else this.#enqueue(name);
  }

  #enqueue(name: string): void {
    if (this.#stopped) return;
    this.#waiting.add(name);
    if (!this.#running) void this.#run();
  }

  /** One after the other: names are given to whoever comes first. */
  async #run(): Promise<void> {
    this.#running = true;
    await Promise.resolve(); // The change is told to others first: by then the kind is served.
    for (const name of this.#waiting) {
      this.#waiting.delete(name);
      await setImmediate(); // Each is decoded: others go first.
      try {
        await this.#settle(name);
      } catch (error) {
        if (this.#stopped) break;
        this.#options.log.warn("a custom resource definition could not be settled", { definition: name, error: String(error) });
        this.#options.clock.after(RETRY_MS, () => this.#enqueue(name));
      }
    }
    this.#running = false;
  }

  async #settle(name: string): Promise<void> {
    const { texts, clock } = this.#options;
    const definition = texts.get(name)?.read();
    if (!definition) return;
    await setImmediate(); // Looking through a large one takes as long as reading it.
    const others = this.#ofGroup(definition.spec.group).filter((one) => one.name !== name);
    const status = settledStatus(definition, others, timestamp(clock.now()));
    if (status) {
      await this.#update({ ...definition, status });
      for (const other of others) if (!isEstablished(other)) this.#waiting.add(other.name);
      return; // The change brings us back.
    }
    const { deletionTimestamp, finalizers, uid = "" } = definition.metadata;
    if (!deletionTimestamp || !finalizers?.includes(CLEANUP_FINALIZER) || this.#cleaning.has(uid)) return;
    this.#cleaning.add(uid);
    void this.#cleanUp(definition).finally(() => this.#cleaning.delete(uid));
  }

  #ofGroup(group: string): Neighbour[] {
    return [...this.#options.reader.glances(GROUP, DEFINITIONS, neighbour)].filter((one) => one.group === group);
  }

  /** A conflict is no failure: whoever came first brings us back. */
  async #update(definition: CustomResourceDefinition): Promise<CustomResourceDefinition | undefined> {
    const path = `${PATH}/${encodeURIComponent(definition.metadata.name ?? "")}/status?fieldManager=kube-apiserver`;
    const { code, body } = await this.#options.loopback.send("PUT", path, definition);
    if (code === 200) return body as CustomResourceDefinition;
    if (code === 404 || code === 409) return undefined;
    throw new Error(`Cannot update the status of ${definition.metadata.name}: ${code} ${JSON.stringify(body)}`);
  }

  async #cleanUp(definition: CustomResourceDefinition): Promise<void> {
    const { name = "" } = definition.metadata;
    try {
      const begun = await this.#update(
        withTermination(definition, "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress", this.#now()),
      );
      if (!begun) return this.#again(name);
      if (!isEstablished(begun)) return void (await this.#finish(begun, "NeverEstablished", "resource was never established"));
      await this.#options.deleteAll(begun);
      if (await this.#emptied(begun)) return void (await this.#finish(begun, "InstanceDeletionCompleted", "removed all instances"));
      const why = "could not confirm zero CustomResources remaining: timed out waiting for the condition";
      await this.#update(withTermination(begun, "True", "InstanceDeletionCheck", why, this.#now()));
      this.#again(name);
    } catch (error) {
      if (this.#stopped) return;
      this.#options.log.warn("the objects of a custom resource definition could not be deleted", { definition: name, error: String(error) });
      this.#again(name);
    }
  }

  #again(name: string): void {
    if (!this.#stopped) this.#options.clock.after(RETRY_MS, () => this.#enqueue(name));
  }

  #now(): string {
    return timestamp(this.#options.clock.now());
  }

  async #emptied(definition: CustomResourceDefinition): Promise<boolean> {
    const { clock, count } = this.#options;
    const end = clock.now() + CLEANUP_MAX_MS;
    while ((await count(definition)) > 0) {
      if (clock.now() >= end || this.#stopped) return false;
      await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, resolve));
    }
    return true;
  }

  async #finish(definition: CustomResourceDefinition, reason: string, message: string): Promise<void> {
    const done = withTermination(definition, "False", reason, message, this.#now());
    const finalizers = (done.metadata.finalizers ?? []).filter((one) => one !== CLEANUP_FINALIZER);
    const metadata = { ...done.metadata, finalizers };
    if (!(await this.#update({ ...done, metadata }))) this.#again(definition.metadata.name ?? "");
  }
}

function isEstablished({ status }: Pick<CustomResourceDefinition, "status">): boolean {
  return (status?.conditions ?? []).some(({ type, status: is }) => type === "Established" && is === "True");
}

function withTermination(definition: CustomResourceDefinition, status: string, reason: string, message: string, now: string): CustomResourceDefinition {
  const conditions = new Conditions(definition.status?.conditions ?? [], now);
  conditions.set({ type: "Terminating", status, reason, message });
  return { ...definition, status: { ...definition.status!, conditions: conditions.all } };
}
