/** Definitions as wholes: their names, versions and what an update may change. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomResourceDefinition } from "../tables/apiextensions-v1.ts";
import { definitionErrors, definitionUpdateErrors } from "./validate.ts";

const schema = { openAPIV3Schema: { type: "object" } };
const version = (name: string, storage: boolean) => ({ name, storage, served: true, schema });

function definition(spec: Partial<CustomResourceDefinition["spec"]> = {}, name = "widgets.example.com"): CustomResourceDefinition {
  const names = { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" };
  const whole = { group: "example.com", scope: "Namespaced", names, versions: [version("v1", true)], ...spec };
  return { metadata: { name }, spec: whole, status: { acceptedNames: names, storedVersions: ["v1"] } };
}

const fields = (errors: readonly { readonly field: string }[]) => errors.map(({ field }) => field);

test("the name says plural and group, and one version is stored", () => {
  assert.deepEqual(fields(definitionErrors(definition())), []);
  assert.deepEqual(fields(definitionErrors(definition({}, "other.example.com"))), ["metadata.name"]);
  assert.deepEqual(fields(definitionErrors(definition({ group: "example" }))), ["metadata.name", "spec.group"]);
  assert.deepEqual(fields(definitionErrors(definition({ versions: [version("v1", true), version("v2", true)] }))), ["spec.versions", "status.storedVersions"]);
  assert.deepEqual(fields(definitionErrors(definition({ versions: [version("v1", true), version("v1", false)] }))), ["spec.versions"]);
  assert.deepEqual(fields(definitionErrors(definition({ scope: "World" }))), ["spec.scope"]);
});

test("each version has a schema, and nothing is kept that none knows", () => {
  const { schema: _, ...bare } = version("v1", true);
  assert.deepEqual(fields(definitionErrors(definition({ versions: [bare] }))), ["spec.versions[0].schema.openAPIV3Schema"]);
  assert.deepEqual(fields(definitionErrors(definition({ preserveUnknownFields: true }))), ["spec.preserveUnknownFields"]);
});

test("a group of Kubernetes' own needs its approval", () => {
  assert.deepEqual(fields(definitionErrors(definition({ group: "x.k8s.io" }, "widgets.x.k8s.io"))), ["metadata.annotations[api-approved.kubernetes.io]"]);
});

test("what names objects never changes, what was established doesn't either", () => {
  const last = definition();
  const next = definition({ group: "other.com", scope: "Cluster" });
  assert.deepEqual(fields(definitionUpdateErrors(next, last)), ["spec.group"]);
  last.status!.conditions = [{ type: "Established", status: "True" }];
  assert.deepEqual(fields(definitionUpdateErrors(next, last)), ["spec.scope", "spec.group"]);
});

test("a version whose objects may be stored stays", () => {
  const last = definition();
  const next = definition({ versions: [version("v2", true)] });
  next.status!.storedVersions = ["v1", "v2"];
  assert.deepEqual(fields(definitionUpdateErrors(next, last)), ["status.storedVersions[0]"]);
});
