/** JSON patch (RFC 6902) as Kubernetes applies it: over the JSON that clients see, with negative indices, and a replace that may add a member. */

import { omission } from "../json/omission.ts";
import { emptyMap, equal, isObject, jsonSize, own, type Plain, put, shallow } from "../plain.ts";
import type { Field, Schema } from "../schema/schema.ts";
import { fieldOf, itemSchema, memberSchema, writtenWhenEmpty } from "../schema/walk.ts";
import { badRequest, tooLarge } from "../status/status-error.ts";
import { doesNotFit } from "./failures.ts";

export const OPERATIONS_MAX = 10_000;
/** What the copy operations of one patch may add together. */
export const COPIED_BYTES_MAX = 3 * 1024 * 1024;
/** How many array items the insertions and removals of one patch may push aside together: some 50 ms of work. */
export const SHIFTED_ITEMS_MAX = 50_000_000;

/**
 * @param object the live object, which stays as it is; what the patch doesn't touch is shared with the result
 * @param patch the decoded document
 * @param schema where given, members that the JSON form always writes (`resources: {}`) are there for paths to pass through
 * @returns the patched document, not yet checked against the schema; it may hold nulls that the patch put there
 * @throws StatusError 400 for a document that is no patch, 413 beyond the limits, 422 for a patch that doesn't fit
 */
export function jsonPatch(object: Plain, patch: unknown, schema?: Schema): unknown {
  if (patch === null) return object;
  if (!Array.isArray(patch)) throw badRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(patch)} into Go value of type []handlers.jsonPatchOp`);
  if (patch.length > OPERATIONS_MAX) {
    throw tooLarge(`Request entity too large: The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${patch.length}`);
  }
  const document = new Document(object, schema);
  for (const operation of patch) document.run(operation);
  return document.root;
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value === "bigint" ? "number" : value === null ? "null" : typeof value;
}

/** What a path leads to: the container, which is the document's own copy, and the last token. */
interface Place {
  readonly container: Plain | unknown[];
  readonly key: string;
  readonly schema: Schema | undefined;
}

class Document {
  root: unknown;
  readonly #schema: Schema | undefined;
  /** Containers that this patch has copied and may change in place: a path of ten operations is copied once. */
  readonly #mine = new Set<object>();
  #copied = 0;
  #shifted = 0;

  constructor(root: Plain, schema: Schema | undefined) {
    this.root = root;
    this.#schema = schema;
  }

  run(operation: unknown): void {
    if (!isObject(operation))
      throw badRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(operation)} into Go value of type handlers.jsonPatchOp`);
    for (const name of ["op", "path", "from"]) {
      const given = own(operation, name);
      if (given !== undefined && given !== null && typeof given !== "string") {
        throw badRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(given)} into Go struct field jsonPatchOp.${name} of type string`);
      }
    }
    const path = own(operation, "path");
    const value = own(operation, "value");
    switch (own(operation, "op")) {
      case "add":
        this.#add(this.#find(path), value ?? null);
        return;
      case "remove":
        this.#remove(this.#find(path));
        return;
      case "replace":
        this.#replace(path, value ?? null);
        return;
      case "move": {
        const from = this.#find(own(operation, "from"));
        const moved = this.#get(from);
        if (String(path).startsWith(`${own(operation, "from")}/`)) throw doesNotFit(`Cannot move ${own(operation, "from")} into itself`);
        this.#remove(from);
        this.#add(this.#find(path), moved ?? null);
        return;
      }
      case "copy": {
        const copied = this.#get(this.#find(own(operation, "from"))) ?? null;
        this.#copied += jsonSize(copied);
        if (this.#copied > COPIED_BYTES_MAX) throw doesNotFit(`Cannot copy: ${this.#copied} bytes in all exceed ${COPIED_BYTES_MAX}`);
        this.#share(copied);
        this.#add(this.#find(path), copied);
        return;
      }
      case "test":
        this.#test(path, value);
        return;
      default:
        throw doesNotFit(`Cannot run patch operation ${JSON.stringify(own(operation, "op"))}`);
    }
  }

  /** Follows a pointer (RFC 6901) to its last but one token, making each container on the way this patch's own. */
  #find(path: unknown): Place {
    const tokens = typeof path === "string" ? path.split("/") : [];
    if (tokens.length < 2) throw doesNotFit(`Cannot follow path ${JSON.stringify(path)}`);
    let schema = this.#schema;
    let container = this.#own(this.root, schema);
    this.root = container;
    for (let i = 1; i < tokens.length - 1; i++) {
      const place: Place = { container, key: unescaped(tokens[i] as string), schema };
      schema = Array.isArray(container) ? itemSchema(schema) : memberSchema(schema, place.key);
      const next = this.#own(this.#get(place), schema);
      if (Array.isArray(container)) container[indexOf(place.key, container.length)] = next;
      else put(container, place.key, next);
      container = next;
    }
    return { container, key: unescaped(tokens.at(-1) as string), schema };
  }

  #own(value: unknown, schema: Schema | undefined): Plain | unknown[] {
    if (typeof value !== "object" || value === null) throw doesNotFit("Cannot follow a path through a value that is neither object nor array");
    if (this.#mine.has(value)) return value as Plain | unknown[];
    const copy = Array.isArray(value) ? value.slice() : asWritten(shallow(value as Plain), schema);
    this.#mine.add(copy);
    return copy;
  }

  /** Two places now show the same value: it belongs to neither until it is copied again. */
  #share(value: unknown): void {
    if (typeof value !== "object" || value === null || !this.#mine.delete(value)) return;
    for (const part of Array.isArray(value) ? value : Object.values(value)) this.#share(part);
  }

  #get({ container, key, schema }: Place): unknown {
    if (Array.isArray(container)) return container[indexOf(key, container.length)];
    const value = own(container, key);
    return value === undefined && writtenWhenEmpty(fieldOf(schema, key)) ? emptyMap() : value;
  }

  #add({ container, key }: Place, value: unknown): void {
    if (!Array.isArray(container)) put(container, key, value);
    else if (key === "-") container.push(value);
    else container.splice(this.#shift(indexOf(key, container.length + 1), container), 0, value);
  }

  #shift(index: number, array: readonly unknown[]): number {
    this.#shifted += array.length - index;
    if (this.#shifted > SHIFTED_ITEMS_MAX)
      throw tooLarge(`Request entity too large: The insertions and removals of a JSON patch move more than ${SHIFTED_ITEMS_MAX} array items`);
    return index;
  }

  #remove({ container, key, schema }: Place): void {
    if (Array.isArray(container)) {
      container.splice(this.#shift(indexOf(key, container.length), container), 1);
    } else {
      if (!Object.hasOwn(container, key) && !isAlwaysWritten(fieldOf(schema, key))) throw doesNotFit(`Cannot remove ${JSON.stringify(key)}: it isn't there`);
      delete container[key];
    }
  }

  #replace(path: unknown, value: unknown): void {
    if (path === "") {
      if (typeof value !== "object" || value === null) throw doesNotFit("Cannot replace the whole document by a value that is neither object nor array");
      this.root = value;
      return;
    }
    const { container, key } = this.#find(path);
    if (Array.isArray(container)) container[indexOf(key, container.length)] = value;
    else put(container, key, value);
  }

  #test(path: unknown, value: unknown): void {
    const actual = path === "" ? this.root : this.#get(this.#find(path));
    if (!equal(actual ?? null, value ?? null)) throw doesNotFit(`Test of ${JSON.stringify(path)} failed`);
  }
}

/** Takes from a copy what JSON doesn't show of it: an empty string that is as good as none isn't there for a path. */
function asWritten(copy: Plain, schema: Schema | undefined): Plain {
  if (schema?.type !== "struct") return copy;
  for (const key of Object.keys(copy)) {
    const field = schema.byName.get(key);
    if (field && omission(field.schema, field.table).omits?.(copy[key])) delete copy[key];
  }
  return copy;
}

/** Whether JSON writes the field also where it is absent: as `{}`, zero or null. */
function isAlwaysWritten(field: Field | undefined): boolean {
  return field !== undefined && omission(field.schema, field.table).whenAbsent !== "omit";
}

function unescaped(token: string): string {
  return token.includes("~") ? token.replaceAll("~1", "/").replaceAll("~0", "~") : token;
}

/** @returns the index that the token means in an array of that length; negative ones count from its end, which RFC 6902 doesn't know and Kubernetes allows */
function indexOf(token: string, length: number): number {
  const index = /^[+-]?\d{1,9}$/.test(token) ? Number(token) : Number.NaN;
  const found = index < 0 ? index + length : index;
  if (!(found >= 0 && found < length)) throw doesNotFit(`Cannot use ${JSON.stringify(token)} as an index of an array of ${length}`);
  return found === 0 ? 0 : found;
}
