/** The arrows between the rooms: what each may import. A folder without a row fails, so that a room is drawn before it is built. */

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

/** A component reaches the cluster over the API and nothing else. */
const OUT = "client api machinery";
const MAY_IMPORT: Record<string, string> = {
  machinery: "",
  api: "machinery",
  storage: "machinery",
  security: "api machinery",
  tenancy: "security api machinery",
  auditd: "machinery",
  signer: OUT,
  client: "api machinery",
  apiserver: "security tenancy storage api machinery",
  controllers: OUT,
  scheduler: OUT,
  node: OUT,
  network: OUT,
  federation: OUT,
  drills: OUT,
  console: OUT,
};
/** `src/a/b.ts → storage`, each with its reason; may only shrink. */
const DEBTS = new Set<string>([]);

function room(path: string): string {
  return /^src\/([^/.]+)/.exec(path)?.[1] ?? "";
}

function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/(?:from|import\(?)\s*"(\.[^"]+)"/g)].map(([, to]) => join(dirname(file), to!));
}

const sources = globSync("src/**/*.ts");

test("every import points along the arrows", () => {
  const files = sources.filter((file) => room(file) !== "cli" && !file.endsWith(".test.ts"));
  assert.ok(files.length > 20, `only ${files.length} source files were seen`);
  const broken = files.flatMap((file) => {
    const allowed = new Set([room(file), ...(MAY_IMPORT[room(file)] ?? assert.fail(`${file}: no row in MAY_IMPORT`)).split(" ").filter(Boolean)]);
    return importsOf(file)
      .map(room)
      .filter((to) => !allowed.has(to))
      .map((to) => `${file} → ${to}`);
  });
  assert.deepEqual(broken.toSorted(), [...DEBTS].toSorted(), "both ways: a debt that was paid must leave the list");
});

test("a test file reaches beyond its room only into test/support and the in-process control plane", () => {
  const tests = sources.filter((file) => file.endsWith(".test.ts") && room(file) !== "cli");
  const broken = tests.flatMap((file) => {
    const allowed = new Set([room(file), ...(MAY_IMPORT[room(file)] ?? "").split(" ").filter(Boolean)]);
    return importsOf(file)
      .filter((to) => !(to.startsWith("test/support/") || to === "src/cli/control-plane.ts" || allowed.has(room(to))))
      .map((to) => `${file} → ${to}`);
  });
  assert.deepEqual(broken, []);
});

test("nothing imports a test file", () => {
  const all = [...sources, ...globSync("test/**/*.ts")];
  assert.deepEqual(
    all.flatMap((file) =>
      importsOf(file)
        .filter((to) => to.endsWith(".test.ts"))
        .map((to) => `${file} → ${to}`),
    ),
    [],
  );
});
