/** A definition that is deleted waits for its objects. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomResourceDefinition } from "../tables/apiextensions-v1.ts";
import { CLEANUP_FINALIZER, terminateDefinition } from "./termination.ts";

test("a deleted definition gets the finalizer once, and the condition in place of an older one", () => {
  const established = { type: "Established", status: "True" };
  const definition: CustomResourceDefinition = {
    metadata: { name: "as.example.com", deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.com/own"] },
    spec: { group: "example.com", scope: "Cluster", names: { plural: "as", kind: "A" }, versions: [] },
    status: { acceptedNames: { plural: "as", kind: "A" }, conditions: [{ type: "Terminating", status: "False" }, established] },
  };
  terminateDefinition(definition);
  terminateDefinition(definition);
  assert.deepEqual(definition.metadata.finalizers, ["example.com/own", CLEANUP_FINALIZER]);
  assert.deepEqual(
    definition.status?.conditions?.map(({ type, status, reason }) => [type, status, reason]),
    [
      ["Established", "True", undefined],
      ["Terminating", "True", "InstanceDeletionPending"],
    ],
  );
});
