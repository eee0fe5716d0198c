/** An admission plug-in: one file, one declared value, one line in the folder's list. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import type { Attributes } from "../attributes.ts";
import type { Reader } from "../reader.ts";
import type { User } from "../user.ts";

/** What else is done with the write that is being judged. */
export interface Alongside {
  /** Stores another object in the same transaction; where that no longer stands at its resourceVersion, the whole write runs again. */
  put(group: string, resource: string, object: KubeObject): void;
  /** Calls back once this attempt to write has ended, however it ended. */
  atEnd(callback: () => void): void;
}

export interface AdmissionRequest {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly user: User;
  readonly attributes: Attributes;
  /** The kind of the object in hand (for a subresource such as `pods/binding` that of the body). */
  readonly kind: Kind;
  readonly resource: { readonly group: string; readonly resource: string };
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** The new object: the server's own copy, which a mutating plug-in may change. Undefined for deletes. */
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
  readonly dryRun: boolean;
  readonly reader: Reader;
  /** Only where the request is about to be stored: while validating creates and updates. */
  readonly also?: Alongside | undefined;
  /** Adds a `Warning` header. */
  warn(message: string): void;
  /** Adds an audit annotation. */
  annotate(key: string, value: string): void;
}

export interface AdmissionPlugin {
  readonly name: string;
  /** `resource.group` or `resource/subresource` names that the plug-in wants to see; `*` for all. */
  readonly on: readonly string[];
  readonly operations: readonly AdmissionRequest["operation"][];
  /** May change `object`; throws a StatusError to refuse. */
  mutate?(request: AdmissionRequest): void | Promise<void>;
  /** Throws a StatusError to refuse. */
  validate?(request: AdmissionRequest): void | Promise<void>;
}
