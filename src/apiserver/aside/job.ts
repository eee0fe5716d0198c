/** What is done in another thread, as the two sides tell each other of it: plain data and bytes. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import type { ExpressionAnswer, ExpressionJob } from "../../security/admission/policies/elsewhere.ts";
import { servable } from "../cache/stored-object.ts";
import { decodeStored, encodeStored } from "../registry/codec.ts";
import type { Verdict } from "../registry/verdict.ts";

/** Where the other thread finds a kind: among those that are built in, or in a definition. */
export interface KindSource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Of a custom resource: the definition's JSON, and what tells it from any other. */
  readonly definition?: { readonly id: string; readonly json: Uint8Array };
}

/** An object as it is stored, and the member that is left out there. */
export interface Packed {
  readonly bytes: Uint8Array;
  readonly resourceVersion: string | undefined;
}

export interface ValidationJob {
  readonly kind: KindSource;
  readonly subresource: string;
  readonly next: Packed;
  readonly last: Packed | undefined;
  readonly now: number;
  readonly sameSpec: boolean;
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
}

export type Job = { readonly validation: ValidationJob } | { readonly expression: ExpressionJob };
export type Answer = { readonly verdict: Verdict } | { readonly evaluated: ExpressionAnswer };

export function sourceOf({ group, version, resource, definition }: Kind): KindSource {
  if (!definition) return { group, version, resource };
  const { id, bytes } = definition();
  return { group, version, resource, definition: { id, json: new Uint8Array(bytes) } }; // A copy: messages take the whole memory that bytes are a part of.
}

export function pack(kind: Kind, object: KubeObject): Packed {
  return { bytes: new Uint8Array(encodeStored(kind, object)), resourceVersion: object.metadata.resourceVersion };
}

export function unpack(kind: Kind, { bytes, resourceVersion }: Packed): KubeObject {
  const object = decodeStored(kind, servable(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0).bytes);
  object.metadata ??= {};
  if (resourceVersion === undefined) delete object.metadata.resourceVersion;
  else object.metadata.resourceVersion = resourceVersion;
  return object;
}
