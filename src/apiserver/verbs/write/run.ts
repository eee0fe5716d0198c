/** Runs a write's steps, again from the newest object for as long as others come first and the request doesn't insist on one version. */

import { setImmediate } from "node:timers/promises";
import type { Kind, KubeObject, SubresourceRules } from "../../../api/kind.ts";
import { unclassified } from "../../../machinery/patch/failures.ts";
import { invalid } from "../../../machinery/status/field-error.ts";
import { conflict, invalidObject, notFound } from "../../../machinery/status/status-error.ts";
import type { CachedObject } from "../../cache/watch-cache.ts";
import type { Call } from "../../call.ts";
import { mustNameVersion } from "../../registry/traits.ts";
import { revisionOf } from "../query.ts";
import { ConflictError } from "./conflict-error.ts";
import type { WriteOptions } from "./options.ts";
import { write as steps } from "./steps.ts";
import type { Write, WriteStep } from "./write.ts";

/** More than any number of writers that meet on one object. */
const ATTEMPTS_MAX = 100;
/** A large write that has held the event loop for so long lets others go first, between two steps. */
const TURN_MAX_MS = 10;
export const CHANGED = "the object has been modified; please apply your changes to the latest version and try again";

export interface Attempt {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly options: WriteOptions;
  readonly generated?: boolean;
  readonly subresource?: string;
  readonly rules?: SubresourceRules<KubeObject> | undefined;
  readonly ownershipSettled?: boolean;
  /** The new object is made from the one that stands there: it is made again when that has changed. */
  readonly relative?: true;
  /** Other steps than those of every write. */
  readonly steps?: readonly WriteStep[];
}

/** Stores a new object. Throws a 409 StatusError where one stands there. @param heldMs for how long reading it has held the event loop. @returns its bytes */
export async function runCreate(call: Call, attempt: Attempt, next: KubeObject, heldMs: number): Promise<Buffer> {
  return runSteps(attempt, newWrite(call, attempt, next, undefined, undefined), heldMs);
}

export interface Change {
  /** Makes the new object from the one that stands there, which it must not change; undefined where there is none. May throw a StatusError. */
  from(last: KubeObject | undefined, cached: CachedObject | undefined): KubeObject | Promise<KubeObject>;
  /** Where nothing stands there: whether the object is then created. Called once at most. */
  mayCreate?(): boolean | Promise<boolean>;
}

/** @returns the bytes of the object as it then stands, and whether this made it */
export async function runChange(call: Call, attempt: Attempt, change: Change): Promise<{ bytes: Buffer; created: boolean }> {
  const { kind, namespace, name } = attempt;
  const cache = call.context.caches.of(kind);
  await cache.ready();
  let fresh = false;
  for (let tries = 1; ; tries++) {
    const cached = cache.get(namespace, name);
    if (!cached && !fresh) {
      await cache.waitForPresent(); // The object may be newer than the cache.
      fresh = true;
      continue;
    }
    if (!cached && !(await change.mayCreate?.())) throw notFound(kind, name);
    const began = call.context.clock.now();
    const last = cached && cache.view<KubeObject>(cached);
    const next = await change.from(last, cached);
    const insisted = last && settleVersion(attempt, next, cached!.resourceVersion);
    if (insisted === "other") {
      if (fresh) throw conflict(kind, name, CHANGED);
      await cache.waitForPresent();
      fresh = true;
      continue;
    }
    try {
      return { bytes: await runSteps(attempt, newWrite(call, attempt, next, last, cached), call.context.clock.now() - began), created: !cached };
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      const changed = insisted === "this" && !attempt.relative && !error.elsewhere && cache.get(namespace, name); // What is gone isn't changed: it isn't found.
      if (changed || tries >= ATTEMPTS_MAX) throw conflict(kind, name, CHANGED);
    }
  }
}

/** What the new object says of the version that it replaces; where it says nothing, any will do. */
function settleVersion({ kind, subresource }: Attempt, next: KubeObject, standing: number): "any" | "this" | "other" {
  const asked = revisionOf(next.metadata.resourceVersion ?? "", unclassified);
  if (asked === undefined || asked === 0) {
    if (mustNameVersion(kind) && subresource !== "scale") {
      const errors = [invalid("metadata.resourceVersion", 0, "must be specified for an update")];
      throw invalidObject({ group: kind.group, kind: kind.resource }, next.metadata.name ?? "", errors);
    }
    next.metadata.resourceVersion = String(standing);
    return "any";
  }
  return asked === standing ? "this" : "other";
}

/** Between two steps the writes that came together take turns, so that they go through each step one after the other. @param heldMs for how long this write has held the event loop */
async function runSteps(attempt: Attempt, write: Write, heldMs: number): Promise<Buffer> {
  const { clock } = write.call.context;
  let held = heldMs;
  try {
    for (const step of attempt.steps ?? steps) {
      if (held >= TURN_MAX_MS) {
        await setImmediate();
        held = 0;
      }
      const began = clock.now();
      const pending = step(write);
      held += clock.now() - began;
      await pending;
    }
  } finally {
    for (const end of write.ends) end();
  }
  return write.result!;
}

function newWrite(call: Call, attempt: Attempt, next: KubeObject, last: KubeObject | undefined, cached: CachedObject | undefined): Write {
  const { kind, namespace, name, options, generated = false, subresource = "", rules, ownershipSettled = false } = attempt;
  return {
    call,
    kind,
    subresource,
    rules,
    operation: last ? "UPDATE" : "CREATE",
    namespace,
    name,
    generated,
    options,
    last,
    cached,
    next,
    ownershipSettled,
    also: { if: [], then: [], caches: [] },
    ends: [],
    sameSpec: false,
    result: undefined,
  };
}
