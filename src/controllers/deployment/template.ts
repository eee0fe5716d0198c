/** Pod templates: when two are the same, and the name that a replica set gets from its template. */

import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Deployment, ReplicaSet } from "../../api/tables/apps-v1.ts";
import type { PodTemplateSpec } from "../../api/tables/core-v1.ts";

export const HASH_LABEL = "pod-template-hash";
/** Letters and digits without vowels and look-alikes, as Kubernetes' generated names have them: no words, and none that hurt. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const HASH_LENGTH = 10;

/** @param collisions how often the name was found taken by another template */
export function templateHash(template: PodTemplateSpec, collisions: number): string {
  const digest = createHash("sha256").update(canonical(template)).update(`\0${collisions}`).digest();
  return Array.from({ length: HASH_LENGTH }, (_, index) => ALPHABET[(digest[index] ?? 0) % ALPHABET.length]).join("");
}

/** The replica set's own hash label apart. */
export function sameTemplate(deployment: Deployment, set: ReplicaSet): boolean {
  const { [HASH_LABEL]: _, ...labels } = set.spec.template?.metadata?.labels ?? {};
  const bare = { ...set.spec.template, metadata: { ...set.spec.template?.metadata, labels } };
  const wanted = deployment.spec.template;
  return isDeepStrictEqual(plain(bare), plain({ ...wanted, metadata: { ...wanted.metadata, labels: wanted.metadata?.labels ?? {} } }));
}

function plain(value: unknown): unknown {
  return JSON.parse(canonical(value));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : typeof member === "bigint"
        ? String(member)
        : member,
  );
}
