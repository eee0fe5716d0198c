import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { configVersionFor, containerdConfig, containerdPaths } from "./config.ts";
import { PAUSE_IMAGE, pauseImageArchive, pauseProgram } from "./pause.ts";
import { tar } from "./tar.ts";

test("containerd's configuration form follows its version", () => {
  assert.equal(configVersionFor("containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3"), 2);
  assert.equal(configVersionFor("containerd github.com/containerd/containerd/v2 v2.4.2 abc"), 3);
});

test("both configuration forms name the node's own folders and no others", () => {
  const paths = containerdPaths("/data/node-1", "/run/node-1");
  for (const version of [2, 3] as const) {
    const text = containerdConfig({ ...paths, version, pauseImage: PAUSE_IMAGE });
    for (const path of Object.values(paths)) assert.ok(text.includes(`"${path}"`), `version ${version} lacks ${path}`);
    assert.ok(text.includes(PAUSE_IMAGE));
  }
});

test("tar reads back what tar() wrote, links and modes included", () => {
  const archive = tar([
    { path: "a/", mode: 0o755 },
    { path: "a/b", mode: 0o640, content: Buffer.from("text"), uid: 33, gid: 44 },
    { path: "a/c", mode: 0o777, link: "b" },
  ]);
  const listing = execFileSync("tar", ["--utc", "-tvf", "-"], { input: archive, encoding: "utf8" }).trim().split("\n");
  assert.deepEqual(
    listing.map((line) => line.replace(/\s+/g, " ")),
    ["drwxr-xr-x 0/0 0 1970-01-01 00:00 a/", "-rw-r----- 33/44 4 1970-01-01 00:00 a/b", "lrwxrwxrwx 0/0 0 1970-01-01 00:00 a/c -> b"],
  );
  assert.throws(() => tar([{ path: "x".repeat(101), mode: 0o644 }]), RangeError);
});

test("the pause image is the same bytes each time and small, for both architectures", () => {
  for (const architecture of ["x64", "arm64"]) {
    assert.ok(pauseProgram(architecture).length < 300);
    assert.deepEqual(pauseImageArchive(architecture), pauseImageArchive(architecture));
  }
  assert.throws(() => pauseProgram("mips"), /No pause program for mips/);
});
