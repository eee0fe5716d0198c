/** A host of its own for whole-system tests: a network namespace without a route out, in which the test file runs again. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";

const INSIDE = "RAMPART_TEST_HOST";
const TIMEOUT_MS = 900_000;

/**
 * Runs a test file in a network namespace of its own: outside, the file is one test that runs it again within; inside, its tests are declared.
 * Use as the file's only top-level statement. Needs root, like what it tests.
 */
export function insideHost(file: string, tests: () => void): void {
  if (process.env[INSIDE]) {
    tests();
    return;
  }
  test(`on a host of its own: ${file.replace(/^.*\/test\//, "test/")}`, { timeout: TIMEOUT_MS }, async () => {
    assert.equal(process.getuid?.(), 0, "nodes need root");
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const inner = [process.execPath, "--disable-proto=delete", "--test-reporter=spec", file];
    const child = spawn("unshare", ["--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", ...inner], {
      env: { ...env, [INSIDE]: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk;
        if (process.env.VERBOSE) process.stderr.write(chunk);
      });
    }
    const code = await new Promise((resolve) => child.once("close", resolve));
    assert.equal(code, 0, output);
    assert.match(output, /^ℹ pass [1-9]/m, output);
  });
}
