/** What follows for a kind's rules from the tables: how its status is kept apart from the rest, that some kinds are never stored, and which fields are off. */

import type { StructSchema } from "../../machinery/schema/schema.ts";
import type { ResourceTable } from "../../machinery/schema/table.ts";
import type { KindRules, KubeObject, SubresourceRules } from "../kind.ts";
import { dropClosedFields } from "./gates.ts";
import { addMissingStructs } from "./presence.ts";

/** Any object that has a status, for rules that know no more of it. */
interface WithStatus extends KubeObject {
  status?: unknown;
}

/**
 * Where the row has a status subresource and the rules don't say otherwise, a create drops `status`, an update keeps the last one,
 * and the subresource changes nothing but it and the metadata. A kind that can't be deleted is never stored.
 */
export function completed<T extends KubeObject>(table: ResourceTable, rules: KindRules<T>, schema: StructSchema): KindRules<T> {
  if (!table.verbs.includes("delete")) return withStructs({ ...rules, virtual: true }, schema);
  if (!table.subresources.some(({ name }) => name === "status")) return withoutClosedFields(withStructs(rules, schema), schema);
  const { status, ...others } = rules.subresources ?? {};
  const withStatus: KindRules<T> = {
    prepareCreate: dropStatus,
    prepareUpdate: keepStatus,
    ...rules,
    subresources: { status: { prepareUpdate: keepAllButStatus, ...status } as SubresourceRules<T>, ...others },
  };
  return withoutClosedFields(withStructs(withStatus, schema), schema);
}

/** Defaults begin with what is always there. */
function withStructs<T extends KubeObject>(rules: KindRules<T>, schema: StructSchema): KindRules<T> {
  return {
    ...rules,
    defaults(object, context) {
      addMissingStructs(schema, object);
      rules.defaults?.(object, context);
    },
  };
}

/** Before an endpoint looks at a written object, the fields of features that are off are cleared in it. */
function withoutClosedFields<T extends KubeObject>(rules: KindRules<T>, schema: StructSchema): KindRules<T> {
  const subresources = Object.entries(rules.subresources ?? {}).map(([name, own]): [string, SubresourceRules<T>] => [
    name,
    {
      ...own,
      prepareUpdate(next, last, context) {
        dropClosedFields(schema, next, last);
        own.prepareUpdate?.(next, last, context);
      },
    },
  ]);
  return {
    ...rules,
    prepareCreate(object) {
      dropClosedFields(schema, object, undefined);
      rules.prepareCreate?.(object);
    },
    prepareUpdate(next, last, context) {
      dropClosedFields(schema, next, last);
      rules.prepareUpdate?.(next, last, context);
    },
    ...(rules.subresources && { subresources: Object.fromEntries(subresources) }),
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
