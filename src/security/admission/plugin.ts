/** An admission plug-in: one file, one declared value, one line in the folder's list. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import type { TracedCall } from "../../machinery/webhook.ts";
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

/** The versions that a resource is served in, for those who ask about it in another. */
export interface Equivalents {
  /** Where else the same object could be had at the same subresource, and as which kind; the request's own left out. */
  kinds(): readonly Equivalent[];
  /** @param to one of `kinds`, or the request's own. @returns another object, or the same where nothing differs. Throws where it can't be converted */
  convert(object: KubeObject, from: Kind, to: Kind): KubeObject | Promise<KubeObject>;
}

export interface Equivalent {
  /** The path's resource. */
  readonly served: { readonly group: string; readonly version: string; readonly resource: string };
  /** The kind of the object in hand there. */
  readonly kind: Kind;
}

/** How often a request's mutating plug-ins have run: a webhook's change lets all of them run once more. */
export interface Rounds {
  /** 0, or 1 the second time. */
  readonly round: 0 | 1;
  /** Lets all mutating plug-ins run again once the first round has ended. */
  again(): void;
  /** What a plug-in keeps from one round to the next, by its name. */
  readonly kept: Map<string, unknown>;
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
  /** CreateOptions, UpdateOptions or DeleteOptions as the client gave them; undefined for a connection. */
  readonly options: Readonly<Record<string, unknown>> | undefined;
  readonly equivalents: Equivalents;
  readonly rounds: Rounds;
  /** When the request's own time is over, in milliseconds since 1970; undefined for one that lasts as long as its client likes. */
  readonly deadline: number | undefined;
  /** Aborted when the client goes away. */
  readonly gone: AbortSignal;
  /** Begins a call to another server; undefined where the request isn't traced. */
  traced?(): TracedCall | undefined;
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
