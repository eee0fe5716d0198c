/** Custom resources of a server: the kinds that definitions ask for, and the definitions' own upkeep. */

import type { Kind } from "../../api/kind.ts";
import type { CustomResourceDefinition } from "../../api/tables/apiextensions-v1.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { Log } from "../../machinery/log.ts";
import type { OpenApiPart } from "../../machinery/openapi/document.ts";
import type { StoreCaches } from "../cache/caches.ts";
import type { CacheReader } from "../cache/reader.ts";
import type { ServedKinds } from "../kind-table.ts";
import type { Loopback } from "../loopback.ts";
import { definitionTexts } from "./definition-text.ts";
import { keepDefinitions } from "./definitions.ts";
import { CustomResources } from "./resources.ts";
import type { ConversionFacts } from "./webhook-conversion.ts";

export interface ServedCustomResources {
  stored(group: string, version: string, resource: string): Kind | undefined;
  parts(): readonly OpenApiPart[];
  /** Begins to keep the definitions' statuses, over the server's own API. */
  keep(loopback: Loopback, facts: { readonly clock: Clock; readonly log: Log }): void;
  stop(): void;
}

export interface CustomFacts extends ConversionFacts {
  readonly kinds: ServedKinds;
  readonly caches: StoreCaches;
  readonly reader: CacheReader;
}

/** Serves what is defined from the start. The cache of definitions must be filled. */
export function serveCustomResources(facts: CustomFacts): ServedCustomResources {
  const { caches, reader } = facts;
  const texts = definitionTexts(caches);
  const resources = new CustomResources({ ...facts, texts, onForgotten: (group, resource) => reader.forget(group, resource) });
  resources.start();
  let stopKeeping = (): void => {};
  return {
    stored: (group, version, resource) => resources.stored(group, version, resource),
    parts: () => resources.parts(),
    keep(loopback, { clock, log }) {
      stopKeeping = keepDefinitions({
        reader,
        texts,
        loopback,
        clock,
        log,
        deleteAll: (definition) => deleteAll(resources, caches, loopback, definition),
        count: (definition) => count(resources, caches, definition),
      });
    },
    stop() {
      stopKeeping();
      resources.stop();
    },
  };
}

function storageKind(resources: CustomResources, { spec }: CustomResourceDefinition): Kind | undefined {
  const storage = (spec.versions ?? []).find((version) => version.storage);
  return storage && resources.stored(spec.group, storage.name, spec.names.plural);
}

async function count(resources: CustomResources, caches: StoreCaches, definition: CustomResourceDefinition): Promise<number> {
  const kind = storageKind(resources, definition);
  if (!kind) return 0;
  const cache = caches.stored(kind);
  await cache.ready();
  await cache.waitForPresent();
  return cache.size;
}

/** Over the server's own API, so that admission and finalizers have their say: one deletion a namespace. */
async function deleteAll(resources: CustomResources, caches: StoreCaches, loopback: Loopback, definition: CustomResourceDefinition): Promise<void> {
  const stored = storageKind(resources, definition);
  const served = resources.servedKind(definition);
  if (!stored || !served) return;
  const cache = caches.stored(stored);
  await cache.ready();
  await cache.waitForPresent();
  const namespaces = new Set(cache.list({}).map(({ namespace }) => namespace));
  for (const namespace of namespaces) {
    const within = namespace ? `namespaces/${encodeURIComponent(namespace)}/` : "";
    const { code, body } = await loopback.send("DELETE", `/apis/${served.apiVersion}/${within}${served.resource}`);
    if (code >= 300) throw new Error(`could not issue all deletes: ${code} ${JSON.stringify(body)}`);
  }
}
