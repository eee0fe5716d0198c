/**
 * How the objects of a custom kind are read and written: kept as they are but for what the schema doesn't know, which is taken out, and metadata, which are as
 * everywhere (k8s.io/apiextensions-apiserver pkg/apiserver/customresource_handler.go: unstructuredSchemaCoercer).
 */

import type { KubeObject, ObjectForm } from "../../api/kind.ts";
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
  /** Brings an object of another version of the kind into this one's form, and changes it; throws for what can't be converted. */
  convert(object: Plain, from: string): Plain;
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

  constructor(facts: FormFacts) {
    this.#facts = facts;
    this.#apiVersion = `${facts.group}/${facts.version}`;
  }

  decode(json: Uint8Array): Read {
    const { value, duplicates } = parse(json);
    if (value === null || (isObject(value) && !own(value, "kind"))) throw kindMissing(this.#facts.kind, json);
    const { object, strictErrors } = this.#read(value as Plain);
    this.#checkType(object);
    return { object, strictErrors: duplicates.length > 0 ? [...duplicates, ...strictErrors] : strictErrors };
  }

  typed(document: Plain): Read {
    return this.#read(document);
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
    const hole = value.indexOf(0);
    const text = Buffer.concat([
      value.subarray(0, hole),
      Buffer.from('"resourceVersion":""'),
      Buffer.from(value[hole + 1] === 0x7d ? "" : ","),
      value.subarray(hole + 1),
    ]);
    const stored = parse(text, STORED_BUDGET).value as Plain; // Written by this server.
    const now = this.#current(stored);
    delete now.metadata.resourceVersion;
    const encoded = this.encodeStored(now);
    return encoded.equals(value) ? value : encoded;
  }

  /** What was stored, as the schema of now has it. */
  #current(stored: Plain): KubeObject {
    const from = String(stored.apiVersion);
    const converted = from === this.#apiVersion ? stored : this.#facts.convert(stored, from);
    const { object } = this.#read(converted);
    setDefaults(object, this.#facts.schema());
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
    return { object: document as unknown as KubeObject, strictErrors: strictErrors.map((path) => `unknown field "${path}"`) };
  }

  /** The kind is a part of what is validated, the version of how it is read. */
  #checkType({ apiVersion = "", kind, metadata }: KubeObject): void {
    const { group, kind: expected } = this.#facts;
    if (apiVersion !== this.#apiVersion) {
      throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${this.#apiVersion})`);
    }
    if (kind !== expected) throw invalidObject({ group, kind: kind ?? "" }, metadata.name ?? "", [invalid("kind", kind, `must be ${expected}`)]);
  }
}

function kindMissing(expected: string, json: Uint8Array): Error {
  const text = Buffer.from(json).toString("utf8");
  const shown = text.startsWith("{") ? text : Buffer.from(json).toString("hex");
  const summary = shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)} ...` : shown;
  const said = `the object provided is unrecognized (must be of type ${expected}): Object 'Kind' is missing in`;
  return badRequest(`${said} '${text}' (${summary})`, `${said} the body`);
}
