/** Columns, scale, selectable fields and deprecations of a version. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { SchemaProps } from "../../machinery/structural/schema-props.ts";
import { STRICT } from "./leniency.ts";
import { columnErrors, deprecationErrors, scaleErrors, selectableErrors } from "./validate-version.ts";

const fields = (errors: readonly { readonly field: string }[]) => errors.map(({ field }) => field);

test("only a deprecated version warns, in printable words and not too many", () => {
  const of = (deprecationWarning: string, deprecated = true) =>
    deprecationErrors("w", { name: "v1", served: true, storage: true, deprecated, deprecationWarning }).map(({ message }) => message.replace(/^.*: /, ""));
  assert.deepEqual(of("use v2"), []);
  assert.deepEqual(of("use v2", false), ["can only be set for deprecated versions"]);
  assert.deepEqual(of(""), ["must not be an empty string"]);
  assert.deepEqual(of("é\n"), ["must only contain printable UTF-8 characters; non-printable character found at index 2"]);
  assert.deepEqual(of("x".repeat(257)), ["must be <= 256 characters long"]);
});

test("a column has a name, a type and a path", () => {
  assert.deepEqual(fields(columnErrors("c", { name: "A", type: "integer", format: "int64", jsonPath: ".spec.a" })), []);
  assert.deepEqual(fields(columnErrors("c", { name: "", type: "list", format: "large", jsonPath: "spec.a" })), ["c.name", "c.type", "c.format", "c.JSONPath"]);
});

test("numbers of replicas are asked for under spec and told under status", () => {
  const of = (specReplicasPath: string, statusReplicasPath: string, labelSelectorPath = ".status.selector") =>
    fields(scaleErrors("s", { scale: { specReplicasPath, statusReplicasPath, labelSelectorPath } }));
  assert.deepEqual(of(".spec.replicas", ".status.replicas"), []);
  assert.deepEqual(of(".status.replicas", "", "spec.selector"), ["s.scale.specReplicasPath", "s.scale.statusReplicasPath", "s.scale.labelSelectorPath"]);
});

test("selectable are plain fields outside metadata, each once and not too many", () => {
  const names = Array.from({ length: 9 }, (_, i) => `f${i}`);
  const spec: SchemaProps = {
    type: "object",
    properties: { list: { type: "array", items: { type: "string" } }, ...Object.fromEntries(names.map((name) => [name, { type: "string" }])) },
  };
  const props: SchemaProps = { type: "object", properties: { metadata: { type: "object", properties: { name: { type: "string" } } }, spec } };
  const of = (...paths: string[]) =>
    fields(
      selectableErrors(
        "f",
        paths.map((jsonPath) => ({ jsonPath })),
        props,
        STRICT,
      ),
    );
  assert.deepEqual(of(".spec.f0", ".spec.f1"), []);
  assert.deepEqual(of(".spec.f0", ".spec.f0"), ["f[1].jsonPath"]);
  assert.deepEqual(
    of("", ".metadata.name", ".spec.list", ".spec.other"),
    [0, 1, 2, 3].map((i) => `f[${i}].jsonPath`),
  );
  assert.deepEqual(of(...names.map((name) => `.spec.${name}`)), ["f"]);
  assert.deepEqual(fields(selectableErrors("f", [{ jsonPath: ".spec.a" }], undefined, STRICT)), ["f"]);
});
