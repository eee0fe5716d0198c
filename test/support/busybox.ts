/** An image for tests: this machine's busybox with the libraries that it needs, as `/bin/NAME` for each of its applets. */

import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { imageArchive } from "../../src/node/containerd/image-archive.ts";
import { type TarEntry, tar } from "../../src/node/containerd/tar.ts";

export const BUSYBOX = "rampart.local/busybox:1";

const FOLDERS = ["bin/", "etc/", "lib/", "lib64/", "proc/", "root/", "sys/", "dev/", "var/", "www/"];

/** The image's only layer, a tar archive. */
export function busyboxLayer(): Buffer {
  const libraries = execFileSync("ldd", ["/bin/busybox"], { encoding: "utf8" }).match(/\/\S+(?= \()/g) ?? [];
  const applets = execFileSync("/bin/busybox", ["--list"], { encoding: "utf8" }).trim().split("\n");
  const entries: TarEntry[] = [
    ...FOLDERS.map((path) => ({ path, mode: 0o755 })),
    { path: "tmp/", mode: 0o1777 },
    { path: "bin/busybox", mode: 0o755, content: readFileSync("/bin/busybox") },
    ...applets.filter((name) => name !== "busybox").map((name) => ({ path: `bin/${name}`, mode: 0o777, link: "busybox" })),
    ...[...new Set(libraries)].map((library) => ({
      path: `${library.startsWith("/lib64/") ? "lib64" : "lib"}/${library.replace(/^.*\//, "")}`,
      mode: 0o755,
      content: readFileSync(realpathSync(library)),
    })),
    { path: "etc/passwd", mode: 0o644, content: Buffer.from("root:x:0:0:root:/root:/bin/sh\nweb:x:33:33:web:/www:/bin/sh\n") },
    { path: "etc/group", mode: 0o644, content: Buffer.from("root:x:0:\nweb:x:33:\n") },
  ];
  return tar(entries);
}

/** @param overrides what the image's configuration says: user, entrypoint … */
export function busyboxArchive(
  overrides: { name?: string; user?: string; entrypoint?: string[]; command?: string[]; env?: string[]; workingDir?: string } = {},
): Buffer {
  return imageArchive({ name: BUSYBOX, command: ["/bin/sh"], env: ["PATH=/bin"], ...overrides, layer: busyboxLayer() });
}
