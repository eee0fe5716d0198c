/** What a list of definitions shows. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomResourceDefinition } from "../tables/apiextensions-v1.ts";
import { definitionColumns } from "./columns.ts";

test("a definition is shown with its served versions, the stored one marked", () => {
  const version = (name: string, served: boolean, storage: boolean) => ({ name, served, storage });
  const definition: CustomResourceDefinition = {
    metadata: { name: "foos.example.com", creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "foos", kind: "Foo", shortNames: ["fo", "f"] },
      versions: [version("v2", true, true), version("v1", true, false), version("v0", false, false)],
    },
    status: { acceptedNames: { plural: "foos", kind: "Foo" }, conditions: [{ type: "Established", status: "True" }] },
  };
  assert.deepEqual(
    definitionColumns.map(({ value }) => value(definition, 0)),
    ["foos.example.com", "Namespaced", "v1,v2(storage)", "2026-01-01T00:00:00Z", "example.com", "Foo", "fo,f", true],
  );
});
