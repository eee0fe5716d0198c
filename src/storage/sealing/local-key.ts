/** A key in a file: 32 random bytes that only the store's user can read. */

import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { KeyWrapper } from "./key-wrapper.ts";
import { unwrapUnder, wrapUnder } from "./wrap.ts";

const KEY_BYTES = 32;

/**
 * Reads the key file, or makes it where `mayCreate` says that nothing depends on an older one.
 * @throws Error in plain words where it is missing, has a wrong size, or can be read by others
 */
export function localKey(file: string, mayCreate: boolean): KeyWrapper {
  if (!existsSync(file)) {
    if (!mayCreate) throw new Error(`Cannot open the store: its key file ${file} is missing, and nothing in it can be read without`);
    create(file);
  }
  const key = read(file);
  return {
    name: "local-key",
    wrap: async (plain) => wrapUnder(key, plain, "root key"),
    unwrap: async (wrapped) => unwrapUnder(key, wrapped, "root key") ?? fail(`Cannot open the store: the key file ${file} isn't the one that it was made with`),
  };
}

/** The key must be on the disk before the first value that depends on it. */
function create(file: string): void {
  const handle = openSync(file, "wx", 0o600);
  try {
    writeSync(handle, randomBytes(KEY_BYTES));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  const folder = openSync(dirname(file), "r");
  fsyncSync(folder);
  closeSync(folder);
}

function read(file: string): Uint8Array {
  const handle = openSync(file, "r");
  try {
    const mode = fstatSync(handle).mode & 0o777;
    if ((mode & 0o077) !== 0) fail(`Cannot use the key file ${file}: others may read it (mode ${mode.toString(8)}); set it to 600`);
    const key = readFileSync(handle);
    if (key.length !== KEY_BYTES) fail(`Cannot use the key file ${file}: it has ${key.length} bytes instead of ${KEY_BYTES}`);
    return key;
  } finally {
    closeSync(handle);
  }
}

function fail(message: string): never {
  throw new Error(message);
}
