/** A kept row says what a fresh one says, whenever it is asked. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { kind } from "../../api/declare.ts";
import { kinds } from "../../api/index.ts";
import { tableColumns } from "../../machinery/table/print.ts";
import { freshRow, rowParts } from "./table-rows.ts";

const NOW = Date.parse("2030-01-01T00:00:00Z");
const TIMES = [0, 1000, 90_000, 3_600_000, 86_400_000 * 400];
const pods = kinds.find((one) => one.resource === "pods") ?? kind("v1", "pods");

function bytesOf(status: object): Buffer {
  return Buffer.from(
    JSON.stringify({
      kind: "Pod",
      apiVersion: "v1",
      metadata: { name: "web", uid: "u", resourceVersion: "7", creationTimestamp: "2029-12-31T23:59:00Z", labels: { a: '"\\u0000"' } },
      spec: { containers: [{ name: "a", image: "b" }] },
      status,
    }),
  );
}

for (const [what, status] of [
  ["never restarted", { phase: "Running" }],
  [
    "restarted a while ago",
    {
      phase: "Running",
      containerStatuses: [
        {
          name: "a",
          restartCount: 2,
          ready: true,
          started: true,
          image: "b",
          imageID: "",
          lastState: { terminated: { exitCode: 1, finishedAt: "2029-12-31T23:59:30Z" } },
        },
      ],
    },
  ],
] as const) {
  test(`a pod that ${what} shows the same row kept and fresh`, () => {
    const bytes = bytesOf(status);
    const options = { columns: tableColumns(pods.rules.columns), include: "Metadata", version: "v1" } as const;
    for (const time of TIMES) {
      const parts: Uint8Array[] = [];
      parts.push(...rowParts(pods, bytes, options, NOW + time));
      assert.equal(Buffer.concat(parts).toString(), freshRow(pods, bytes, options, NOW + time));
      assert.equal(JSON.parse(Buffer.concat(parts).toString()).cells[0], "web");
    }
  });
}
