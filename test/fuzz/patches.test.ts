/** Patches of any shape: each is applied or refused with a status, never changes what it is applied to, and does the same twice where it says what shall be. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { structs } from "../../src/api/tables/index.ts";
import { managedApply } from "../../src/machinery/apply/apply.ts";
import { parseSet, pathsOf, shownPath } from "../../src/machinery/apply/set.ts";
import { jsonPatch } from "../../src/machinery/patch/json-patch.ts";
import { mergePatch } from "../../src/machinery/patch/merge-patch.ts";
import { strategicMergePatch } from "../../src/machinery/patch/strategic-merge.ts";
import type { Plain } from "../../src/machinery/plain.ts";
import { schemaOf } from "../../src/machinery/schema/build.ts";
import { StatusError } from "../../src/machinery/status/status-error.ts";
import { document, fuzz, objects, pod, unless } from "./fuzz.ts";

const schema = schemaOf(structs)("core.v1.Pod");

/** Applies to a pod, and looks whether that is as it was. */
function applied(patch: (live: Plain) => unknown): unknown {
  const live = pod() as Plain;
  const before = JSON.stringify(live);
  const result = unless([StatusError], () => patch(live));
  assert.equal(JSON.stringify(live), before, "what was patched has changed");
  return result;
}

const pointer = fc
  .array(fc.constantFrom("metadata", "labels", "app", "spec", "containers", "0", "1", "-", "name", "~0", "~1", "~", "", "__proto__", "99999999999"), {
    maxLength: 5,
  })
  .map((parts) => parts.map((part) => `/${part}`).join(""));
const operation = fc.record(
  { op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test", "spoil"), path: pointer, from: pointer, value: document },
  { requiredKeys: ["op"], noNullPrototype: true },
);

fuzz("JSON patches", [fc.oneof(fc.array(operation, { maxLength: 6 }), document)], (patch) => {
  applied((live) => jsonPatch(live, patch, schema));
});

fuzz("merge patches", [fc.oneof(objects, document)], (patch) => {
  const result = applied((live) => mergePatch(live, patch)) as Plain | undefined;
  if (result) assert.deepEqual(mergePatch(result, patch), result);
});

fuzz("strategic merge patches", [fc.oneof(objects, document)], (patch) => {
  applied((live) => strategicMergePatch(live, patch, schema));
});

const request = { schema, manager: "fuzz", force: true, apiVersion: "v1", kind: "Pod", time: "2026-01-01T00:00:00Z" };

fuzz("apply: what was applied is there, and applied again changes nothing", [objects], (given) => {
  const patch = { ...given, apiVersion: "v1", kind: "Pod" };
  const first = applied((live) => managedApply({ ...request, live, patch }).object) as Plain | undefined;
  if (!first || JSON.stringify(patch).includes("null")) return; // What a null means is settled by the decoder that comes after.
  const second = managedApply({ ...request, live: first, patch, time: "2026-01-02T00:00:00Z" }).object;
  assert.deepEqual(second, first);
});

const fieldSets: fc.Arbitrary<unknown> = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<unknown>({}, null, 1, "x", []),
    fc.dictionary(fc.constantFrom(".", "f:a", "f:", 'k:{"name":"x"}', "k:{", 'v:"x"', "v:", "i:0", "i:x", "zz", "f:__proto__"), tie("node"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).node;

fuzz("sets of fields (fieldsV1)", [fieldSets], (fields) => {
  const set = unless([Error, SyntaxError], () => parseSet(fields));
  if (set) for (const path of pathsOf(set)) shownPath(path);
});
