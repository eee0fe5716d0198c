/** The published golden files of every kind: the testdata of the module k8s.io/api, at the version that test/fixtures/golden pins. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../fixtures/golden");

export interface GoldenFile {
  /** `core.v1.Pod` as the file names it: a group of the API, not of our tables. */
  readonly name: string;
  /** The id that our tables give the struct. */
  readonly struct: string;
  read(extension: GoldenExtension): Buffer;
  /** What comes back for the file: itself, or without what the release after it dropped. */
  readBack(extension: GoldenExtension): Buffer;
}

export type GoldenExtension = "json" | "yaml" | "pb";

/** @returns the folder of the module's testdata; fetched where it isn't there yet, and its hash compared with the pinned one */
function goldenFolder(): string {
  const [pinned = "", hash = ""] = /^(\S+ v\S+) (h1:\S+)$/m.exec(readFileSync(join(FOLDER, "go.sum"), "utf8"))?.slice(1) ?? [];
  // Outside of any module, so that only this one is asked for.
  const output = execFileSync("go", ["mod", "download", "-json", pinned.replace(" ", "@")], { cwd: tmpdir(), encoding: "utf8" });
  const answer: { Dir: string; Sum: string } = JSON.parse(output);
  assert.equal(answer.Sum, hash, `the hash of ${pinned}`);
  return join(answer.Dir, "testdata");
}

/** @returns the files of one release (`HEAD`, `v1.36.0`), one entry a kind */
export function goldenFiles(release: string): GoldenFile[] {
  const folder = join(goldenFolder(), release);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".pb") && !file.includes("after_roundtrip"))
    .map((file) => {
      const name = file.slice(0, -".pb".length);
      const [, group = "", version, kind] = /^(.*)\.(v\w+)\.(\w+)$/.exec(name) ?? [];
      return {
        name,
        struct: `${group.split(".")[0]}.${version}.${kind}`,
        read: (extension) => readFileSync(join(folder, `${name}.${extension}`)),
        readBack(extension) {
          const changed = join(folder, `${name}.after_roundtrip.${extension}`);
          return existsSync(changed) ? readFileSync(changed) : this.read(extension);
        },
      };
    });
}
