/** What the server itself says of an object, and what an endpoint doesn't own put back as it was. */

import type { Kind, KubeObject, Metadata } from "../../../api/kind.ts";
import { timestamp } from "../../../machinery/clock.ts";
import { equal } from "../../../machinery/plain.ts";
import { equalBySchema } from "../../../machinery/schema/equal.ts";
import type { Schema } from "../../../machinery/schema/schema.ts";
import { memberSchema } from "../../../machinery/schema/walk.ts";
import { specialOf } from "../../registry/special.ts";
import type { Write } from "./write.ts";

/** Members of an object as generic code sees them. */
type Members = Record<string, unknown>;

/** Before defaults and ownership: what a client may not say of a new object. */
export function wipeSystemFields({ metadata }: KubeObject): void {
  delete metadata.uid;
  delete metadata.creationTimestamp;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete (metadata as Members).selfLink;
}

export function prepare(write: Write): void {
  if (write.last) prepareUpdate(write, write.last);
  else prepareCreate(write);
  specialOf(write.kind)?.guard?.(write);
}

function prepareCreate({ call, kind, next }: Write): void {
  const { clock, random } = call.context;
  next.metadata.uid = random.uuid();
  next.metadata.creationTimestamp = timestamp(clock.now());
  if (kind.rules.generation) next.metadata.generation = 1;
  kind.rules.prepareCreate?.(next);
}

function prepareUpdate(write: Write, last: KubeObject): void {
  const { call, kind, subresource, rules, next } = write;
  const context = { now: call.context.clock.now() };
  if (last.metadata.generation === undefined) delete next.metadata.generation;
  else next.metadata.generation = last.metadata.generation;
  if (subresource === "") kind.rules.prepareUpdate?.(next, last, context);
  else rules?.prepareUpdate?.(next, last, context);
  keepSystemFields(next.metadata, last.metadata);
  if (subresource === "status") return;
  write.sameSpec = sameSpec(kind, next, last);
  if (kind.rules.generation && !write.sameSpec) next.metadata.generation = Number(last.metadata.generation ?? 0) + 1;
}

function keepSystemFields(next: Metadata, last: Metadata): void {
  next.uid ||= last.uid ?? "";
  delete (next as Members).selfLink;
  if (last.creationTimestamp) next.creationTimestamp = last.creationTimestamp;
  if (last.deletionTimestamp) next.deletionTimestamp = last.deletionTimestamp;
  if (last.deletionGracePeriodSeconds !== undefined) next.deletionGracePeriodSeconds ??= last.deletionGracePeriodSeconds;
}

const SPEC: readonly string[] = ["spec"];

/** Whether the objects mean the same at all these places. */
function sameAt({ schema }: Kind, paths: readonly string[], next: KubeObject, last: KubeObject): boolean {
  return paths.every((path) => {
    let at: Schema | undefined = schema;
    let [a, b]: unknown[] = [next, last];
    for (const name of path.split(".")) {
      at = memberSchema(at, name);
      [a, b] = [(a as Members | undefined)?.[name], (b as Members | undefined)?.[name]];
    }
    return at ? equalBySchema(at, a, b) : equal(a, b);
  });
}

/** Whether what the generation counts is as it was; false for kinds that don't count one. */
function sameSpec(kind: Kind, next: KubeObject, last: KubeObject): boolean {
  const { generation } = kind.rules;
  if (!generation) return false;
  return typeof generation === "function" ? equal(generation(next), generation(last)) : sameAt(kind, generation === true ? SPEC : generation, next, last);
}
