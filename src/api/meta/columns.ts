/** Columns of `kubectl get`, and the cells that many kinds share. [Kubernetes pkg/printers/internalversion] */

import type { Column, KubeObject } from "../kind.ts";
import type { Container } from "../tables/core-v1.ts";
import { ageOf } from "./human-duration.ts";

export const NONE = "<none>";

interface ColumnMore {
  readonly format?: string;
  /** 1: only with `-o wide`. */
  readonly priority?: 1;
}

/** @param value gives the cell; `now` in milliseconds */
export function column<T>(
  name: string,
  type: Column<T>["type"],
  description: string,
  value: (object: T, now: number) => string | number | boolean | null,
  more: ColumnMore = {},
): Column<T> {
  return { name, type, description, value, ...more };
}

/** A column that only `-o wide` shows. */
export function wide<T>(name: string, description: string, value: (object: T, now: number) => string | number): Column<T> {
  return column(name, "string", description, value, { priority: 1 });
}

export const nameColumn: Column<KubeObject> = column("Name", "string", "The object's name, unique among those of its kind in its namespace.", nameOf, {
  format: "name",
});

function nameOf({ metadata }: KubeObject): string {
  return metadata.name ?? "";
}

export const ageColumn: Column<KubeObject> = column("Age", "string", "How long ago the object was made.", ({ metadata }, now) =>
  ageOf(metadata.creationTimestamp, now),
);

/** The two wide columns of everything that has a pod template. */
export function containerColumns<T>(containersOf: (object: T) => readonly Container[] | undefined): [Column<T>, Column<T>] {
  return [
    wide("Containers", "The names of the template's containers.", (object) => joined(containersOf(object), "name")),
    wide("Images", "The images of the template's containers.", (object) => joined(containersOf(object), "image")),
  ];
}

/** The same two columns where they are always shown. */
export function joined(containers: readonly Container[] | undefined, member: "name" | "image"): string {
  return (containers ?? []).map((container) => container[member] ?? "").join(",");
}

/** `a=b,c=d` in the order of the keys. */
export function labelsCell(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort();
  return keys.length === 0 ? NONE : keys.map((key) => `${key}=${labels?.[key]}`).join(",");
}
