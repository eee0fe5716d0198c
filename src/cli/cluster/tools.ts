/** The programs of the host that nodes are made with. `scripts/setup.sh` installs the packages that bring them. */

import { existsSync } from "node:fs";
import { join } from "node:path";

const TOOLS = ["ip", "unshare", "nsenter", "setpriv", "mount", "sysctl", "nft", "containerd", "ctr", "runc"] as const;
const FOLDERS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
const CNI_PLUGINS = ["/usr/lib/cni/ptp", "/usr/lib/cni/host-local"];

/** @returns the names of what is missing */
export function missingTools(): string[] {
  const tools = TOOLS.filter((tool) => !FOLDERS.some((folder) => existsSync(join(folder, tool))));
  return [...tools, ...CNI_PLUGINS.filter((plugin) => !existsSync(plugin))];
}
