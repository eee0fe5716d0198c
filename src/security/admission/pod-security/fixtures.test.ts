import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import type { Pod } from "../../../api/tables/core-v1.ts";
import { violations } from "./evaluate.ts";

/** The published fixtures of the standards, at the version and hash that test/fixtures/pod-security pins; fetched where they aren't there yet. */
const folder = join(import.meta.dirname, "../../../../test/fixtures/pod-security");
const module: { Dir: string } = JSON.parse(
  execFileSync("go", ["mod", "download", "-json", "k8s.io/pod-security-admission"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, GOFLAGS: "-mod=readonly" },
  }),
);
const testdata = join(module.Dir, "test/testdata");

for (const level of ["baseline", "restricted"] as const) {
  test(`every published fixture of ${level} passes or fails as it should, in each of the standard's versions`, () => {
    const wrong: string[] = [];
    const seen = { pass: 0, fail: 0 };
    const versions = readdirSync(join(testdata, level));
    for (const version of versions) {
      const minor = Number(/^v1\.(\d+)$/.exec(version)![1]);
      for (const outcome of ["pass", "fail"] as const) {
        for (const file of readdirSync(join(testdata, level, version, outcome))) {
          const pod: Pod = parse(readFileSync(join(testdata, level, version, outcome, file), "utf8"));
          // The one default that the fixtures count on: a volume without a source is an emptyDir.
          for (const volume of pod.spec.volumes ?? []) if (Object.keys(volume).length === 1) volume.emptyDir = {};
          const found = violations(level, minor, pod.spec, pod.metadata);
          seen[outcome]++;
          if ((found.length === 0) !== (outcome === "pass")) wrong.push(`${version}/${outcome}/${file}: ${JSON.stringify(found)}`);
          if (found.some(({ fields }) => fields.length === 0)) wrong.push(`${version}/${outcome}/${file}: a violation names no field`);
        }
      }
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual([versions.length, seen], [38, level === "baseline" ? { pass: 433, fail: 1122 } : { pass: 618, fail: 2364 }]);
  });
}
