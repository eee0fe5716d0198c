/** The exact decoder: walks a document by its schema as Go's decoder would, in the document's order, and says everything that is wrong with it. */

import { DurationError, formatDuration, parseDuration } from "../duration.ts";
import { goQuote } from "../go-quote.ts";
import { canonicalQuantity, isCanonicalQuantity, QuantityError } from "../quantity/quantity.ts";
import type { Field, ListSchema, MapSchema, Scalar, Schema, StructSchema } from "../schema/schema.ts";
import { formatMicroTime, formatTime, isCanonicalTime, parseMicroTime, parseTime, TimeError } from "../time.ts";
import { canonicalBase64 } from "./base64.ts";
import { REWRITES_MAX } from "./budget.ts";
import { DecodeError } from "./decode-error.ts";
import { type DocumentValue, Fraction, Members, plain } from "./document.ts";
import { described, isInteger, quantityText, timeText } from "./exact-scalars.ts";
import { goTypeName } from "./go-type.ts";
import { zeroOf } from "./zero.ts";

/** As Kubernetes, which stops collecting here. */
const STRICT_ERRORS_MAX = 100;

export interface ExactResult {
  readonly value: unknown;
  /** `unknown field "spec.foo"`, `duplicate field "spec.replicas"`, in the order of the document. */
  readonly strictErrors: readonly string[];
}

/** Decodes a parsed document; throws the `DecodeError` that Kubernetes would give. */
export function decodeExactly(document: DocumentValue, schema: Schema): ExactResult {
  const decoder = new ExactDecoder();
  const value = decoder.value(document, schema, undefined);
  if (decoder.firstError) throw decoder.firstError;
  return { value, strictErrors: decoder.strictErrors() };
}

/** Repeated members of a document without a schema, such as a custom resource: `duplicate field "spec.a"`. */
export function duplicateFields(document: DocumentValue): readonly string[] {
  const decoder = new ExactDecoder();
  decoder.untyped(document);
  return decoder.strictErrors();
}

class ExactDecoder {
  /** What is unknown or repeated, by path. */
  readonly #strictErrors = new Map<string, "unknown field" | "duplicate field">();
  /** A value of the wrong type is skipped and the rest still read; the first such error is the answer, unless a worse one ends the walk. */
  firstError: DecodeError | undefined;
  /** Where we are, as strict errors write it: `spec.containers[0]`. */
  #path = "";
  /** Where we are, as type errors write it: without indexes, with the names of inline structs. */
  #fields: string[] = [];
  /** The id of the struct whose field was entered last. */
  #struct = "";
  #rewrites = 0;

  strictErrors(): string[] {
    return [...this.#strictErrors].map(([path, what]) => `${what} ${goQuote(path)}`);
  }

  /** @param earlier what a member of the same name had before: Go decodes the second into the first */
  value(node: DocumentValue, schema: Schema, earlier: unknown): unknown {
    switch (schema.type) {
      case "struct":
        if (node instanceof Members) return this.#structValue(node, schema, isObject(earlier) ? earlier : undefined);
        break;
      case "list":
        if (Array.isArray(node)) return this.#listValue(node, schema, Array.isArray(earlier) ? earlier : []);
        break;
      case "map":
        if (node instanceof Members) return this.#mapValue(node, schema, isObject(earlier) ? earlier : undefined);
        break;
      case "scalar":
        return this.#scalarValue(node, schema.scalar);
    }
    if (node !== null) this.#mistyped(node, schema);
    return earlier;
  }

  untyped(node: DocumentValue): void {
    const path = this.#path;
    if (Array.isArray(node)) {
      for (const [i, item] of node.entries()) {
        this.#path = `${path}[${i}]`;
        this.untyped(item);
      }
    } else if (node instanceof Members) {
      const seen = new Set<string>();
      for (let i = 0; i < node.size; i++) {
        const key = node.key(i);
        this.#path = path;
        if (seen.has(key)) this.#strict("duplicate field", key);
        seen.add(key);
        this.#path = this.#below(key);
        this.untyped(node.value(i));
      }
    }
    this.#path = path;
  }

  #structValue(node: Members, schema: StructSchema, earlier: Record<string, unknown> | undefined): Record<string, unknown> {
    const { fields, indexes } = slotsOf(schema);
    const values: unknown[] = new Array(fields.length);
    const seen: unknown[] = new Array(fields.length);
    if (earlier) for (const [i, field] of fields.entries()) values[i] = earlier[field.name];
    const path = this.#path;
    const depth = this.#fields.length;
    const struct = this.#struct;
    for (let i = 0; i < node.size; i++) {
      const key = node.key(i);
      const index = indexes.get(key);
      if (index === undefined) {
        this.#strict("unknown field", key);
        continue;
      }
      if (seen[index]) this.#strict("duplicate field", key);
      seen[index] = true;
      const field = fields[index]!;
      const member = node.value(i);
      if (member === null) {
        if (isNullable(field)) values[index] = undefined;
        continue;
      }
      this.#path = this.#below(key);
      this.#struct = schema.id;
      if (field.within) this.#fields.push(field.within);
      this.#fields.push(key);
      values[index] = this.value(member, field.schema, values[index]);
      this.#path = path;
      this.#fields.length = depth;
      this.#struct = struct;
    }
    const object: Record<string, unknown> = {};
    for (let i = 0; i < fields.length; i++) {
      if (values[i] !== undefined) object[fields[i]!.name] = values[i];
    }
    return object;
  }

  #listValue(node: readonly DocumentValue[], schema: ListSchema, earlier: readonly unknown[]): unknown[] {
    const path = this.#path;
    const list: unknown[] = [];
    for (let i = 0; i < node.length; i++) {
      const item = node[i]!;
      this.#path = `${path}[${i}]`;
      const value = item === null ? undefined : this.value(item, schema.items, earlier[i]);
      list.push(value === undefined ? zeroOf(schema.items) : value);
    }
    this.#path = path;
    return list;
  }

  #mapValue(node: Members, schema: MapSchema, earlier: Record<string, unknown> | undefined): Record<string, unknown> {
    const path = this.#path;
    const object: Record<string, unknown> = Object.create(null);
    if (earlier) Object.assign(object, earlier);
    const seen = new Set<string>();
    for (let i = 0; i < node.size; i++) {
      const key = node.key(i);
      if (seen.has(key)) this.#strict("duplicate field", key);
      seen.add(key);
      this.#path = this.#below(key);
      const item = node.value(i);
      const value = item === null ? undefined : this.value(item, schema.values, undefined);
      object[key] = value === undefined ? zeroOf(schema.values) : value;
      this.#path = path;
    }
    return object;
  }

  #scalarValue(node: DocumentValue, scalar: Scalar): unknown {
    switch (scalar) {
      case "string":
        return typeof node === "string" ? node : this.#mistypedScalar(node, scalar);
      case "bool":
        return typeof node === "boolean" ? node : this.#mistypedScalar(node, scalar);
      case "int32":
      case "int64":
        return isInteger(node, scalar) ? node : this.#mistypedScalar(node, scalar);
      case "float64":
        if (node instanceof Fraction) return Number.isFinite(Number(node.text)) ? Number(node.text) : this.#mistypedScalar(node, scalar);
        return typeof node === "number" || typeof node === "bigint" ? Number(node) : this.#mistypedScalar(node, scalar);
      case "bytes":
        return typeof node === "string" ? this.#base64(node) : this.#mistypedScalar(node, scalar);
      case "quantity":
        return this.#quantity(quantityText(node).trim());
      case "intOrString":
        if (typeof node === "string" || isInteger(node, "int32")) return node;
        throw this.#typeError(node, "int32");
      case "time":
        return this.#time(this.#text(node));
      case "microTime":
        return timeText(parseMicroTime(this.#rewritten(this.#text(node))), formatMicroTime);
      case "duration":
        return formatDuration(parseDuration(this.#rewritten(this.#text(node))));
      case "raw":
      case "fieldsV1":
        return plain(node);
    }
  }

  #quantity(text: string): string {
    return isCanonicalQuantity(text) ? text : canonicalQuantity(this.#rewritten(text));
  }

  #time(text: string): string | undefined {
    return isCanonicalTime(text) ? text : timeText(parseTime(this.#rewritten(text)), formatTime);
  }

  /** Counts the texts that are costly to read. */
  #rewritten(text: string): string {
    if (++this.#rewrites > REWRITES_MAX)
      throw new DecodeError(`json: the document has more than ${REWRITES_MAX} quantities and times that aren't in canonical form`);
    return text;
  }

  #base64(text: string): string | undefined {
    try {
      return canonicalBase64(text);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.firstError ??= error;
      return undefined;
    }
  }

  #text(node: DocumentValue): string {
    if (typeof node === "string") return node;
    throw this.#typeError(node, "string");
  }

  #mistyped(node: DocumentValue, schema: Schema): void {
    this.firstError ??= this.#typeError(node, goTypeName(schema));
  }

  #mistypedScalar(node: DocumentValue, scalar: Scalar): undefined {
    this.#mistyped(node, { type: "scalar", scalar });
    return undefined;
  }

  #typeError(node: DocumentValue, type: string): DecodeError {
    const where = this.#fields.length > 0 ? `Go struct field ${this.#struct.slice(this.#struct.lastIndexOf(".") + 1)}.${this.#fields.join(".")}` : "Go value";
    return new DecodeError(`json: cannot unmarshal ${described(node, type)} into ${where} of type ${type}`);
  }

  #strict(what: "unknown field" | "duplicate field", key: string): void {
    if (this.#strictErrors.size < STRICT_ERRORS_MAX) this.#strictErrors.set(this.#below(key), what);
  }

  #below(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }
}

interface Slots {
  readonly fields: readonly Field[];
  readonly indexes: ReadonlyMap<string, number>;
}

const slots = new WeakMap<StructSchema, Slots>();

/** The schema's fields and where each is among them. */
function slotsOf(schema: StructSchema): Slots {
  let found = slots.get(schema);
  if (!found) {
    found = { fields: schema.fields, indexes: new Map(schema.fields.map((field, index) => [field.name, index])) };
    slots.set(schema, found);
  }
  return found;
}

/** Types whose null means absent; to others null does nothing, so that an earlier member of the name stays. */
function isNullable({ schema, table }: Field): boolean {
  if (table.pointer || schema.type === "list" || schema.type === "map") return true;
  return schema.type === "scalar" && ["bytes", "time", "microTime", "quantity"].includes(schema.scalar);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an error is about the value and so belongs in the client's 400. */
export function isValueError(error: unknown): error is Error {
  return error instanceof QuantityError || error instanceof TimeError || error instanceof DurationError;
}
