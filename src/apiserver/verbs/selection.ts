/** From selectors to what a cache can look up: namespace and name where they are pinned, an index where one helps, a predicate for the rest. */

import type { Kind } from "../../api/kind.ts";
import type { FieldSelector } from "../../machinery/selectors/fields.ts";
import type { LabelSelector } from "../../machinery/selectors/labels.ts";
import type { CachedObject, Selection } from "../cache/watch-cache.ts";

/** @param namespace of the request; "" for all */
export function selectionOf(kind: Kind, namespace: string, labels: LabelSelector, fields: FieldSelector): Selection {
  const pinned = kind.namespaced && namespace === "" ? fields.exact("metadata.namespace") : undefined;
  const inNamespace = kind.namespaced ? namespace || pinned : undefined;
  const name = fields.exact("metadata.name");
  const names = Object.keys(kind.rules.selectableFields ?? {});
  const byFields = fields.isEverything ? undefined : (object: CachedObject) => fields.matches((field) => fieldValue(object, field, names));
  const byLabels = labels.isEverything ? undefined : (object: CachedObject) => labels.matches(object.labels);
  const matches = byFields && byLabels ? (object: CachedObject) => byFields(object) && byLabels(object) : (byFields ?? byLabels);
  const index = indexFor(labels, fields, names);
  return {
    ...(inNamespace !== undefined && { namespace: inNamespace }),
    ...(name !== undefined && { name }),
    ...(matches && { matches }),
    ...(index && { index }),
  };
}

function fieldValue(object: CachedObject, field: string, names: readonly string[]): string {
  if (field === "metadata.name") return object.name;
  if (field === "metadata.namespace") return object.namespace;
  return object.fields[names.indexOf(field)] ?? "";
}

/** The first selectable field or label that must have one value. */
function indexFor(labels: LabelSelector, fields: FieldSelector, names: readonly string[]): { by: string; value: string } | undefined {
  for (const [at, field] of names.entries()) {
    const value = fields.exact(field);
    if (value !== undefined) return { by: `field:${at}`, value };
  }
  for (const { key } of labels.requirements) {
    const value = labels.exact(key);
    if (value !== undefined) return { by: `label:${key}`, value };
  }
  return undefined;
}
