/** What follows for a kind's rules from its row in the tables: how its status is kept apart from the rest, and that some kinds are never stored. */

import type { ResourceTable } from "../../machinery/schema/table.ts";
import type { KindRules, KubeObject, SubresourceRules } from "../kind.ts";

/** Any object that has a status, for rules that know no more of it. */
interface WithStatus extends KubeObject {
  status?: unknown;
}

/**
 * Where the row has a status subresource and the rules don't say otherwise, a create drops `status`, an update keeps the last one,
 * and the subresource changes nothing but it and the metadata. A kind that can't be deleted is never stored.
 */
export function completed<T extends KubeObject>(table: ResourceTable, rules: KindRules<T>): KindRules<T> {
  if (!table.verbs.includes("delete")) return { ...rules, virtual: true };
  if (!table.subresources.some(({ name }) => name === "status")) return rules;
  const { status, ...others } = rules.subresources ?? {};
  const resetFields: readonly string[] = ["spec"];
  return {
    prepareCreate: dropStatus,
    prepareUpdate: keepStatus,
    ...rules,
    subresources: { status: { prepareUpdate: keepAllButStatus, resetFields, ...status } as SubresourceRules<T>, ...others },
  };
}

function dropStatus(object: WithStatus): void {
  delete object.status;
}

function keepStatus(next: WithStatus, last: WithStatus): void {
  putStatus(next, last.status);
}

function putStatus(object: WithStatus, status: unknown): void {
  if (status === undefined) delete object.status;
  else object.status = status;
}

/** A status update may also change labels, annotations and the like, but nothing else of the object. */
function keepAllButStatus(next: WithStatus, last: WithStatus): void {
  const { metadata, status } = next;
  const members: Record<string, unknown> = next as unknown as Record<string, unknown>; // A struct's own members, whose names the decoder has checked.
  for (const name of Object.keys(members)) delete members[name];
  Object.assign(members, last, { metadata });
  putStatus(next, status);
}
