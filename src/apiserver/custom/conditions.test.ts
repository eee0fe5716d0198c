/** What a definition's status says: names, whether it is served, its schema, its group's approval. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomResourceDefinition } from "../../api/tables/apiextensions-v1.ts";
import { settledStatus } from "./conditions.ts";

const THEN = "2026-01-01T00:00:00Z";
const NOW = "2026-02-01T00:00:00Z";

function definition(names: Partial<CustomResourceDefinition["spec"]["names"]>, more: Partial<CustomResourceDefinition["spec"]> = {}): CustomResourceDefinition {
  const all = { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList", ...names };
  const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }];
  const spec = { group: "example.com", scope: "Namespaced", names: all, versions, ...more };
  return { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: { name: `${all.plural}.example.com` }, spec };
}

function settled(one: CustomResourceDefinition, others: readonly CustomResourceDefinition[] = [], now = THEN): CustomResourceDefinition {
  const status = settledStatus(one, others, now);
  return status ? { ...one, status } : one;
}

const said = ({ status }: CustomResourceDefinition): string[] =>
  (status?.conditions ?? []).map(({ type, status: state, reason, message }) => `${type}=${state} ${reason}: ${message}`);

test("free names are accepted and the kind is served; then nothing changes", () => {
  const first = settled(definition({ shortNames: ["wd"], categories: ["all"] }));
  assert.deepEqual(said(first), [
    "NamesAccepted=True NoConflicts: no conflicts found",
    "Established=True InitialNamesAccepted: the initial names have been accepted",
  ]);
  assert.deepEqual(first.status?.acceptedNames, first.spec.names);
  assert.equal(settledStatus(first, [], NOW), undefined);
});

test("taken names aren't, and what was accepted before stays", () => {
  const first = settled(definition({ shortNames: ["wd"] }));
  const second = settled(definition({ plural: "gadgets", singular: "widget", kind: "Gadget", listKind: "GadgetList" }), [first]);
  assert.deepEqual(said(second), [
    'NamesAccepted=False SingularConflict: "widget" is already in use',
    "Established=False NotAccepted: not all names are accepted",
  ]);
  assert.deepEqual([second.status?.acceptedNames.plural, second.status?.acceptedNames.singular], ["gadgets", undefined]);

  const third = settled(definition({ plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" }), [first]);
  const renamed = settled({ ...third, spec: { ...third.spec, names: { ...third.spec.names, shortNames: ["wd"], kind: "Widget" } } }, [first], NOW);
  assert.deepEqual(said(renamed), [
    'NamesAccepted=False KindConflict: "Widget" is already in use',
    "Established=True InitialNamesAccepted: the initial names have been accepted",
  ]);
  assert.equal(renamed.status?.acceptedNames.kind, "Thing");
  assert.deepEqual(
    renamed.status?.conditions?.map(({ lastTransitionTime }) => lastTransitionTime),
    [NOW, THEN],
  );
});

test("old schemas that say too little and protected groups are told of", () => {
  const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object", properties: { a: {} } } } }];
  assert.deepEqual(
    said(settled(definition({}, { versions }))).at(-1),
    "NonStructuralSchema=True Violations: spec.versions[0].schema.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields",
  );
  const fixed = settled({ ...settled(definition({}, { versions })), spec: definition({}).spec });
  assert.ok(!said(fixed).some((one) => one.startsWith("NonStructural")));

  const bare = definition({}, { group: "example.k8s.io" });
  assert.match(said(settled(bare)).at(-1)!, /^KubernetesAPIApprovalPolicyConformant=False MissingAnnotation: /);
  const approved = {
    ...bare,
    metadata: { ...bare.metadata, annotations: { "api-approved.kubernetes.io": "https://github.com/kubernetes/kubernetes/pull/1" } },
  };
  assert.match(said(settled(approved)).at(-1)!, /^KubernetesAPIApprovalPolicyConformant=True ApprovedAnnotation: /);
});
