/** The threat model's document says what the drills say, and every drill is in the list. */

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { DOCUMENT, withTable } from "../../scripts/threat-model.ts";
import { drills } from "../../src/drills/index.ts";

test("the table of docs/threat-model.md is the one that scripts/threat-model.ts makes", () => {
  const document = readFileSync(DOCUMENT, "utf8");
  assert.equal(document, withTable(document));
});

test("each drill is a file of its own name, stands in the list once, and names the threat that its id does", () => {
  const files = globSync("src/drills/T*.ts").map((file) => basename(file, ".ts"));
  assert.deepEqual(
    drills.map(({ id }) => id),
    files.toSorted(),
  );
  for (const { id, threat } of drills) assert.equal(Number(/^T(\d+)-\d\d$/.exec(id)?.[1]), threat);
});
