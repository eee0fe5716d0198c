/** Schemas of structs: types, defaults, lists, references, unions, as OpenAPI v3 writes them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { schemaOf } from "../schema/build.ts";
import { Definitions } from "./schemas.ts";

const resolve = schemaOf([
  {
    id: "x.v1.Thing",
    openapi: "io.x.Thing",
    fields: [
      { name: "name", type: "string", tag: 1, required: true },
      { name: "mode", type: "string", tag: 2, omit: "empty", enum: ["B", "A"] },
      { name: "modes", type: "[]string", tag: 3, omit: "empty", enum: ["B", "A"], listType: "set" },
      { name: "count", type: "int32", tag: 4, omit: "empty", pointer: true, default: 3 },
      { name: "size", type: "quantity", tag: 5 },
      { name: "parts", type: "[]x.v1.Part", tag: 6, omit: "empty", listType: "map", listMapKeys: ["name"], patchStrategy: "merge", patchMergeKey: "name" },
      { name: "main", type: "x.v1.Part", tag: 7, omit: "empty" },
      { name: "limits", type: "map[]quantity", tag: 8, omit: "empty", mapType: "atomic" },
      { name: "extra", type: "raw", tag: 9, omit: "empty" },
    ],
  },
  {
    id: "x.v1.Part",
    openapi: "io.x.Part",
    atomic: true,
    fields: [
      { name: "type", type: "string", tag: 1, required: true, union: "discriminator" },
      { name: "localFile", type: "string", tag: 2, omit: "empty", pointer: true, union: "member" },
    ],
  },
]);

test("a struct's definition says what its table says, and brings what it refers to", () => {
  const definitions = new Definitions(new Map([["io.x.Thing", [{ group: "x", kind: "Thing", version: "v1" }]]]));
  assert.deepEqual(definitions.struct(resolve("x.v1.Thing")), { $ref: "#/components/schemas/io.x.Thing" });
  const quantity = { $ref: "#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity" };
  const part = { $ref: "#/components/schemas/io.x.Part" };
  assert.deepEqual(definitions.all(), {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": { oneOf: [{ type: "string" }, { type: "number" }] },
    "io.k8s.apimachinery.pkg.runtime.RawExtension": { type: "object" },
    "io.x.Part": {
      type: "object",
      properties: { type: { type: "string", default: "" }, localFile: { type: "string" } },
      required: ["type"],
      "x-kubernetes-map-type": "atomic",
      "x-kubernetes-unions": [{ discriminator: "type", "fields-to-discriminateBy": { localFile: "LocalFile" } }],
    },
    "io.x.Thing": {
      type: "object",
      properties: {
        name: { type: "string", default: "" },
        mode: { type: "string", enum: ["A", "B"] },
        modes: { type: "array", items: { type: "string", enum: ["A", "B"] }, "x-kubernetes-list-type": "set" },
        count: { type: "integer", format: "int32", default: 3 },
        size: { allOf: [quantity] },
        parts: {
          type: "array",
          items: part,
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name"],
          "x-kubernetes-patch-merge-key": "name",
          "x-kubernetes-patch-strategy": "merge",
        },
        main: { allOf: [part], default: {} },
        limits: { type: "object", additionalProperties: quantity, "x-kubernetes-map-type": "atomic" },
        extra: { allOf: [{ $ref: "#/components/schemas/io.k8s.apimachinery.pkg.runtime.RawExtension" }] },
      },
      required: ["name"],
      "x-kubernetes-group-version-kind": [{ group: "x", kind: "Thing", version: "v1" }],
    },
  });
});
