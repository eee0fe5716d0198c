/** What the rules of a kind make of a written object, without a server: values in, values out. */

import { kinds } from "../../src/api/index.ts";
import type { Kind, KubeObject } from "../../src/api/kind.ts";
import { decode } from "../../src/machinery/json/decode.ts";
import { encode } from "../../src/machinery/json/encode.ts";

const MADE = "2026-01-01T00:00:00Z";
export const NOW = Date.parse(MADE);

export interface Written {
  /** As a client reads it. */
  readonly object: Record<string, unknown>;
  /** `type field: message` */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

export function kindFor(apiVersion: string, name: string): Kind {
  const found = kinds.find((kind) => kind.apiVersion === apiVersion && kind.name === name);
  if (!found) throw new Error(`No kind ${name} in ${apiVersion}`);
  return found;
}

/** A write as the server runs it: decoding, defaults, preparation, validation. @param yours the object as a client sends it, with apiVersion and kind */
export function create(yours: object): Written {
  const { kind, object } = read(yours);
  object.metadata.creationTimestamp = MADE;
  kind.rules.prepareCreate?.(object);
  const errors = [...(kind.rules.validate?.(object, { now: NOW }) ?? []), ...(kind.rules.validateCreate?.(object, { now: NOW }) ?? [])];
  return written(kind, object, errors, kind.rules.warnings?.(object, undefined) ?? []);
}

/** @param before the stored object, as a client would send it; @param endpoint a subresource, or empty for the object's own */
export function update(before: object, yours: object, endpoint = ""): Written {
  const { kind, object: last } = read(before);
  kind.rules.defaults?.(last);
  const { object: next } = read(yours);
  const frozen = JSON.stringify(last);
  const rules = kind.rules.subresources?.[endpoint];
  const context = { now: NOW };
  if (endpoint === "") kind.rules.prepareUpdate?.(next, last, context);
  else rules?.prepareUpdate?.(next, last, context);
  const own = endpoint === "" ? (kind.rules.validate?.(next, context) ?? []) : [];
  const change = endpoint === "" ? kind.rules.validateUpdate?.(next, last, context) : rules?.validateUpdate?.(next, last, context);
  const warnings = endpoint === "" ? kind.rules.warnings?.(next, last) : rules?.warnings?.(next, last);
  if (JSON.stringify(last) !== frozen) throw new Error("The rules changed the stored object");
  return written(kind, next, [...own, ...(change ?? [])], warnings ?? []);
}

function read(object: object): { kind: Kind; object: KubeObject } {
  const { apiVersion, kind: name } = object as KubeObject;
  const kind = kindFor(apiVersion ?? "", name ?? "");
  const decoded = decode<KubeObject>(JSON.stringify(object), kind.schema).value;
  kind.rules.defaults?.(decoded);
  return { kind, object: decoded };
}

function written(kind: Kind, object: KubeObject, errors: readonly { type: string; field: string; message: string }[], warnings: readonly string[]): Written {
  return {
    object: JSON.parse(encode(object, kind.schema).toString()),
    errors: errors.map(({ type, field, message }) => `${type} ${field}: ${message}`),
    warnings,
  };
}
