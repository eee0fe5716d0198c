/** Refusing an apply that would change what others own, in the words that kubectl shows. */

import { StatusError } from "../status/status-error.ts";
import type { Element } from "./element.ts";
import type { Owner } from "./managed.ts";
import { shownPath } from "./set.ts";

export interface Conflict {
  readonly owner: Owner;
  readonly path: readonly Element[];
}

export class ApplyConflict extends StatusError {
  override name = "ApplyConflict";
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    const causes = conflicts.map(({ owner, path }) => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${shownOwner(owner)}`,
      field: shownPath(path),
    }));
    super({ code: 409, reason: "Conflict", message: message(conflicts), details: { causes } });
    this.conflicts = conflicts;
  }
}

function message(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (first !== undefined && conflicts.length === 1) return `Apply failed with 1 conflict: conflict with ${shownOwner(first.owner)}: ${shownPath(first.path)}`;
  const byOwner = Map.groupBy(conflicts, ({ owner }) => shownOwner(owner));
  const lines = [...byOwner].flatMap(([owner, theirs]) => [`conflicts with ${owner}:`, ...theirs.map(({ path }) => `- ${shownPath(path)}`)]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`;
}

function shownOwner(owner: Owner): string {
  const name = JSON.stringify(owner.manager) + (owner.subresource ? ` with subresource ${JSON.stringify(owner.subresource)}` : "");
  return owner.operation === "Update" ? `${name} using ${owner.apiVersion}` : name;
}
