/** The kinds that are served, found by path and by type. Kinds come and go: custom ones with their definitions. */

import type { Kind } from "../api/kind.ts";
import type { KindTable } from "./call.ts";

type ByVersion = Map<string, Map<string, Kind>>;

/** Lookups are nested maps, so that finding the kind of a request makes no string. */
export class ServedKinds implements KindTable {
  readonly #byPath = new Map<string, ByVersion>();
  readonly #byType = new Map<string, Map<string, Kind>>();
  #all: readonly Kind[] = [];

  constructor(kinds: Iterable<Kind>) {
    for (const kind of kinds) this.add(kind);
  }

  get all(): readonly Kind[] {
    return this.#all;
  }

  find(group: string, version: string, resource: string): Kind | undefined {
    return this.#byPath.get(group)?.get(version)?.get(resource);
  }

  ofObject(apiVersion: string, kind: string): Kind | undefined {
    return this.#byType.get(apiVersion)?.get(kind);
  }

  /** The kind that a group's resource is served as, whatever the version. */
  ofResource(group: string, resource: string): Kind | undefined {
    for (const version of this.#byPath.get(group)?.values() ?? []) {
      const kind = version.get(resource);
      if (kind) return kind;
    }
    return undefined;
  }

  add(kind: Kind): void {
    const versions = this.#byPath.getOrInsertComputed(kind.group, () => new Map());
    versions.getOrInsertComputed(kind.version, () => new Map()).set(kind.resource, kind);
    this.#byType.getOrInsertComputed(kind.apiVersion, () => new Map()).set(kind.name, kind);
    this.#all = [...this.#all.filter((one) => one.apiVersion !== kind.apiVersion || one.resource !== kind.resource), kind];
  }

  /** Takes a kind away; one that took its place meanwhile stays. */
  remove(kind: Kind): void {
    const versions = this.#byPath.get(kind.group);
    const resources = versions?.get(kind.version);
    if (resources?.get(kind.resource) !== kind) return;
    resources.delete(kind.resource);
    if (resources.size === 0) versions?.delete(kind.version);
    if (versions?.size === 0) this.#byPath.delete(kind.group);
    const types = this.#byType.get(kind.apiVersion);
    if (types?.get(kind.name) === kind) types.delete(kind.name);
    if (types?.size === 0) this.#byType.delete(kind.apiVersion);
    this.#all = this.#all.filter((one) => one !== kind);
  }
}
