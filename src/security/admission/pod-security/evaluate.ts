/** What a pod violates at a level of the Pod Security Standards, in any of their versions. */

import type { PodSpec } from "../../../api/tables/core-v1.ts";
import type { ObjectMeta } from "../../../api/tables/meta-v1.ts";
import { BASELINE } from "./baseline.ts";
import type { Check, CheckPod, CheckVersion, Level, Violation } from "./check.ts";
import { RESTRICTED } from "./restricted.ts";

/** The newest version that any check has; later ones, and `latest`, mean this. */
const NEWEST = Math.max(...[...BASELINE, ...RESTRICTED].flatMap((check) => check.versions.map(({ since }) => since)));

const byId = (a: Check, b: Check) => (a.id < b.id ? -1 : 1);
const inForce = (check: Check, minor: number): CheckVersion | undefined => check.versions.findLast(({ since }) => since <= minor);

function checksOf(level: "baseline" | "restricted", minor: number): CheckPod[] {
  const restricted = level === "restricted" ? RESTRICTED.toSorted(byId).flatMap((check) => inForce(check, minor) ?? []) : [];
  const overridden = new Set(restricted.flatMap(({ overrides }) => overrides ?? []));
  const baseline = BASELINE.filter(({ id }) => !overridden.has(id))
    .toSorted(byId)
    .flatMap((check) => inForce(check, minor) ?? []);
  return [...baseline, ...restricted].map(({ check }) => check);
}

const known = new Map<string, readonly CheckPod[]>();

/** @param minor of the standards' version; undefined for the latest. @returns every violation, baseline first */
export function violations(level: Level, minor: number | undefined, spec: PodSpec, metadata: ObjectMeta): Violation[] {
  if (level === "privileged") return [];
  const version = Math.min(minor ?? NEWEST, NEWEST);
  return known.getOrInsertComputed(`${level} ${version}`, () => checksOf(level, version)).flatMap((check) => check(spec, metadata) ?? []);
}

/** @returns the violations in Kubernetes' words: `hostPort (container "a" uses hostPort 80), privileged (…)` */
export function describe(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(", ");
}
