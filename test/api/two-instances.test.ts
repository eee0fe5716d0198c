/** The tests of the API once more, against two instances on one port: a client can't tell them from one. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

/** Those that say the most about what one server must know of the other's work. */
const FILES = ["objects", "custom-resources", "front", "webhooks", "metrics", "operations"];

test("what holds for one instance holds for two", { timeout: 300_000 }, async (t) => {
  const files = FILES.map((name) => join(import.meta.dirname, `${name}.test.ts`));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, ["--disable-proto=delete", "--test", "--test-reporter=tap", ...files], { env: { ...env, RAMPART_INSTANCES: "2" } });
  t.after(() => child.kill());
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  const text = Buffer.concat(output).toString();
  assert.equal(code, 0, text);
  t.diagnostic(`${/^# pass \d+$/m.exec(text)?.[0]}`);
});
