/** Records events about objects: the same one again counts up instead of standing twice; a flood about one object is cut. */

import type { KubeObject } from "../api/kind.ts";
import type { ResourceName } from "../api/resource.ts";
import { type Clock, timestamp } from "../machinery/clock.ts";
import { StatusError } from "../machinery/status/status-error.ts";
import type { Client } from "./client.ts";

/** Kubernetes' own numbers: a burst of 25 an object, then one every five minutes. */
const BURST = 25;
const REFILL_MS = 5 * 60_000;
const REMEMBERED = 4096;

const EVENTS: ResourceName = { group: "", version: "v1", apiVersion: "v1", kind: "Event", resource: "events", namespaced: true };

export interface NoteFacts {
  readonly about: KubeObject;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** The part of the object that it is about: `spec.containers{web}`. */
  readonly fieldPath?: string;
}

interface Known {
  name: string;
  count: number;
}

export interface Recorder {
  /** Writes in the background; a failure is told to `onError` and otherwise forgotten: events are best effort. */
  note(component: string, facts: NoteFacts): void;
}

export interface RecorderOptions {
  readonly client: (component: string) => Client;
  readonly clock: Clock;
  /** The node, for events of a node agent. */
  readonly host?: string;
  onError(error: unknown): void;
}

export function createRecorder({ client, clock, host, onError }: RecorderOptions): Recorder {
  const known = new Map<string, Known>();
  const buckets = new Map<string, { tokens: number; at: number }>();
  let serial = clock.now() * 1000;

  function allowed(source: string): boolean {
    const now = clock.now();
    const bucket = buckets.get(source) ?? { tokens: BURST, at: now };
    bucket.tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) / REFILL_MS);
    bucket.at = now;
    buckets.delete(source);
    buckets.set(source, bucket);
    forgetOldest(buckets);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  async function write(component: string, { about, type, reason, message, fieldPath }: NoteFacts): Promise<void> {
    const { name = "", namespace, uid, resourceVersion } = about.metadata;
    const key = [component, about.kind, namespace, name, uid, fieldPath, type, reason, message].join("\0");
    const now = timestamp(clock.now());
    const space = namespace ?? "default";
    const earlier = known.get(key);
    if (earlier) {
      try {
        earlier.count++;
        await client(component).json(
          "PATCH",
          `/api/v1/namespaces/${space}/events/${earlier.name}`,
          { count: earlier.count, lastTimestamp: now },
          "application/merge-patch+json",
        );
        return;
      } catch (error) {
        if (!(error instanceof StatusError && error.status.code === 404)) throw error;
        known.delete(key);
      }
    }
    const event = {
      kind: EVENTS.kind,
      apiVersion: EVENTS.apiVersion,
      metadata: { name: `${name}.${(serial++).toString(16)}`, namespace: space },
      involvedObject: { kind: about.kind, apiVersion: about.apiVersion, namespace, name, uid, resourceVersion, ...(fieldPath && { fieldPath }) },
      reason,
      message,
      type,
      source: { component, ...(host && { host }) },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      reportingComponent: component,
      reportingInstance: host ?? "",
    };
    known.set(key, { name: event.metadata.name, count: 1 });
    forgetOldest(known);
    await client(component).json("POST", `/api/v1/namespaces/${space}/events`, event);
  }

  return {
    note(component, facts) {
      if (!allowed(`${component}\0${facts.about.metadata.uid}`)) return;
      write(component, facts).catch(onError);
    },
  };
}

function forgetOldest(map: Map<string, unknown>): void {
  const oldest = map.keys().next();
  if (map.size > REMEMBERED && !oldest.done) map.delete(oldest.value);
}
