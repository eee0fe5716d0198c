/** Every resource of the tables is a kind, and what follows from the tables alone is right. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { kindOf } from "./declare.ts";
import { kinds } from "./index.ts";
import type { KubeObject } from "./kind.ts";
import * as clients from "./resources.ts";
import { resources } from "./tables/index.ts";

interface Some extends KubeObject {
  spec?: unknown;
  status?: unknown;
}

function find(apiVersion: string, resource: string) {
  return kinds.find((one) => one.apiVersion === apiVersion && one.resource === resource) ?? assert.fail(`no kind ${resource}`);
}

test("each resource of the tables is one kind, in the tables' order", () => {
  assert.deepEqual(
    kinds.map((one) => `${one.apiVersion} ${one.resource}`),
    resources.map((one) => `${one.group ? `${one.group}/` : ""}${one.version} ${one.resource}`),
  );
});

test("each resource has its constant for clients", () => {
  const named = Object.values(clients).map((one) => `${one.apiVersion} ${one.kind} ${one.resource} ${one.namespaced}`);
  assert.deepEqual(named.toSorted(), kinds.map((one) => `${one.apiVersion} ${one.name} ${one.resource} ${one.namespaced}`).toSorted());
});

test("each kind has the schema of its struct", () => {
  for (const one of kinds) assert.ok(one.schema.byName.has("metadata"), one.resource);
  assert.equal(find("v1", "pods").schema.id, "core.v1.Pod");
});

test("what can't be deleted is virtual", () => {
  const virtual = kinds.filter((one) => one.rules.virtual).map((one) => one.resource);
  assert.deepEqual(virtual.toSorted(), [
    "bindings",
    "componentstatuses",
    "localsubjectaccessreviews",
    "selfsubjectaccessreviews",
    "selfsubjectreviews",
    "selfsubjectrulesreviews",
    "subjectaccessreviews",
    "tokenreviews",
  ]);
});

test("each status subresource of the tables has rules, and only those", () => {
  for (const one of kinds) {
    const asTold = one.table.subresources.some(({ name }) => name === "status") && !one.rules.virtual;
    assert.equal(one.rules.subresources?.status !== undefined, asTold, one.resource);
  }
});

test("by default a create drops the status, an update keeps it, and a status update changes nothing else", () => {
  const { rules } = kindOf<Some>(find("storagemigration.k8s.io/v1", "storageversionmigrations").table);
  const metadata = { name: "a" };
  const created: Some = { metadata, spec: 1, status: 1 };
  rules.prepareCreate?.(created);
  assert.deepEqual(created, { metadata, spec: 1 });
  const updated: Some = { metadata, spec: 2, status: 2 };
  rules.prepareUpdate?.(updated, { metadata, spec: 1, status: 1 } as Some, { now: 0 });
  assert.deepEqual(updated, { metadata, spec: 2, status: 1 });
  const withStatus: Some = { metadata: { name: "a", labels: { a: "b" } }, spec: 2, status: 2 };
  rules.subresources?.status?.prepareUpdate?.(withStatus, { metadata, spec: 1, status: 1 } as Some, { now: 0 });
  assert.deepEqual(withStatus, { metadata: { name: "a", labels: { a: "b" } }, spec: 1, status: 2 });
});
