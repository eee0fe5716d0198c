/** The exact decoder: walks a document by its schema as Go's decoder would, in the document's order, and says everything that is wrong with it. */

import { DurationError, formatDuration, parseDuration } from "../duration.ts";
import { goQuote } from "../go-quote.ts";
import { canonicalQuantity, QuantityError } from "../quantity/quantity.ts";
import type { Field, ListSchema, MapSchema, Scalar, Schema, StructSchema } from "../schema/schema.ts";
import { formatMicroTime, formatTime, parseMicroTime, parseTime, TimeError, ZERO_SECONDS } from "../time.ts";
import { canonicalBase64 } from "./base64.ts";
import { DecodeError } from "./decode-error.ts";
import { type DocumentValue, Fraction, Members, plain } from "./document.ts";
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
  return { value, strictErrors: [...decoder.strictErrors] };
}

/** Repeated members of a document without a schema, such as a custom resource: `duplicate field "spec.a"`. */
export function duplicateFields(document: DocumentValue): readonly string[] {
  const decoder = new ExactDecoder();
  decoder.untyped(document);
  return [...decoder.strictErrors];
}

class ExactDecoder {
  readonly strictErrors = new Set<string>();
  /** A value of the wrong type is skipped and the rest still read; the first such error is the answer, unless a worse one ends the walk. */
  firstError: DecodeError | undefined;
  /** Where we are, as strict errors write it: `spec.containers[0]`. */
  #path = "";
  /** Where we are, as type errors write it: without indexes, with the names of inline structs. */
  #fields: string[] = [];
  #struct = "";

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
      for (const [i, key] of node.keys.entries()) {
        this.#path = path;
        if (seen.has(key)) this.#strict("duplicate field", key);
        seen.add(key);
        this.#path = this.#below(key);
        this.untyped(node.values[i]!);
      }
    }
    this.#path = path;
  }

  #structValue(node: Members, schema: StructSchema, earlier: Record<string, unknown> | undefined): Record<string, unknown> {
    const { path, depth, struct } = this.#mark();
    const found = new Map<string, unknown>(earlier ? Object.entries(earlier) : []);
    const seen = new Set<string>();
    for (const [i, key] of node.keys.entries()) {
      const field = schema.byName.get(key);
      if (!field) {
        this.#strict("unknown field", key);
        continue;
      }
      if (seen.has(key)) this.#strict("duplicate field", key);
      seen.add(key);
      this.#path = this.#below(key);
      this.#struct = schema.id.slice(schema.id.lastIndexOf(".") + 1);
      if (field.within) this.#fields.push(field.within);
      this.#fields.push(key);
      this.#member(found, field, node.values[i]!);
      this.#reset(path, depth, struct);
    }
    const object: Record<string, unknown> = {};
    for (const { name } of schema.fields) {
      const value = found.get(name);
      if (value !== undefined) object[name] = value;
    }
    return object;
  }

  #member(found: Map<string, unknown>, field: Field, node: DocumentValue): void {
    if (node !== null) found.set(field.name, this.value(node, field.schema, found.get(field.name)));
    else if (isNullable(field)) found.delete(field.name);
  }

  #listValue(node: readonly DocumentValue[], schema: ListSchema, earlier: readonly unknown[]): unknown[] {
    const { path } = this.#mark();
    return node.map((item, i) => {
      this.#path = `${path}[${i}]`;
      const value = item === null ? undefined : this.value(item, schema.items, earlier[i]);
      this.#path = path;
      return value === undefined ? zeroOf(schema.items) : value;
    });
  }

  #mapValue(node: Members, schema: MapSchema, earlier: Record<string, unknown> | undefined): Record<string, unknown> {
    const { path } = this.#mark();
    const object: Record<string, unknown> = Object.create(null);
    if (earlier) Object.assign(object, earlier);
    const seen = new Set<string>();
    for (const [i, key] of node.keys.entries()) {
      if (seen.has(key)) this.#strict("duplicate field", key);
      seen.add(key);
      this.#path = this.#below(key);
      const item = node.values[i]!;
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
        return canonicalQuantity(quantityText(node).trim());
      case "intOrString":
        if (typeof node === "string" || isInteger(node, "int32")) return node;
        throw this.#typeError(node, "int32");
      case "time":
        return timeText(parseTime(this.#text(node)), formatTime);
      case "microTime":
        return timeText(parseMicroTime(this.#text(node)), formatMicroTime);
      case "duration":
        return formatDuration(parseDuration(this.#text(node)));
      case "raw":
      case "fieldsV1":
        return plain(node);
    }
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
    const where = this.#fields.length > 0 ? `Go struct field ${this.#struct}.${this.#fields.join(".")}` : "Go value";
    return new DecodeError(`json: cannot unmarshal ${described(node, type)} into ${where} of type ${type}`);
  }

  #strict(what: "unknown field" | "duplicate field", key: string): void {
    if (this.strictErrors.size < STRICT_ERRORS_MAX) this.strictErrors.add(`${what} ${goQuote(this.#below(key))}`);
  }

  #below(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }

  #mark(): { path: string; depth: number; struct: string } {
    return { path: this.#path, depth: this.#fields.length, struct: this.#struct };
  }

  #reset(path: string, depth: number, struct: string): void {
    this.#path = path;
    this.#fields.length = depth;
    this.#struct = struct;
  }
}

/** Types whose null means absent; to others null does nothing, so that an earlier member of the name stays. */
function isNullable({ schema, table }: Field): boolean {
  if (table.pointer || schema.type === "list" || schema.type === "map") return true;
  return schema.type === "scalar" && ["bytes", "time", "microTime", "quantity"].includes(schema.scalar);
}

function isInteger(node: DocumentValue, scalar: "int32" | "int64"): node is number | bigint {
  if (typeof node === "bigint") return scalar === "int64";
  return typeof node === "number" && (scalar === "int64" || (node | 0) === node);
}

/** An instant in canonical form, or undefined for Go's zero time, which is none. */
function timeText<T extends { seconds: number; nanos: number }>(instant: T, format: (instant: T) => string): string | undefined {
  return instant.seconds === ZERO_SECONDS && instant.nanos === 0 ? undefined : format(instant);
}

function quantityText(node: DocumentValue): string {
  if (typeof node === "string") return node;
  if (node instanceof Fraction) return node.text;
  if (typeof node === "number" || typeof node === "bigint") return String(node);
  return typeof node === "boolean" ? String(node) : "{}"; // No quantity either, and the message doesn't show it.
}

function described(node: DocumentValue, type: string): string {
  if (typeof node === "string") return "string";
  if (typeof node === "boolean") return "bool";
  if (Array.isArray(node)) return "array";
  if (node instanceof Members) return "object";
  const numeric = /^(?:int32|int64|float64)$/.test(type);
  return numeric ? `number ${node instanceof Fraction ? node.text : node}` : "number";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an error is about the value and so belongs in the client's 400. */
export function isValueError(error: unknown): error is Error {
  return error instanceof QuantityError || error instanceof TimeError || error instanceof DurationError;
}
