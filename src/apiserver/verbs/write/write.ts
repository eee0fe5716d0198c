/** One object on its way into the store, and the steps that take it there. */

import type { Kind, KubeObject, SubresourceRules } from "../../../api/kind.ts";
import type { Change, Condition } from "../../../storage/store.ts";
import type { KindCache } from "../../cache/kind-cache.ts";
import type { CachedObject } from "../../cache/watch-cache.ts";
import type { Call } from "../../call.ts";
import type { WriteOptions } from "./options.ts";

export interface Write {
  readonly call: Call;
  /** The kind at the path, in whose form `next` and `last` are. */
  readonly kind: Kind;
  /** `status`, or "" for the object itself. */
  readonly subresource: string;
  /** The declared rules of the subresource. */
  readonly rules: SubresourceRules<KubeObject> | undefined;
  readonly operation: "CREATE" | "UPDATE";
  readonly namespace: string;
  /** Mutating admission may give a new object another. */
  name: string;
  /** The server chose the name of a new object. */
  readonly generated: boolean;
  readonly options: WriteOptions;
  /** What stands in the store; shared with others, so never changed. */
  readonly last: KubeObject | undefined;
  readonly cached: CachedObject | undefined;
  /** What shall stand there: ours to change. */
  next: KubeObject;
  /** How the object came: an apply has already said who owns what. */
  readonly ownershipSettled: boolean;
  /** What else the same transaction finds and does. */
  readonly also: {
    readonly if: Condition[];
    readonly then: Change[] /** Of what `then` changes: they show it once the write is answered. */;
    readonly caches: KindCache[];
  };
  /** Called when the steps have ended, however they ended. */
  readonly ends: (() => void)[];
  /** Set once the object is prepared: what the generation counts is as it was. */
  sameSpec: boolean;
  /** Set by the last step: the object as it is answered. */
  result: Buffer | undefined;
}

/** A step changes `next`, or throws a StatusError; it can't skip the one after it. */
export type WriteStep = (write: Write) => void | Promise<void> | undefined;
