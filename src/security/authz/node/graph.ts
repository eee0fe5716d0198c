/**
 * Which objects belong to which node, by the pods that are bound to it: an index that follows pods and volumes change by change. A change is only noted when it
 * comes and looked at when a node next asks, so that a cluster whose nodes don't ask pays nothing.
 */

import { setImmediate } from "node:timers/promises";
import { MIRROR, referencesOf, secretsOfVolume } from "../../../api/references/of-pod.ts";
import type { PersistentVolume, Pod } from "../../../api/tables/core-v1.ts";
import type { Reader } from "../../reader.ts";

/** Objects that are looked at in one go; between two goes others have their turn. */
const BATCH = 200;
/** Changes that may wait for a question. */
const FORGET = 100_000;

interface PodEntry {
  readonly node: string;
  /** `secrets a/db` */
  readonly things: readonly string[];
}

export class NodeGraph {
  readonly #reader: Reader;
  readonly #forgetAfter: number;
  readonly #pods = new Map<string, PodEntry>();
  /** Thing → node → how many of the node's pods name it. */
  readonly #nodes = new Map<string, Map<string, number>>();
  /** Volume → the secrets it needs; and the other way round. */
  readonly #volumeSecrets = new Map<string, readonly string[]>();
  readonly #secretVolumes = new Map<string, Set<string>>();
  /** `namespace/name` of pods, and names of volumes, that have changed since they were last looked at. */
  readonly #changedPods = new Set<string>();
  readonly #changedVolumes = new Set<string>();
  readonly #stops: (() => void)[];
  /** The first look at everything, which the first question sets off; undefined before it. */
  #beginning: Promise<void> | undefined;
  #begun = false;

  /** @param forgetAfter how many changes may wait for a question */
  constructor(reader: Reader, forgetAfter = FORGET) {
    this.#reader = reader;
    this.#forgetAfter = forgetAfter;
    this.#stops = [
      reader.onChange("", "pods", ({ namespace, name }) => this.#note(this.#changedPods, `${namespace}/${name}`)),
      reader.onChange("", "persistentvolumes", ({ name }) => this.#note(this.#changedVolumes, name)),
    ];
  }

  /** Before the first question nothing needs noting; after too many changes without one, all is forgotten until the next. */
  #note(changed: Set<string>, key: string): void {
    if (!this.#beginning) return;
    changed.add(key);
    if (!this.#begun || changed.size < this.#forgetAfter) return;
    this.#beginning = undefined;
    this.#begun = false;
    for (const each of [this.#changedPods, this.#changedVolumes, this.#pods, this.#nodes, this.#volumeSecrets, this.#secretVolumes]) each.clear();
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Looks at what has changed. @returns a promise where that is much; the answers below are right once it is done */
  settle(): void | Promise<void> {
    if (!this.#begun) {
      this.#beginning ??= this.#begin();
      return this.#beginning;
    }
    if (this.#changedPods.size + this.#changedVolumes.size === 0) return undefined;
    if (this.#changedPods.size + this.#changedVolumes.size <= BATCH) return this.#look(BATCH);
    return this.#settleAll();
  }

  async #begin(): Promise<void> {
    let seen = 0;
    for (const pod of this.#reader.list<Pod>("", "pods")) {
      this.#indexPod(`${pod.metadata.namespace}/${pod.metadata.name}`);
      if (++seen % BATCH === 0) await setImmediate();
    }
    for (const volume of this.#reader.list<PersistentVolume>("", "persistentvolumes")) {
      this.#indexVolume(volume.metadata.name ?? "");
      if (++seen % BATCH === 0) await setImmediate();
    }
    await this.#settleAll(); // What has changed meanwhile.
    this.#begun = true;
  }

  async #settleAll(): Promise<void> {
    while (this.#changedPods.size + this.#changedVolumes.size > 0) {
      this.#look(BATCH);
      await setImmediate();
    }
  }

  #look(limit: number): void {
    let left = limit;
    for (const [changed, index] of [
      [this.#changedPods, (key: string) => this.#indexPod(key)],
      [this.#changedVolumes, (key: string) => this.#indexVolume(key)],
    ] as const) {
      for (const key of changed) {
        if (left-- <= 0) return;
        changed.delete(key);
        index(key);
      }
    }
  }

  #indexPod(key: string): void {
    const known = this.#pods.get(key);
    this.#pods.delete(key);
    for (const thing of known?.things ?? []) {
      const nodes = this.#nodes.get(thing)!;
      const count = nodes.get(known!.node)! - 1;
      if (count > 0) nodes.set(known!.node, count);
      else nodes.delete(known!.node);
      if (nodes.size === 0) this.#nodes.delete(thing);
    }
    const [namespace = "", name = ""] = key.split("/");
    const pod = this.#reader.get<Pod>("", "pods", namespace, name);
    const node = pod?.spec.nodeName;
    if (!pod || !node) return;
    // A node writes its mirror pods itself, so these give it nothing but themselves.
    const references = pod.metadata.annotations?.[MIRROR] === undefined ? referencesOf(pod) : [];
    const things = [...new Set([`pods ${key}`, ...references.map((reference) => `${reference.resource} ${namespace}/${reference.name}`)])];
    this.#pods.set(key, { node, things });
    for (const thing of things) {
      const nodes = this.#nodes.getOrInsertComputed(thing, () => new Map<string, number>());
      nodes.set(node, (nodes.get(node) ?? 0) + 1);
    }
  }

  #indexVolume(name: string): void {
    for (const secret of this.#volumeSecrets.get(name) ?? []) {
      const volumes = this.#secretVolumes.get(secret);
      volumes?.delete(name);
      if (volumes?.size === 0) this.#secretVolumes.delete(secret);
    }
    this.#volumeSecrets.delete(name);
    const volume = this.#reader.get<PersistentVolume>("", "persistentvolumes", "", name);
    const secrets = volume?.spec?.claimRef ? secretsOfVolume(volume) : [];
    if (secrets.length === 0) return;
    this.#volumeSecrets.set(name, secrets);
    for (const secret of secrets) this.#secretVolumes.getOrInsertComputed(secret, () => new Set()).add(name);
  }

  /** @returns whether a pod of the node names the object, or it is the pod */
  hasThing(node: string, resource: string, namespace: string, name: string): boolean {
    const key = `${namespace}/${name}`;
    if (this.#nodes.get(`${resource} ${key}`)?.has(node)) return true;
    if (resource !== "secrets") return false;
    for (const volume of this.#secretVolumes.get(key) ?? []) if (this.hasVolume(node, volume)) return true;
    return false;
  }

  /** @returns whether a pod of the node claims the volume */
  hasVolume(node: string, name: string): boolean {
    const claim = this.#reader.get<PersistentVolume>("", "persistentvolumes", "", name)?.spec?.claimRef;
    return claim !== undefined && (this.#nodes.get(`persistentvolumeclaims ${claim.namespace}/${claim.name}`)?.has(node) ?? false);
  }
}
