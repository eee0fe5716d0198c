/** Control groups outlive the machines whose pods they held: they are folders of the host's kernel, removed from the leaves up. */

import { readdirSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";

/** Removes a group and those beneath it in every hierarchy; what is still in use stays. */
export async function removeCgroups(name: string): Promise<void> {
  const hierarchies = readdirSync(ROOT).filter((entry) => statSync(join(ROOT, entry), { throwIfNoEntry: false })?.isDirectory());
  for (const folder of [join(ROOT, name), ...hierarchies.map((entry) => join(ROOT, entry, name))]) removeTree(folder);
}

function removeTree(folder: string): void {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeTree(join(folder, entry.name));
  try {
    rmdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EBUSY" && code !== "ENOENT" && code !== "ENOTEMPTY") throw error;
  }
}
