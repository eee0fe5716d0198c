/** The annotation of kubectl's client-side apply, from which a server-side apply by kubectl takes over. */

import { encodeRaw } from "../json/encode.ts";
import { sortedKeys } from "../json/key-order.ts";
import { isObject, own, type Plain, put, shallow } from "../plain.ts";
import { compare } from "./compare.ts";
import { extract } from "./extract.ts";
import { difference, type FieldSet } from "./set.ts";
import { ItemError, type Type } from "./types.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
/** What all annotations of an object may weigh together. */
const ANNOTATIONS_BYTES_MAX = 256 * 1024;

/** @returns the fields that the last client-side apply set and that still have its values; undefined without a readable annotation of this version */
export function allowedByLastApplied(type: Type, live: Plain, apiVersion: string): FieldSet | undefined {
  const text = lastApplied(live);
  if (!text) return undefined;
  try {
    const document: unknown = JSON.parse(text);
    if (!isObject(document) || own(document, "apiVersion") !== apiVersion) return undefined;
    const { added, modified, removed } = compare(type, document, live);
    return difference(difference(difference(extract(type, document), modified), added), removed);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ItemError) return undefined;
    throw error;
  }
}

/** @returns the object whose annotation, where it has one, says what is applied now; without it where it would be too large */
export function withLastApplied(object: Plain, patch: Plain): Plain {
  if (!lastApplied(object)) return object;
  const metadata = shallow(object.metadata as Plain);
  const annotations = shallow(metadata.annotations as Plain);
  metadata.annotations = annotations;
  put(annotations, LAST_APPLIED, `${encodeRaw(inOrder(withoutAnnotation(patch)))}\n`);
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) bytes += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  if (bytes > ANNOTATIONS_BYTES_MAX) delete annotations[LAST_APPLIED];
  return { ...object, metadata };
}

function lastApplied(object: Plain): string | undefined {
  const annotations = isObject(object.metadata) ? object.metadata.annotations : undefined;
  const text = isObject(annotations) ? own(annotations, LAST_APPLIED) : undefined;
  return typeof text === "string" ? text : undefined;
}

function withoutAnnotation(patch: Plain): Plain {
  if (lastApplied(patch) === undefined) return patch;
  const metadata = shallow(patch.metadata as Plain);
  const annotations = shallow(metadata.annotations as Plain);
  delete annotations[LAST_APPLIED];
  return { ...patch, metadata: { ...metadata, annotations } };
}

/** @returns the value with its members by name, as Go writes maps */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  const sorted: Plain = Object.create(null);
  for (const key of sortedKeys(value)) sorted[key] = inOrder(value[key]);
  return sorted;
}
