/** What the machine is and what it has, as the Node object tells it. */

import { readFile, statfs } from "node:fs/promises";
import { availableParallelism, hostname, release, totalmem } from "node:os";
import type { NodeSystemInfo } from "../../api/tables/core-v1.ts";
import { binaryText } from "./quantity-text.ts";

/** The release of Kubernetes whose kubelet this agent stands in for. */
export const KUBELET_VERSION = "v1.37.2";
const PODS_MAX = 110;
/** Kept free: below this, the kernel is about to kill what it likes. */
const MEMORY_KEPT_BYTES = 100 * 2 ** 20;
/** Of the disk, what pods may ask for. */
const DISK_SHARE = 0.9;

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

export interface MachineFacts {
  readonly capacity: Record<string, string>;
  readonly allocatable: Record<string, string>;
  readonly memoryBytes: number;
  readonly info: NodeSystemInfo;
}

async function lineOf(path: string): Promise<string> {
  return (await readFile(path, "utf8").catch(() => "")).trim();
}

/** @param dataFolder on the disk whose space pods use @param runtime `containerd://1.6.20` */
export async function machineFacts(dataFolder: string, runtime: string): Promise<MachineFacts> {
  const disk = await statfs(dataFolder);
  const diskBytes = disk.blocks * disk.bsize;
  const memory = totalmem();
  const osRelease = await lineOf("/etc/os-release");
  const machineId = await lineOf("/etc/machine-id");
  const cpus = String(availableParallelism());
  const pods = String(PODS_MAX);
  const pages = { "hugepages-1Gi": "0", "hugepages-2Mi": "0" };
  return {
    capacity: { cpu: cpus, "ephemeral-storage": binaryText(diskBytes), ...pages, memory: binaryText(memory), pods },
    allocatable: { cpu: cpus, "ephemeral-storage": String(Math.floor(diskBytes * DISK_SHARE)), ...pages, memory: binaryText(memory - MEMORY_KEPT_BYTES), pods },
    memoryBytes: memory,
    info: {
      machineID: machineId,
      systemUUID: (await lineOf("/sys/class/dmi/id/product_uuid")) || machineId || hostname(),
      bootID: await lineOf("/proc/sys/kernel/random/boot_id"),
      kernelVersion: release(),
      osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(osRelease)?.[1] ?? "Linux",
      containerRuntimeVersion: runtime,
      kubeletVersion: KUBELET_VERSION,
      kubeProxyVersion: "",
      operatingSystem: "linux",
      architecture: ARCHITECTURES[process.arch] ?? process.arch,
    },
  };
}
