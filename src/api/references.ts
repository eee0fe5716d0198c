/**
 * Which fields refer to something else: other objects, and what a node or the world outside has only one of (its paths, its ports, host
 * names). Whoever checks what an object borrows walks these marks and not a list of fields of its own.
 */

import type { Kind, KubeObject } from "./kind.ts";
import { type Members, type Plan, planner } from "./meta/plan.ts";
import { marks, type ReferenceMark } from "./references/marks.ts";
import { resources } from "./tables/resources.ts";

export interface Reference {
  /** `spec.volumes[0].secret.secretName`; for a reference that is a struct, that of the struct. */
  readonly path: string;
  /**
   * `secrets`, `priorityclasses.scheduling.k8s.io`; for a kind that isn't built in its name and group, `Widget.example.com`. What isn't
   * an object begins with `host/` or `external/`.
   */
  readonly to: string;
  /** Empty for what is in no namespace. */
  readonly namespace: string;
  readonly name: string;
}

const planOf = planner<ReferenceMark>((struct, field) => marks.get(`${struct.id}.${field.name}`));

/** @returns every reference in the object that is set, in the order of its fields */
export function* references(kind: Kind, object: KubeObject): Generator<Reference> {
  yield* walk(planOf(kind.schema), object as unknown as Members, "", object.metadata.namespace ?? ""); // The plan names the members.
}

function* walk(plan: Plan<ReferenceMark>, holder: Members, at: string, namespace: string): Generator<Reference> {
  const prefix = at === "" ? "" : `${at}.`;
  for (const { field, mark } of plan.own) yield* read(mark, holder, field.name, prefix + field.name, namespace);
  for (const { name, shape, plan: inner } of plan.below) {
    const value = holder[name];
    if (value === undefined || value === null) continue;
    if (shape === "struct") yield* walk(inner, value as Members, prefix + name, namespace);
    else if (shape === "list") for (const [i, item] of (value as Members[]).entries()) yield* walk(inner, item, `${prefix}${name}[${i}]`, namespace);
    else for (const [key, item] of Object.entries(value as Record<string, Members>)) yield* walk(inner, item, `${prefix}${name}[${key}]`, namespace);
  }
}

function* read(mark: ReferenceMark, holder: Members, name: string, path: string, namespace: string): Generator<Reference> {
  const value = holder[name];
  const besides = mark.namespaceIn === undefined ? undefined : holder[mark.namespaceIn];
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* one(mark, item, `${path}[${i}]`, namespace);
  else yield* one(mark, value, path, typeof besides === "string" && besides !== "" ? besides : namespace);
}

/** A name, a switch that is on, or a struct that says more of what it means. */
function* one(mark: ReferenceMark, value: unknown, path: string, namespace: string): Generator<Reference> {
  if (typeof value === "string" && value !== "") yield { path, to: mark.to, namespace: place(mark.to, namespace), name: value };
  else if (value === true || (typeof value === "number" && value !== 0)) yield { path, to: mark.to, namespace: "", name: String(value) };
  if (typeof value !== "object" || value === null) return;
  const said = value as { kind?: string; name?: string; namespace?: string; apiGroup?: string; apiVersion?: string };
  const to = mark.to === "" ? targetOf(said, mark.kind) : mark.to;
  if (said.name && to !== undefined) yield { path, to, namespace: place(to, said.namespace || namespace), name: said.name };
}

/** @returns the resource that a reference names by its kind; undefined where it names a user or group, or nothing */
function targetOf({ kind = "", apiGroup, apiVersion = "" }: { kind?: string; apiGroup?: string; apiVersion?: string }, defaultKind = ""): string | undefined {
  const name = kind || defaultKind;
  if (name === "" || name === "User" || name === "Group") return undefined;
  const group = apiGroup ?? (apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "");
  return byKind.get(`${group}/${name}`) ?? (group ? `${name}.${group}` : name);
}

const full = (group: string, resource: string): string => (group ? `${resource}.${group}` : resource);
const byKind = new Map(resources.map(({ group, kind, resource }) => [`${group}/${kind}`, full(group, resource)]));
const clusterWide = new Set(resources.filter(({ namespaced }) => !namespaced).map(({ group, resource }) => full(group, resource)));

/** A cluster's objects, and what is no object, are in no namespace. */
function place(to: string, namespace: string): string {
  return clusterWide.has(to) || to.includes("/") ? "" : namespace;
}
