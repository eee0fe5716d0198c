/**
 * From CustomResourceDefinitions to served kinds: they come, change and go with their definitions. A changed definition ends the watches of its objects,
 * since what they are shown may be another thing from then on.
 */

import type { Kind } from "../../api/kind.ts";
import type { CustomResourceDefinition, CustomResourceDefinitionNames } from "../../api/tables/apiextensions-v1.ts";
import type { OpenApiPart } from "../../machinery/openapi/document.ts";
import { equal } from "../../machinery/plain.ts";
import type { Reader } from "../../security/reader.ts";
import type { StoreCaches } from "../cache/caches.ts";
import type { ServedKinds } from "../kind-table.ts";
import type { DefinitionText, DefinitionTexts } from "./definition-text.ts";
import { DEFINITIONS, GROUP } from "./definitions.ts";
import { kindsOf } from "./kinds.ts";
import { customPart } from "./openapi.ts";
import type { ServedVersion } from "./served.ts";
import { type ConversionFacts, conversionOf } from "./webhook-conversion.ts";

export interface CustomResourcesOptions extends ConversionFacts {
  readonly kinds: ServedKinds;
  readonly caches: StoreCaches;
  readonly reader: Reader;
  readonly texts: DefinitionTexts;
  /** Told when a resource's cache is made anew. */
  onForgotten(group: string, resource: string): void;
}

interface Standing {
  readonly text: DefinitionText;
  readonly mark: Mark;
  readonly terminating: boolean;
  readonly versions: readonly { readonly served: ServedVersion; readonly kind: Kind; readonly isServed: boolean }[];
}

export class CustomResources {
  readonly #options: CustomResourcesOptions;
  /** By the definition's name. */
  readonly #standing = new Map<string, Standing>();
  #parts: readonly OpenApiPart[] | undefined;
  readonly #partsByPath = new Map<string, { readonly of: readonly ServedVersion[]; readonly part: OpenApiPart }>();
  #stop: () => void = () => {};

  constructor(options: CustomResourcesOptions) {
    this.#options = options;
  }

  /** Serves what is defined now, and follows. The definitions must have been read. */
  start(): void {
    const { reader, texts } = this.#options;
    this.#stop = reader.onChange(GROUP, DEFINITIONS, ({ name }) => this.#follow(name));
    for (const name of texts.names()) this.#follow(name);
  }

  stop(): void {
    this.#stop();
  }

  /** @returns the kind of a version that is stored, also where it isn't served */
  stored(group: string, version: string, resource: string): Kind | undefined {
    return this.#standing.get(`${resource}.${group}`)?.versions.find(({ kind }) => kind.version === version)?.kind;
  }

  /** @returns any kind of the definition that is served; undefined where no version is */
  servedKind(definition: CustomResourceDefinition): Kind | undefined {
    return this.#standing.get(definition.metadata.name ?? "")?.versions.find(({ isServed }) => isServed)?.kind;
  }

  /** @returns the documents of all custom groups and versions: the same list until something changes */
  parts(): readonly OpenApiPart[] {
    this.#parts ??= this.#makeParts();
    return this.#parts;
  }

  #follow(name: string): void {
    const text = this.#options.texts.get(name);
    const definition = text?.read();
    const standing = this.#standing.get(name);
    if (!text || !definition || !mayBeServed(definition)) {
      if (standing) this.#remove(name, standing, true);
      return;
    }
    const terminating = isTerminating(definition);
    const same = standing !== undefined && equal(standing.mark, markOf(definition));
    if (same && standing.terminating === terminating) {
      standing.text.renew(text);
      return;
    }
    if (standing) this.#remove(name, standing, !same);
    this.#add(name, definition, text, terminating);
  }

  #add(name: string, definition: CustomResourceDefinition, text: DefinitionText, terminating: boolean): void {
    const versions = kindsOf(definition, text, conversionOf(definition, this.#options));
    this.#standing.set(name, { text, mark: markOf(definition), terminating, versions });
    for (const { kind, isServed } of versions) if (isServed) this.#options.kinds.add(kind);
    this.#parts = undefined;
  }

  /** @param whole whether its objects aren't what they were: their watches end */
  #remove(name: string, { versions }: Standing, whole: boolean): void {
    const { kinds, caches, onForgotten } = this.#options;
    this.#standing.delete(name);
    for (const { kind } of versions) {
      kinds.remove(kind);
      if (!whole) continue;
      caches.forget(kind);
      onForgotten(kind.group, kind.resource);
    }
    this.#parts = undefined;
  }

  #makeParts(): OpenApiPart[] {
    const byPath = new Map<string, { served: ServedVersion; kind: Kind }[]>();
    for (const { versions } of this.#standing.values()) {
      for (const { served, kind, isServed } of versions) if (isServed) byPath.getOrInsertComputed(kind.apiVersion, () => []).push({ served, kind });
    }
    for (const path of this.#partsByPath.keys()) if (!byPath.has(path)) this.#partsByPath.delete(path);
    return [...byPath].map(([path, resources]) => {
      const of = resources.map(({ served }) => served);
      const known = this.#partsByPath.get(path);
      if (known && known.of.length === of.length && known.of.every((one, i) => one === of[i])) return known.part;
      const { group, version } = of[0]!;
      const part = customPart(
        group,
        version,
        resources.map(({ served, kind }) => ({ served, table: kind.table })),
      );
      this.#partsByPath.set(path, { of, part });
      return part;
    });
  }
}

function hasCondition({ status }: CustomResourceDefinition, type: string): boolean {
  return (status?.conditions ?? []).some((one) => one.type === type && one.status === "True");
}

function mayBeServed(definition: CustomResourceDefinition): boolean {
  return hasCondition(definition, "Established");
}

function isTerminating(definition: CustomResourceDefinition): boolean {
  return definition.metadata.deletionTimestamp !== undefined || hasCondition(definition, "Terminating");
}

/** What decides how a definition is served: while it stays the same, so does everything in its spec. */
interface Mark {
  readonly uid: string | undefined;
  readonly generation: string;
  readonly acceptedNames: CustomResourceDefinitionNames | undefined;
}

function markOf({ metadata, status }: CustomResourceDefinition): Mark {
  return { uid: metadata.uid, generation: String(metadata.generation), acceptedNames: status?.acceptedNames };
}
