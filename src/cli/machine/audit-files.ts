/** Reads the audit log where it lies. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditEvent } from "../../drills/record.ts";

/** @returns the records of all files, oldest first; a last line that is half written is left out */
export function readAuditFiles(folder: string): AuditEvent[] {
  const files = readdirSync(folder).filter((name) => /^audit(-\d{8})?\.log$/.test(name));
  const lines = files.toSorted().flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").slice(0, -1));
  return lines.map((line) => JSON.parse(line) as AuditEvent);
}
