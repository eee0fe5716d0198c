import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { rootKey } from "./key-wrapper.ts";
import { localKey } from "./local-key.ts";

function keyFile(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "rampart-key-"));
  t.after(() => rmSync(dir, { recursive: true }));
  return join(dir, "sealing.key");
}

test("the key file is made once, for its owner only, and wraps the root key", async (t) => {
  const file = keyFile(t);
  const made = await rootKey(localKey(file, true), undefined);
  assert.deepEqual([statSync(file).mode & 0o777, statSync(file).size], [0o600, 32]);
  const before = readFileSync(file);
  const again = await rootKey(localKey(file, true), made.wrapped);
  assert.deepEqual(readFileSync(file), before);
  assert.deepEqual(Buffer.from(again.plain), Buffer.from(made.plain));
  assert.ok(!Buffer.from(made.wrapped).includes(Buffer.from(made.plain)));
});

test("another key file doesn't open the store", async (t) => {
  const { wrapped } = await rootKey(localKey(keyFile(t), true), undefined);
  const other = keyFile(t);
  await assert.rejects(rootKey(localKey(other, true), wrapped), {
    message: `Cannot open the store: the key file ${other} isn't the one that it was made with`,
  });
});

test("a key file that is missing, open to others, or of a wrong size is refused", (t) => {
  const file = keyFile(t);
  assert.throws(() => localKey(file, false), { message: `Cannot open the store: its key file ${file} is missing, and nothing in it can be read without` });
  writeFileSync(file, "short", { mode: 0o600 });
  assert.throws(() => localKey(file, false), /it has 5 bytes instead of 32/);
  chmodSync(file, 0o640);
  assert.throws(() => localKey(file, false), /others may read it \(mode 640\); set it to 600/);
});
