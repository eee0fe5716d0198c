/** Objects that are made, changed in every way, looked at and deleted. */

import { isObject, type Plain } from "../../../src/machinery/plain.ts";
import type { StructSchema } from "../../../src/machinery/schema/schema.ts";
import type { Choices } from "../random-writes.ts";
import { changed, withValue } from "./changes.ts";
import { deleteStep } from "./deletions.ts";
import { anyAccept, anyForm, writeQuery } from "./forms.ts";
import type { Spot } from "./objects.ts";
import { jsonPatchOf, mergePatchOf, strategicPatchOf } from "./patches.ts";
import type { Asked } from "./servers.ts";
import type { Make } from "./story.ts";
import { stepOfSubresource } from "./subresources.ts";
import { jsonText } from "./text.ts";
import { anything, plausible } from "./values.ts";

const MANAGERS = ["m1", "m2", "kubectl"];

/** A create of a good object with some changes. @param spoils how many that may be bad */
export function createStep({ path, kind }: Spot, good: Plain, milds: number, spoils: number): Make {
  return (_, choices) => {
    let object = withMetadata(choices, good);
    for (let i = 0; i < milds; i++) object = changed(choices, object, kind.schema, true);
    for (let i = 0; i < spoils; i++) object = changed(choices, object, kind.schema, false);
    return { method: "POST", path: path + writeQuery(choices), accept: anyAccept(choices, 20), ...anyForm(choices, object, kind.schema) };
  };
}

/** Now and then with labels and the like, whatever the sample has. */
function withMetadata(choices: Choices, object: Plain): Plain {
  const metadata = object.metadata as Plain;
  const more: Plain = {};
  if (choices.below(4) === 0) more.labels = { ...(metadata.labels as Plain | undefined), differ: choices.pick(["a", "b", "c"]) };
  if (choices.below(8) === 0) more.finalizers = [choices.pick(["x.io/a", "x.io/b"])];
  if (choices.below(12) === 0)
    more.ownerReferences = [
      { apiVersion: "v1", kind: "ConfigMap", name: "o", uid: "6f1f6d7c-0000-4000-8000-000000000000", controller: choices.below(2) === 0 },
    ];
  if (choices.below(30) === 0) more.generation = 7;
  const named = choices.below(12) === 0 ? { ...metadata, name: undefined, generateName: `${metadata.name}-` } : metadata;
  return { ...object, metadata: { ...named, ...more } };
}

/** @returns what to call the step, and the step */
export function anyStep(choices: Choices, spot: Spot, good: Plain): { what: string; make: Make; keeps?: boolean } {
  const { path, name, kind } = spot;
  const at = `${path}/${name}`;
  const way = choices.below(20);
  if (way < 2) return { what: "get", make: (_, c) => ({ method: "GET", path: at, accept: anyAccept(c, 2) }), keeps: true };
  if (way < 6) return { what: "update", make: updateStep(at, kind.schema), keeps: true };
  if (way < 8) return { what: "json patch", make: patchStep(at, "application/json-patch+json", (last, c) => jsonPatchOf(c, last, kind.schema)), keeps: true };
  if (way < 10)
    return { what: "merge patch", make: patchStep(at, "application/merge-patch+json", (last, c) => mergePatchOf(c, last, kind.schema)), keeps: true };
  if (way < 12)
    return {
      what: "strategic patch",
      make: patchStep(at, "application/strategic-merge-patch+json", (last, c) => strategicPatchOf(c, last, kind.schema)),
      keeps: true,
    };
  if (way < 15) return { what: "apply", make: applyStep(at, good, kind.schema), keeps: true };
  if (way < 19 && kind.table.subresources.length > 0) {
    const subresource = choices.pick(kind.table.subresources).name;
    return { what: `${subresource}`, make: stepOfSubresource(spot, subresource), keeps: subresource === "status" || subresource === "approval" };
  }
  if (way < 19) return { what: "update", make: updateStep(at, kind.schema), keeps: true };
  return { what: "delete", make: deleteStep(at, true) };
}

function updateStep(at: string, schema: StructSchema): Make {
  return (last = { metadata: {} }, choices) => {
    let object: Plain = { ...last };
    const changes = choices.below(3);
    for (let i = 0; i <= changes; i++) object = changed(choices, object, schema, choices.below(2) === 0);
    const metadata = isObject(object.metadata) ? object.metadata : {};
    switch (choices.below(8)) {
      case 0:
        object = { ...object, metadata: { ...metadata, resourceVersion: choices.pick([undefined, "", "1", "0", "x", "99999999"]) } };
        break;
      case 1:
        object = {
          ...object,
          metadata: {
            ...metadata,
            [choices.pick(["uid", "name", "namespace", "creationTimestamp", "generation", "managedFields"])]: choices.pick([undefined, "other", null, 3]),
          },
        };
        break;
      case 2:
        object = { ...object, [choices.pick(["kind", "apiVersion", "status"])]: choices.pick([undefined, "Other", "example.com/v1", null]) };
    }
    return { method: "PUT", path: at + writeQuery(choices), accept: anyAccept(choices, 20), ...anyForm(choices, object, schema) };
  };
}

export function patchStep(at: string, type: string, document: (last: Plain, choices: Choices) => unknown): Make {
  return (last = {}, choices) => {
    const body = jsonText(document(last, choices));
    return { method: "PATCH", path: at + writeQuery(choices), type, accept: anyAccept(choices, 20), body };
  };
}

function applyStep(at: string, good: Plain, schema: StructSchema): Make {
  return (_, choices): Asked => {
    const { apiVersion, kind, metadata, ...rest } = good;
    let object: Plain = { apiVersion, kind, metadata: { name: (metadata as Plain).name }, ...(choices.below(3) > 0 ? rest : {}) };
    for (let i = choices.below(3); i > 0; i--) object = changed(choices, object, schema, choices.below(3) > 0);
    if (choices.below(4) === 0) object = withValue(object, ["metadata", "labels"], { a: choices.pick(["1", "2"]), b: "c" }) as Plain;
    if (choices.below(15) === 0) object = { ...object, [choices.pick(["kind", "apiVersion", "metadata"])]: choices.pick([undefined, "Other", null]) };
    if (choices.below(25) === 0)
      object = withValue(
        object,
        ["metadata", choices.pick(["managedFields", "resourceVersion", "uid", "name", "namespace"])],
        choices.pick(["x", "1", [], [{}], null]),
      ) as Plain;
    const query: Record<string, string> = {};
    if (choices.below(25) > 0) query.fieldManager = choices.pick(MANAGERS);
    if (choices.below(2) === 0) query.force = choices.pick(["true", "true", "false", choices.below(8) === 0 ? "x" : "true"]);
    return {
      method: "PATCH",
      path: at + writeQuery(choices, query),
      type: "application/apply-patch+yaml",
      accept: anyAccept(choices, 20),
      body: jsonText(object),
    };
  };
}

/** The object with another status. */
export function withStatus(choices: Choices, last: Plain, schema: StructSchema): Plain {
  const status = schema.byName.get("status");
  if (!status) return last;
  const value = choices.below(3) === 0 ? anything(choices, status.schema, status.table) : plausible(choices, status.schema, status.table, 4);
  return { ...last, status: choices.below(2) === 0 && isObject(value) ? { ...(last.status as Plain | undefined), ...value } : value };
}
