/** Which function serves a verb at a path. */

import type { Kind } from "../../api/kind.ts";
import { noSuchResource } from "../../machinery/status/status-error.ts";
import type { Verb } from "../../security/attributes.ts";
import type { Handler, VerbFor } from "../call.ts";
import { subresourceRules } from "../registry/special.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { deleteCollection } from "./delete-collection.ts";
import { get } from "./get.ts";
import { list } from "./list.ts";
import { patch } from "./patch.ts";
import { scale, subresources } from "./subresources/index.ts";
import { update } from "./update.ts";
import { watch } from "./watch.ts";

const OBJECT: ReadonlyMap<Verb, Handler> = new Map<Verb, Handler>([
  ["get", get],
  ["list", list],
  ["watch", watch],
  ["create", create],
  ["update", update],
  ["patch", patch],
  ["delete", remove],
  ["deletecollection", deleteCollection],
]);

/** What endpoints that write the same object have: status, resize … */
const PART: ReadonlyMap<Verb, Handler> = new Map<Verb, Handler>([
  ["get", get],
  ["update", update],
  ["patch", patch],
]);

/** @returns undefined where the verb isn't served at that path; throws a 404 StatusError for a subresource that there is none of */
export const verbFor: VerbFor = (kind: Kind, subresource: string, verb: Verb): Handler | undefined => {
  if (subresource === "" && !kind.rules.virtual) return kind.table.verbs.includes(verb) ? OBJECT.get(verb) : undefined;
  const path = `${kind.group}/${kind.resource}${subresource && `/${subresource}`}`;
  const own = subresources.get(path)?.get(verb) ?? (subresource === "scale" && kind.rules.scale ? scale.get(verb) : undefined);
  if (own || subresource === "") return own;
  if (!kind.table.subresources.some(({ name }) => name === subresource)) throw noSuchResource();
  const served = kind.table.subresources.find(({ name }) => name === subresource)?.verbs.includes(verb) ?? false;
  return served && subresourceRules(kind, subresource) ? PART.get(verb) : undefined;
};
