/** The OpenAPI v3 documents as they are served: built when first asked for, kept as bytes, named by their hash. */

import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { compareUtf8 } from "../json/key-order.ts";
import { fixedDocuments, groupDocument, type OpenApiSource, openApiDocument } from "./document.ts";
import type { Json } from "./schemas.ts";

export interface ServedDocument {
  readonly bytes: Uint8Array;
  /** SHA-512 in hexadecimal: the `hash` parameter, and the ETag when quoted. */
  readonly hash: string;
}

export class ServedOpenApi {
  readonly #builders: ReadonlyMap<string, () => Json>;
  readonly #built = new Map<string, ServedDocument>();
  #index: Promise<Uint8Array> | undefined;

  /** @param source what is served now; when that changes, make another */
  constructor(source: OpenApiSource) {
    const builders = new Map<string, () => Json>(Object.entries(fixedDocuments(source)));
    for (const { group, version } of source.rows) {
      if (group !== "") builders.set(`apis/${group}`, () => groupDocument(source, group));
      builders.set(group === "" ? `api/${version}` : `apis/${group}/${version}`, () => openApiDocument(source, group, version));
    }
    this.#builders = builders;
  }

  /** @param path behind `/openapi/v3/`. @returns undefined for a path that has no document */
  document(path: string): ServedDocument | undefined {
    const known = this.#built.get(path);
    if (known !== undefined) return known;
    const build = this.#builders.get(path);
    if (build === undefined) return undefined;
    const bytes = Buffer.from(JSON.stringify(build()));
    const document = { bytes, hash: createHash("sha512").update(bytes).digest("hex").toUpperCase() };
    this.#built.set(path, document);
    return document;
  }

  /** `/openapi/v3`: every document with its hash. One document a turn of the event loop, since the index needs them all. */
  index(): Promise<Uint8Array> {
    this.#index ??= this.#buildIndex();
    return this.#index;
  }

  async #buildIndex(): Promise<Uint8Array> {
    const paths: Record<string, { serverRelativeURL: string }> = {};
    for (const path of [...this.#builders.keys()].sort(compareUtf8)) {
      const hash = this.document(path)?.hash;
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
      await nextTurn();
    }
    return Buffer.from(JSON.stringify({ paths }));
  }
}
