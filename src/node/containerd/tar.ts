/** Writes small archives in the ustar form (POSIX 1003.1-1988) that image tools read. */

export interface TarEntry {
  /** Relative, without a leading slash; at most 100 bytes. A folder's ends in a slash. */
  readonly path: string;
  readonly mode: number;
  /** Absent for a folder. */
  readonly content?: Buffer;
  /** A symbolic link's target. */
  readonly link?: string;
  readonly uid?: number;
  readonly gid?: number;
}

const BLOCK = 512;

/** The same entries give the same bytes: all times are 1970, so that an image's digest doesn't depend on when it was made. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks: Buffer[] = [];
  for (const entry of entries) {
    blocks.push(header(entry));
    if (!entry.content) continue;
    blocks.push(entry.content, Buffer.alloc((BLOCK - (entry.content.length % BLOCK)) % BLOCK));
  }
  blocks.push(Buffer.alloc(2 * BLOCK));
  return Buffer.concat(blocks);
}

function header({ path, mode, content, link, uid = 0, gid = 0 }: TarEntry): Buffer {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`Cannot put ${path} into an archive: its path is longer than 100 bytes`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, width: number) => block.write(`${value.toString(8).padStart(width - 1, "0")}\0`, at, "latin1");
  block.write(path, 0, "utf8");
  octal(mode, 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(content?.length ?? 0, 124, 12);
  octal(0, 136, 12);
  block.write(link ? "2" : path.endsWith("/") ? "5" : "0", 156, "latin1");
  if (link) block.write(link, 157, 100, "utf8");
  block.write("ustar\x0000", 257, "latin1");
  // The checksum counts its own field as spaces.
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
