/** Files that change under a running server. */

import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { HandClock } from "../../test/support/hand-clock.ts";
import { temporaryDirectory } from "../../test/support/temporary.ts";
import { followFiles } from "./reload.ts";

test("changed files are taken once they hold together, and only then", async (context) => {
  const folder = await temporaryDirectory(context);
  const [certificate, key] = [join(folder, "a.crt"), join(folder, "a.key")];
  const put = (a: string, b: string): void => {
    writeFileSync(certificate, a);
    writeFileSync(key, b);
  };
  put("1", "1");
  const clock = new HandClock();
  const taken: string[] = [];
  const warned: string[] = [];
  const log = { debug() {}, info() {}, warn: (message: string) => void warned.push(message), error() {}, ready() {} };
  const apply = (texts: readonly string[]): void => {
    if (texts[0] !== texts[1]) throw new Error("they don't belong together");
    taken.push(texts.join("/"));
  };
  const stop = followFiles([{ what: "certificate", files: [certificate, key], apply }], clock, log, 100);
  clock.pass(100);
  put("2", "1");
  clock.pass(300);
  assert.deepEqual([taken, warned.length], [[], 1]);
  put("2", "2");
  clock.pass(100);
  rmSync(key);
  clock.pass(100);
  put("3", "3");
  clock.pass(200);
  assert.deepEqual(taken, ["2/2", "3/3"]);
  stop();
  put("4", "4");
  clock.pass(200);
  assert.equal(taken.length, 2);
});
