/**
 * How the objects of a custom kind are read and written: kept as they are but for what the schema doesn't know, which is taken out, and metadata, which are as
 * everywhere (k8s.io/apiextensions-apiserver pkg/apiserver/customresource_handler.go: unstructuredSchemaCoercer).
 */

import type { KubeObject, ObjectForm } from "../../api/kind.ts";
import { DecodeError } from "../../machinery/json/decode-error.ts";
import { sortedKeys } from "../../machinery/json/key-order.ts";
import { quoteJson } from "../../machinery/json/quote.ts";
import { isObject, own, type Plain } from "../../machinery/plain.ts";
import { invalid } from "../../machinery/status/field-error.ts";
import { badRequest, invalidObject } from "../../machinery/status/status-error.ts";
import { dropNulls, setDefaults } from "../../machinery/structural/defaults.ts";
import { coerceEmbedded, readMetadata } from "../../machinery/structural/embedded.ts";
import { prune } from "../../machinery/structural/prune.ts";
import type { Structural } from "../../machinery/structural/structural.ts";
import { encodeSorted, parse } from "./document.ts";
import { encodeMetadataWithHole, metadataSchema } from "./metadata.ts";

export interface FormFacts {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Undefined where nothing is said of the version's objects. */
  schema(): Structural | undefined;
  /** `spec.preserveUnknownFields` of old definitions: nothing is taken out. */
  readonly keepsEverything: boolean;
  /** How objects that are stored in another version's form become this one's. */
  readonly conversion: {
    /** As that version has them, with this one's number. */
    renumber(object: Plain, from: string): Plain;
    /** Where a webhook must be asked; throws for what can't be converted. */
    ask?(objects: readonly Plain[]): Promise<Plain[]>;
  };
}

interface Read {
  readonly object: KubeObject;
  readonly strictErrors: readonly string[];
}

/** What is read back was once accepted. */
const STORED_BUDGET = { maxBytes: 64 << 20, maxDepth: 10_000, maxMembers: 10_000_000 };
/** Of a body that isn't recognized so much is shown. */
const SHOWN_CHARACTERS = 30;

export class CustomForm implements ObjectForm {
  readonly #facts: FormFacts;
  readonly #apiVersion: string;
  /** Stored values of other versions, as a webhook converted them. */
  readonly #prepared = new WeakMap<Uint8Array, Buffer>();

  constructor(facts: FormFacts) {
    this.#facts = facts;
    this.#apiVersion = `${facts.group}/${facts.version}`;
  }

  decode(json: Uint8Array): Read {
    const { value, duplicates } = parse(json);
    if (value === null || (isObject(value) && !own(value, "kind"))) throw kindMissing(this.#facts.kind, json);
    if (!isObject(value)) throw new DecodeError(`json: cannot unmarshal ${Array.isArray(value) ? "array" : typeof value} into Go value of type struct`);
    const { object, strictErrors } = this.#read(value);
    this.#checkType(object);
    return { object, strictErrors: duplicates.length > 0 ? [...duplicates, ...strictErrors] : strictErrors };
  }

  typed(document: Plain): Read {
    const read = this.#read(document);
    this.#checkKind(read.object);
    return read;
  }

  decodeStored(bytes: Uint8Array): KubeObject {
    const object = parse(bytes, STORED_BUDGET).value as Plain; // Written by this server.
    object.metadata = readMetadata(own(object, "metadata") ?? {}, metadataSchema).metadata;
    return object as unknown as KubeObject; // It has metadata now.
  }

  encodeStored(object: KubeObject): Buffer {
    const members = object as unknown as Plain; // Members beside metadata are users'.
    let json = "";
    for (const key of sortedKeys(members)) {
      if (members[key] === undefined) continue;
      json += `${json && ","}${quoteJson(key)}:${key === "metadata" ? encodeMetadataWithHole(object.metadata) : encodeSorted(members[key])}`;
    }
    return Buffer.from(`{${json}}`);
  }

  read(value: Uint8Array): Uint8Array {
    const known = this.#prepared.get(value);
    if (known) return known;
    const encoded = this.#written(this.#current(storedDocument(value)));
    return encoded.equals(value) ? value : encoded;
  }

  async prepare(values: readonly Uint8Array[]): Promise<void> {
    const { ask } = this.#facts.conversion;
    if (!ask) return;
    const old = values.map((value) => ({ value, object: storedDocument(value) })).filter(({ object }) => object.apiVersion !== this.#apiVersion);
    if (old.length === 0) return;
    const converted = await ask(old.map(({ object }) => object));
    for (const [i, { value }] of old.entries()) this.#prepared.set(value, this.#written(this.#read(converted[i]!).object));
  }

  #written(object: KubeObject): Buffer {
    delete object.metadata.resourceVersion;
    return this.encodeStored(object);
  }

  /** What was stored, as the schema of now has it. */
  #current(stored: Plain): KubeObject {
    const from = String(stored.apiVersion);
    const converted = from === this.#apiVersion ? stored : this.#facts.conversion.renumber(stored, from);
    const { object } = this.#read(converted);
    if (from === this.#apiVersion) setDefaults(object, this.#facts.schema());
    return object;
  }

  #read(document: Plain): Read {
    const { kind, apiVersion } = document;
    const hasMetadata = Object.hasOwn(document, "metadata");
    const { metadata, unknown } = hasMetadata ? readMetadata(document.metadata, metadataSchema) : { metadata: undefined, unknown: [] };
    const strictErrors = unknown.map((path) => `metadata.${path}`);
    const schema = this.#facts.schema();
    if (schema && !this.#facts.keepsEverything) {
      strictErrors.push(...prune(document, schema));
      dropNulls(document, schema);
    }
    strictErrors.push(...coerceEmbedded(document, schema, metadataSchema));
    if (kind !== undefined) document.kind = kind;
    if (apiVersion !== undefined) document.apiVersion = apiVersion;
    document.metadata = metadata ?? {};
    // Its metadata was decoded by its type, and the rest is the users'.
    return { object: document as unknown as KubeObject, strictErrors: strictErrors.map((path) => `unknown field "${path}"`) };
  }

  /** The kind is a part of what is validated, the version of how it is read. */
  #checkType({ apiVersion = "", kind, metadata }: KubeObject): void {
    if (apiVersion !== this.#apiVersion) {
      throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${this.#apiVersion})`);
    }
    this.#checkKind({ kind, metadata });
  }

  #checkKind({ kind, metadata }: KubeObject): void {
    const { group, kind: expected } = this.#facts;
    if (kind !== expected) throw invalidObject({ group, kind: kind ?? "" }, metadata.name ?? "", [invalid("kind", kind, `must be ${expected}`)]);
  }
}

/** @returns the object that is stored, its resourceVersion left empty */
function storedDocument(value: Uint8Array): Plain {
  const hole = value.indexOf(0);
  const version = `"resourceVersion":""${value[hole + 1] === CLOSING_BRACE ? "" : ","}`;
  return parse(Buffer.concat([value.subarray(0, hole), Buffer.from(version), value.subarray(hole + 1)]), STORED_BUDGET).value as Plain; // Written by this server.
}

const CLOSING_BRACE = 0x7d;

function kindMissing(expected: string, json: Uint8Array): Error {
  const text = Buffer.from(json).toString("utf8");
  const shown = text.startsWith("{") ? text : Buffer.from(json).toString("hex");
  const summary = shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)} ...` : shown;
  const said = `the object provided is unrecognized (must be of type ${expected}): Object 'Kind' is missing in`;
  return badRequest(`${said} '${text}' (${summary})`, `${said} the body`);
}
