/** What a deletion does to an object: removes it, marks it for whoever has to clean up first, or nothing more than is under way. */

import type { Kind, KubeObject, Metadata } from "../../api/kind.ts";
import { timestamp } from "../../machinery/clock.ts";
import { specialOf } from "./special.ts";
import { orphansByDefault } from "./traits.ts";

const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";
/** Resources whose dependents are never looked at, so that no finalizer is set that nobody would clear. */
const WITHOUT_COLLECTION: ReadonlySet<string> = new Set(["/events", "events.k8s.io/events"]);

export interface DeleteOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: "Orphan" | "Background" | "Foreground" | undefined;
  readonly orphanDependents: boolean | undefined;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
  readonly dryRun: boolean;
  /** To be given up although, or rather because, it can't be read. */
  readonly ignoreReadErrors?: boolean;
}

export type Deletion =
  /** `last` is what it is shown as, where that isn't what stands: a pod that had to go at once was first told so. */
  | { readonly kind: "remove"; readonly last?: KubeObject }
  /** `object` is what shall stand: the caller's copy, changed. */
  | { readonly kind: "mark"; readonly object: KubeObject }
  | { readonly kind: "pending" };

/** @param object a copy that may be changed */
export function decideDeletion(kind: Kind, object: KubeObject, options: DeleteOptions, now: number): Deletion {
  const { metadata } = object;
  const first = !metadata.deletionTimestamp;
  const special = specialOf(kind);
  if (special?.terminate && first) {
    setFinalizers(metadata, finalizersFor(kind, metadata, options));
    metadata.deletionTimestamp = timestamp(now);
    special.terminate(object);
    return { kind: "mark", object };
  }
  if (special?.mayVanish?.(object) === false) return { kind: "pending" };
  const grace = graceOf(kind, object, options, now);
  if (grace === "pending") return { kind: "pending" };
  const finalizers = finalizersFor(kind, metadata, options);
  setFinalizers(metadata, finalizers);
  if (grace !== undefined) {
    setGrace(metadata, grace.seconds, grace.at);
    return finalizers.length === 0 && grace.seconds === 0 ? { kind: "remove", last: object } : { kind: "mark", object };
  }
  if (finalizers.length === 0) return { kind: "remove" };
  markDeleting(metadata, now);
  return { kind: "mark", object };
}

/** @returns whether an update that leaves this object completes a deletion that waited for finalizers */
export function completesDeletion(kind: Kind, next: KubeObject, last: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = last.metadata;
  if (next.metadata.finalizers?.length || !deletionTimestamp || (deletionGracePeriodSeconds !== undefined && Number(deletionGracePeriodSeconds) !== 0))
    return false;
  return specialOf(kind)?.mayVanish?.(next) ?? true;
}

/** Graceful deletion, for kinds that have it. @returns undefined where there is none, "pending" where one is under way that this request can't hasten */
function graceOf(kind: Kind, object: KubeObject, options: DeleteOptions, now: number): { seconds: number; at: number } | "pending" | undefined {
  const { deletionGraceSeconds } = kind.rules;
  const { metadata } = object;
  if (!deletionGraceSeconds) return undefined;
  const asked = options.gracePeriodSeconds !== undefined && options.gracePeriodSeconds < 0 ? 1 : options.gracePeriodSeconds;
  if (!metadata.deletionTimestamp) {
    const seconds = deletionGraceSeconds(object, asked);
    if (metadata.generation) metadata.generation = Number(metadata.generation) + 1;
    return { seconds, at: now + seconds * 1000 };
  }
  const given = Number(metadata.deletionGracePeriodSeconds ?? 0);
  if (given === 0) return undefined;
  if (asked === undefined || asked >= given) return "pending";
  const at = Date.parse(metadata.deletionTimestamp) + (asked - given) * 1000;
  if (at >= now) return { seconds: asked, at };
  return { seconds: asked === 0 ? 0 : 1, at: now };
}

function setFinalizers(metadata: Metadata, finalizers: string[]): void {
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
}

function setGrace(metadata: Metadata, seconds: number, at: number): void {
  metadata.deletionTimestamp = timestamp(at);
  metadata.deletionGracePeriodSeconds = seconds;
}

/** Sets the time of a deletion that only finalizers hold up. */
function markDeleting(metadata: Metadata, now: number): void {
  if (!metadata.deletionTimestamp && metadata.generation) metadata.generation = Number(metadata.generation) + 1;
  if (!metadata.deletionTimestamp || Date.parse(metadata.deletionTimestamp) > now) metadata.deletionTimestamp = timestamp(now);
  metadata.deletionGracePeriodSeconds = 0;
}

/**
 * The finalizers with the collector's two set or cleared: what the request says counts, then what stands there. A namespace's first deletion
 * takes "not orphaned" for "foreground", as Kubernetes' own code for it does (pkg/registry/core/namespace/storage).
 */
function finalizersFor(kind: Kind, { finalizers = [], deletionTimestamp }: Metadata, { propagationPolicy, orphanDependents }: DeleteOptions): string[] {
  const rest = finalizers.filter((one) => one !== ORPHAN && one !== FOREGROUND);
  if (WITHOUT_COLLECTION.has(`${kind.group}/${kind.resource}`)) return [...finalizers];
  const standing = finalizers.find((one) => one === ORPHAN || one === FOREGROUND);
  let added: string | undefined;
  if (orphanDependents !== undefined) added = orphanDependents ? ORPHAN : kind.resource === "namespaces" && !deletionTimestamp ? FOREGROUND : undefined;
  else if (propagationPolicy !== undefined) added = propagationPolicy === "Orphan" ? ORPHAN : propagationPolicy === "Foreground" ? FOREGROUND : undefined;
  else added = standing ?? (orphansByDefault(kind) ? ORPHAN : undefined);
  const wanted = added ? [...rest, added] : rest;
  const same = wanted.length === finalizers.length && wanted.every((one) => finalizers.includes(one));
  return same ? [...finalizers] : wanted;
}
