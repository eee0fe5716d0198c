/** The rows of a stopped store, as drills read and overwrite them. */

import type { StoredRows } from "../../drills/machine.ts";
import { readRaw, writeRaw } from "../../storage/sqlite/raw.ts";

export function storedRows(file: string): StoredRows {
  return {
    read(key) {
      const row = readRaw(file, key).find((one) => one.key === key && one.standing);
      if (!row) throw new Error(`nothing stands at ${key}`);
      return row.sealed;
    },
    older: (key) => readRaw(file, key).flatMap((row) => (row.key === key && !row.standing ? [row.sealed] : [])),
    write: (key, sealed) => writeRaw(file, key, sealed),
  };
}
