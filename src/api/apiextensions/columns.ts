/** What `kubectl get customresourcedefinitions` shows. */

import type { Column } from "../kind.ts";
import { column, nameColumn } from "../meta/columns.ts";
import type { CustomResourceDefinition } from "../tables/apiextensions-v1.ts";

export const definitionColumns: readonly Column<CustomResourceDefinition>[] = [
  nameColumn,
  column("Scope", "string", "Whether objects lie in namespaces or in none.", ({ spec }) => spec.scope ?? ""),
  column("Versions", "string", "The versions that are served, and which one is stored.", servedVersions),
  column("Created At", "date", "When the definition was made.", ({ metadata }) => metadata?.creationTimestamp ?? null),
  column("Group", "string", "The group of the resource.", ({ spec }) => spec.group ?? "", { priority: 1 }),
  column("Kind", "string", "What an object is called.", ({ spec }) => spec.names?.kind ?? "", { priority: 1 }),
  column("ShortNames", "string", "Shorter names of the resource.", ({ spec }) => (spec.names?.shortNames ?? []).join(","), { priority: 1 }),
  column("Established", "boolean", "Whether the resource is served.", isEstablished, { priority: 1 }),
];

function servedVersions({ spec }: CustomResourceDefinition): string {
  const served = (spec.versions ?? []).filter((version) => version.served);
  return served
    .map((version) => `${version.name}${version.storage ? "(storage)" : ""}`)
    .sort()
    .join(",");
}

function isEstablished({ status }: CustomResourceDefinition): boolean {
  return (status?.conditions ?? []).some(({ type, status: is }) => type === "Established" && is === "True");
}
