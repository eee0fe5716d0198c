/** An admission plug-in: one file, one declared value, one line in the folder's list. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import type { Attributes } from "../attributes.ts";
import type { Reader } from "../reader.ts";
import type { User } from "../user.ts";

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
