/** A list's chunks are one JSON document, whatever their sizes, the first time and again. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kind } from "../../api/declare.ts";
import type { CachedObject } from "../cache/watch-cache.ts";
import { listChunks } from "./items.ts";

const configMaps = kind("v1", "configmaps");

function cached(name: string, size: number): CachedObject {
  const bytes = Buffer.from(JSON.stringify({ kind: "ConfigMap", apiVersion: "v1", metadata: { name }, data: { a: "x".repeat(size) } }));
  return { namespace: "a", name, uid: "", resourceVersion: 1, bytes, labels: undefined, fields: [] };
}

function read(next: () => Uint8Array | undefined): unknown {
  const chunks: Uint8Array[] = [];
  for (let chunk = next(); chunk; chunk = next()) chunks.push(chunk);
  assert.equal(next(), undefined, "an ended list stays ended");
  return JSON.parse(Buffer.concat(chunks).toString());
}

test("chunks join to the list of all items without their types, made anew or kept", () => {
  const sizes = fc.array(fc.oneof(fc.nat(100), fc.nat(300_000), fc.constant(900_000)), { maxLength: 12 });
  fc.assert(
    fc.property(sizes, (all) => {
      const objects = all.map((size, index) => cached(`c${index}`, size));
      const expected = {
        kind: "ConfigMapList",
        apiVersion: "v1",
        metadata: { resourceVersion: "7", continue: "x", remainingItemCount: 2 },
        items: all.map((size, index) => ({ metadata: { name: `c${index}` }, data: { a: "x".repeat(size) } })),
      };
      const list = { objects, resourceVersion: "7", continue: "x", remaining: 2 };
      for (let round = 0; round < 3; round++) assert.deepEqual(read(listChunks(configMaps, list)), expected);
    }),
    { numRuns: 30 },
  );
});
