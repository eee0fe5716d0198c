/** What a definition is given by the server. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomResourceDefinition as DefinitionType } from "../tables/apiextensions-v1.ts";
import { CustomResourceDefinition } from "./custom-resource-definition.ts";

const { rules } = CustomResourceDefinition;
const version = (name: string, storage: boolean) => ({ name, storage, served: true });
const definition = (...versions: ReturnType<typeof version>[]): DefinitionType => ({
  metadata: { name: "widgets.example.com" },
  spec: { group: "example.com", scope: "Cluster", names: { plural: "widgets", kind: "Widget" }, versions },
});

test("names, conversion and a webhook's port have defaults", () => {
  const one = definition(version("v1", true));
  one.spec.conversion = { strategy: "Webhook", webhook: { clientConfig: { service: { name: "s", namespace: "n" } }, conversionReviewVersions: ["v1"] } };
  rules.defaults?.(one);
  assert.deepEqual([one.spec.names.singular, one.spec.names.listKind], ["widget", "WidgetList"]);
  assert.equal(one.spec.conversion.webhook?.clientConfig?.service?.port, 443);
  const plain = definition(version("v1", true));
  rules.defaults?.(plain);
  assert.deepEqual(plain.spec.conversion, { strategy: "None" });
});

test("a new definition begins without a status but for its storage version; a later storage version is noted beside it", () => {
  const one = definition(version("v1", true));
  one.status = { acceptedNames: { plural: "mine", kind: "Mine" } };
  rules.prepareCreate?.(one);
  assert.deepEqual(one.status, { acceptedNames: { plural: "", kind: "" }, storedVersions: ["v1"] });
  const next = definition(version("v1", false), version("v2", true));
  rules.prepareUpdate?.(next, one, { now: 0 });
  assert.deepEqual(next.status?.storedVersions, ["v1", "v2"]);
});
