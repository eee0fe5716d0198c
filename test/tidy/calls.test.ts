/** Calls that one module alone may make, each with what to use instead. */

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

interface Ban {
  readonly pattern: RegExp;
  readonly instead: string;
  readonly except: readonly string[];
}

const BANS: readonly Ban[] = [
  {
    pattern: /\b(?:fetch\(|net\.connect\(|net\.createConnection\(|tls\.connect\(|https?\.request\(|https?\.get\(|http2\.connect\()/,
    instead: "the dialer (src/machinery/dialer.ts)",
    except: ["src/machinery/dialer.ts"],
  },
  { pattern: /\beval\(|new Function\(/, instead: "plain code", except: [] },
  { pattern: /__proto__\s*[:=]/, instead: "a Map or a null-prototype object", except: [] },
];

test("a forbidden call stands nowhere but in the module that owns it", () => {
  const files = globSync("src/**/*.ts").filter((file) => !file.endsWith(".test.ts"));
  const found = files.flatMap((file) => {
    const lines = readFileSync(file, "utf8").split("\n");
    return BANS.filter((ban) => !ban.except.some((allowed) => file.startsWith(allowed))).flatMap((ban) =>
      lines.flatMap((line, index) => (ban.pattern.test(line.replace(/^\s*(\/\/|\*|\/\*\*).*$/, "")) ? [`${file}:${index + 1}: use ${ban.instead}`] : [])),
    );
  });
  assert.ok(files.length > 20);
  assert.deepEqual(found, []);
});

test("every file says in its first line what it is for", () => {
  const files = globSync("src/**/*.ts").filter((file) => !file.endsWith(".test.ts") && !file.startsWith("src/api/tables/"));
  assert.deepEqual(
    files.filter((file) => !/^(#!.*\n)?\/(\*\*|\/)/.test(readFileSync(file, "utf8"))),
    [],
  );
});
