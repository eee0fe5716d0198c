/** Tables: their JSON, their columns where a kind has none, and ages. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { humanDuration, since } from "./duration.ts";
import { ageColumn, includeObject, nameColumn, TABLE_END, tableColumns, tableRow, tableStart } from "./print.ts";

const S = 1000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

test("humanDuration() shows what kubectl shows", () => {
  const cases: readonly [number, string][] = [
    [-3 * S, "<invalid>"],
    [-1500, "0s"],
    [0, "0s"],
    [119 * S, "119s"],
    [2 * M, "2m"],
    [5 * M + 1 * S, "5m1s"],
    [10 * M + 5 * S, "10m"],
    [179 * M, "179m"],
    [3 * H, "3h"],
    [3 * H + 10 * M, "3h10m"],
    [8 * H + 10 * M, "8h"],
    [47 * H, "47h"],
    [2 * D, "2d"],
    [3 * D + 4 * H, "3d4h"],
    [8 * D + 4 * H, "8d"],
    [729 * D, "729d"],
    [730 * D, "2y"],
    [794 * D, "2y64d"],
    [3000 * D, "8y"],
  ];
  for (const [ms, text] of cases) assert.equal(humanDuration(ms), text);
  assert.equal(since(undefined, 0), "<unknown>");
  assert.equal(since("1970-01-01T00:00:00Z", 45 * S), "45s");
});

test("a table is columns, then rows of cells", () => {
  const pod = { metadata: { name: "web", creationTimestamp: "1970-01-01T00:00:00Z" }, spec: { nodeName: "n" } };
  const columns = tableColumns<typeof pod>([nameColumn, ageColumn, { name: "Node", type: "string", priority: 1, value: (one) => one.spec.nodeName }]);
  const json = `${tableStart("v1", '{"resourceVersion":"7"}', columns)}${tableRow(columns, pod, 90 * S, undefined)}${TABLE_END}`;
  const table = JSON.parse(json);
  assert.deepEqual([table.kind, table.apiVersion, table.metadata], ["Table", "meta.k8s.io/v1", { resourceVersion: "7" }]);
  assert.deepEqual(
    table.columnDefinitions.map((column: { name: string; type: string; format: string; priority: number }) => [
      column.name,
      column.type,
      column.format,
      column.priority,
    ]),
    [
      ["Name", "string", "name", 0],
      ["Age", "string", "", 0],
      ["Node", "string", "", 1],
    ],
  );
  assert.deepEqual(table.rows, [{ cells: ["web", "90s", "n"], object: null }]);
});

test("a kind without columns has Name and Created At; later events of a watch repeat no definitions", () => {
  const columns = tableColumns(undefined);
  const item = { metadata: { name: "x", creationTimestamp: "2026-01-01T00:00:00Z" } };
  const json = `${tableStart("v1beta1", "{}", undefined)}${tableRow(columns, item, 0, '{"kind":"PartialObjectMetadata"}')}${TABLE_END}`;
  assert.deepEqual(JSON.parse(json), {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1beta1",
    metadata: {},
    columnDefinitions: null,
    rows: [{ cells: ["x", "2026-01-01T00:00:00Z"], object: { kind: "PartialObjectMetadata" } }],
  });
});

test("includeObject() knows three words", () => {
  assert.deepEqual([includeObject(undefined), includeObject("None"), includeObject("Object")], ["Metadata", "None", "Object"]);
  assert.throws(
    () => includeObject("All"),
    (error: { status: { code: number } }) => error.status.code === 400,
  );
});
