/** The OpenAPI documents as they are served: built when first asked for, kept packed, named by their hash. */

import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { constants, gunzip, gzip } from "node:zlib";
import { compareUtf8 } from "../json/key-order.ts";
import { fixedDocuments, groupDocument, type OpenApiSource, openApiDocument } from "./document.ts";
import { encodeDocument, type MessageType } from "./proto.ts";
import { DOCUMENT_V2 } from "./proto-v2.ts";
import { DOCUMENT_V3 } from "./proto-v3.ts";
import type { Json } from "./schemas.ts";
import { Swagger } from "./swagger.ts";

const pack = promisify(gzip);
const unpack = promisify(gunzip);
const LEVEL = { level: constants.Z_BEST_SPEED };

/** JSON, or the messages of gnostic-models. */
export type DocumentForm = "json" | "protobuf";

/** A document of two megabytes is kept in a tenth of that: most clients take it packed, and all of them keep what they got. */
export interface ServedDocument {
  /** SHA-512 of the JSON in hexadecimal: the `hash` parameter, and the ETag when quoted. */
  readonly hash: string;
  bytes(form?: DocumentForm): Promise<Uint8Array>;
  /** The same as one gzip member. */
  packed(form: DocumentForm): Promise<Uint8Array>;
}

/** What makes a document, and what it is made of: the same parts make the same document. */
interface Builder {
  readonly of: readonly object[];
  build(): Json | Promise<Json>;
}

export class ServedOpenApi {
  readonly #source: OpenApiSource;
  readonly #builders: ReadonlyMap<string, Builder>;
  readonly #built = new Map<string, Promise<ServedDocument>>();
  #index: Promise<Uint8Array> | undefined;
  #swagger: Promise<ServedDocument> | undefined;

  /**
   * @param source what is served now; when that changes, make another
   * @param before what was served before: documents that the change doesn't touch are taken from it
   */
  constructor(source: OpenApiSource, before?: ServedOpenApi) {
    this.#source = source;
    this.#builders = buildersOf(source);
    if (before) this.#take(before);
  }

  #take(before: ServedOpenApi): void {
    for (const [path, { of }] of this.#builders) {
      const last = before.#builders.get(path)?.of;
      const document = before.#built.get(path);
      if (document && last?.length === of.length && last.every((one, index) => one === of[index])) this.#built.set(path, document);
    }
  }

  /** @param path behind `/openapi/v3/`. @returns undefined for a path that has no document */
  document(path: string): Promise<ServedDocument> | undefined {
    const builder = this.#builders.get(path);
    return builder && this.#built.getOrInsertComputed(path, () => this.#forgetful(path, servedDocument(builder)));
  }

  /** `/openapi/v3`: every document with its hash. One document a turn of the event loop, since the index needs them all. */
  index(): Promise<Uint8Array> {
    this.#index ??= this.#buildIndex().catch((error) => {
      this.#index = undefined;
      throw error;
    });
    return this.#index;
  }

  /** `/openapi/v2`: everything in one document. */
  swagger(): Promise<ServedDocument> {
    this.#swagger ??= this.#buildSwagger().catch((error) => {
      this.#swagger = undefined;
      throw error;
    });
    return this.#swagger;
  }

  /** What couldn't be built is tried again when it is asked for again. */
  async #forgetful(path: string, document: Promise<ServedDocument>): Promise<ServedDocument> {
    try {
      return await document;
    } catch (error) {
      this.#built.delete(path);
      throw error;
    }
  }

  async #buildIndex(): Promise<Uint8Array> {
    const paths: Record<string, { serverRelativeURL: string }> = {};
    for (const path of [...this.#builders.keys()].sort(compareUtf8)) {
      const { hash } = (await this.document(path))!;
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
      await nextTurn();
    }
    return Buffer.from(JSON.stringify({ paths }));
  }

  /** Built-in documents first: others' definitions make way for theirs. */
  async #buildSwagger(): Promise<ServedDocument> {
    const swagger = new Swagger();
    const parts = this.#source.parts ?? [];
    const foreign = new Set(parts.map(({ path }) => path));
    for (const [path, builder] of this.#builders) {
      if (foreign.has(path)) continue;
      swagger.add(await builder.build());
      await nextTurn();
    }
    for (const { document, forSwagger = document, swagger: own } of parts) {
      if (own) swagger.merge(await own());
      else if (forSwagger) swagger.add(await forSwagger());
      await nextTurn();
    }
    return packed(swagger.text(), DOCUMENT_V2);
  }
}

function buildersOf(source: OpenApiSource): Map<string, Builder> {
  const builders = new Map<string, Builder>();
  for (const [path, build] of Object.entries(fixedDocuments(source))) builders.set(path, { of: [], build });
  const parts = new Map((source.parts ?? []).map((part) => [part.path, part]));
  for (const { group, version } of source.rows) {
    const path = group === "" ? `api/${version}` : `apis/${group}/${version}`;
    if (builders.has(path) || parts.has(path)) continue;
    if (group !== "") builders.set(`apis/${group}`, { of: [], build: () => groupDocument(source, group) });
    const rows = source.rows.filter((row) => row.group === group && row.version === version);
    builders.set(path, { of: rows, build: () => openApiDocument(source, group, version) });
  }
  for (const part of parts.values()) if (part.document) builders.set(part.path, { of: [part], build: part.document });
  return builders;
}

async function servedDocument(builder: Builder): Promise<ServedDocument> {
  return packed(JSON.stringify(await builder.build()), DOCUMENT_V3);
}

async function packed(json: string, type: MessageType): Promise<ServedDocument> {
  const bytes = Buffer.from(json);
  const hash = createHash("sha512").update(bytes).digest("hex").toUpperCase();
  const small = await pack(bytes, LEVEL);
  let message: Promise<Uint8Array> | undefined;
  const makeMessage = async (): Promise<Uint8Array> => pack(await encodeDocument(JSON.parse((await unpack(small)).toString()), type), LEVEL);
  const inForm = (form: DocumentForm): Promise<Uint8Array> => {
    if (form === "json") return Promise.resolve(small);
    message ??= makeMessage();
    return message;
  };
  return { hash, packed: inForm, bytes: async (form = "json") => unpack(await inForm(form)) };
}
