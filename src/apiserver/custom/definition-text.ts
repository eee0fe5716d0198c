/**
 * A CustomResourceDefinition as it lies in the cache: bytes, which are decoded when somebody needs what they say. Decoded definitions are five times as
 * large, and most kinds are served without anybody looking into their schemas.
 */

import { CustomResourceDefinition } from "../../api/apiextensions/custom-resource-definition.ts";
import type { CustomResourceDefinition as DefinitionType } from "../../api/tables/apiextensions-v1.ts";
import { decodeStoredJson } from "../../machinery/json/stored.ts";
import type { StoreCaches } from "../cache/caches.ts";

export class DefinitionText {
  #id: string;
  #bytes: Uint8Array;

  /** @param bytes the JSON, as a GET answers it */
  constructor(id: string, bytes: Uint8Array) {
    this.#id = id;
    this.#bytes = bytes;
  }

  /** No other version of any definition has it. */
  get id(): string {
    return this.#id;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The definition changed in nothing that matters here: the older bytes may go. */
  renew(newer: DefinitionText): void {
    this.#id = newer.#id;
    this.#bytes = newer.#bytes;
  }

  /** @returns the caller's own copy */
  read(): DefinitionType {
    return decodeStoredJson<DefinitionType>(this.#bytes, CustomResourceDefinition.schema);
  }
}

/** All definitions as they are now. */
export interface DefinitionTexts {
  names(): readonly string[];
  get(name: string): DefinitionText | undefined;
}

/** The cache of definitions must be filled. */
export function definitionTexts(caches: StoreCaches): DefinitionTexts {
  const cache = caches.stored(CustomResourceDefinition);
  return {
    names: () => cache.list({}).map(({ name }) => name),
    get(name) {
      const found = cache.get("", name);
      return found && new DefinitionText(`${found.uid}/${found.resourceVersion}`, found.bytes);
    },
  };
}
