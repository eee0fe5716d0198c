/** A file or folder of the node itself, of the type that the pod says it must be. */

import type { Stats } from "node:fs";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { VolumeError, type VolumeKind } from "./volume-kind.ts";

interface TypeRule {
  /** For the message: `is not a directory`. */
  readonly what: string;
  is(stats: Stats): boolean;
  make?(path: string): Promise<unknown>;
}

const TYPES: Readonly<Record<string, TypeRule>> = {
  Directory: { what: "directory", is: (stats) => stats.isDirectory() },
  DirectoryOrCreate: { what: "directory", is: (stats) => stats.isDirectory(), make: (path) => mkdir(path, { recursive: true, mode: 0o755 }) },
  File: { what: "file", is: (stats) => stats.isFile() },
  FileOrCreate: { what: "file", is: (stats) => stats.isFile(), make: (path) => writeFile(path, "", { flag: "wx", mode: 0o644 }) },
  Socket: { what: "socket", is: (stats) => stats.isSocket() },
  CharDevice: { what: "character device", is: (stats) => stats.isCharacterDevice() },
  BlockDevice: { what: "block device", is: (stats) => stats.isBlockDevice() },
};

export const hostPathVolume: VolumeKind = {
  folder: "kubernetes.io~host-path",
  matches: ({ hostPath }) => hostPath !== undefined,
  async prepare(_, { hostPath }) {
    const { path = "", type = "" } = hostPath ?? {};
    const found = await stat(path).catch(() => undefined);
    const rule = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
    if (!rule && type) throw new VolumeError(`hostPath type ${JSON.stringify(type)} is unknown`);
    if (rule && !found && rule.make) {
      await stat(dirname(path)).catch((error: NodeJS.ErrnoException) => (type === "FileOrCreate" ? Promise.reject(new VolumeError(error.message)) : undefined));
      await rule.make(path);
    } else if (rule && !(found && rule.is(found))) {
      throw new VolumeError(`hostPath type check failed: ${path} is not a ${rule.what}`);
    }
    return { path, readOnly: false, ownable: false };
  },
};
