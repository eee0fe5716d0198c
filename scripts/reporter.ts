/** The test reporter: a line a file, the failures with their reasons, and at the end `N passed, N failed`. */

import type { TestEvent } from "node:test/reporters";

interface FileTally {
  passed: number;
  failed: number;
  startedAt: number;
}

/** Turns node's test events into the lines that a person and a machine read. */
export default async function* reporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const files = new Map<string, FileTally>();
  const failures: string[] = [];
  let passed = 0;
  let failed = 0;
  for await (const event of source) {
    if (event.type !== "test:pass" && event.type !== "test:fail") {
      if (event.type === "test:stderr" && process.env.VERBOSE) yield event.data.message;
      continue;
    }
    const { name, file = "?", details, skip, todo } = event.data;
    if (details.type === "suite" || name === file) {
      if (event.type === "test:pass") continue;
    }
    if (skip !== undefined || todo !== undefined) {
      yield `– ${name}: skipped${typeof skip === "string" ? `, ${skip}` : ""}\n`;
      continue;
    }
    const tally = files.get(file) ?? { passed: 0, failed: 0, startedAt: Date.now() };
    files.set(file, tally);
    if (event.type === "test:pass") {
      passed++;
      tally.passed++;
      if (details.duration_ms > 5000) yield `  slow: ${name} took ${(details.duration_ms / 1000).toFixed(1)} s\n`;
    } else if (details.type !== "suite") {
      failed++;
      tally.failed++;
      const error = "error" in details ? details.error : undefined;
      const cause = error?.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : String(error?.cause ?? error?.message);
      failures.push(`✖ ${file.replace(`${process.cwd()}/`, "")}: ${name}\n${cause.replace(/^/gm, "    ")}\n`);
      yield failures.at(-1) ?? "";
    }
  }
  yield `\n${[...files.keys()].length} files\n`;
  for (const failure of failures) yield failure;
  yield `${passed} passed, ${failed} failed\n`;
}
