/**
 * A pod's own cgroup, above those of its containers: the limit on its processes, and on its memory and CPU as a whole.
 * Both hierarchies of the kernel: v1 has one tree a controller, v2 one for all. [cgroup-v1/, cgroup-v2.rst in the kernel's documentation]
 */

import { existsSync } from "node:fs";
import { mkdir, readdir, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PodSpec } from "../../api/tables/core-v1.ts";
import { CPU_PERIOD_US, memoryBytes, milliCpu, quotaFor, sharesFor } from "../pods/config/resources.ts";
import { type QosClass, qosClass } from "../pods/qos.ts";

export interface CgroupLimits {
  /** 0: no limit. */
  readonly memoryBytes: number;
  readonly cpuShares: number;
  /** 0: no limit. */
  readonly cpuQuotaUs: number;
  readonly pids: number;
}

const CONTROLLERS = ["cpu", "memory", "pids"] as const;
const MOUNT = "/sys/fs/cgroup";

/** @param root the agent's own: `/kubepods` on a node of its own. @returns what the runtime is told as cgroup_parent */
export function podCgroupPath(root: string, uid: string, qos: QosClass): string {
  const level = qos === "Guaranteed" ? "" : `/${qos.toLowerCase()}`;
  return `${root}${level}/pod${uid}`;
}

/** @param pidsMax of the node's configuration: no pod may exhaust the node's processes */
export function podLimits(spec: PodSpec, pidsMax: number): CgroupLimits {
  const all = [...(spec.containers ?? []), ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always")];
  const init = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy !== "Always");
  const level = spec.resources;
  // A whole is limited only where each of its parts is.
  const whole = (read: typeof milliCpu, side: "limits" | "requests"): number => {
    const given = read(level?.[side]);
    if (given !== undefined) return given;
    const parts = [...all, ...init].map(({ resources }) => read(resources?.[side]) ?? 0);
    if (side === "limits" && parts.includes(0)) return 0;
    const sum = all.reduce((total, { resources }) => total + (read(resources?.[side]) ?? 0), 0);
    return Math.max(sum, ...init.map(({ resources }) => read(resources?.[side]) ?? 0));
  };
  return {
    memoryBytes: qosClass(spec) === "BestEffort" ? 0 : whole(memoryBytes, "limits"),
    cpuShares: sharesFor(whole(milliCpu, "requests")),
    cpuQuotaUs: quotaFor(whole(milliCpu, "limits")),
    pids: pidsMax,
  };
}

export class Cgroups {
  readonly #mount: string;
  readonly #unified: boolean;

  constructor(mount: string = MOUNT) {
    this.#mount = mount;
    this.#unified = existsSync(join(mount, "cgroup.controllers"));
  }

  /** Makes the pod's cgroup, or sets its limits anew. */
  async set(path: string, limits: CgroupLimits): Promise<void> {
    if (this.#unified) await this.#setUnified(path, limits);
    else await this.#setByController(path, limits);
  }

  /** Removes the pod's cgroup and what is left in it; what still has processes stays, and throws. */
  async remove(path: string): Promise<void> {
    const trees = this.#unified ? [this.#mount] : (await readdir(this.#mount)).map((controller) => join(this.#mount, controller));
    for (const tree of trees) await removeTree(join(tree, path));
  }

  /** @returns the UIDs of the pods that have a cgroup below this root */
  async podUids(root: string): Promise<Set<string>> {
    const tree = join(this.#unified ? this.#mount : join(this.#mount, "pids"), root);
    const names: string[] = [];
    for (const level of ["", "burstable", "besteffort"]) names.push(...(await readdir(join(tree, level)).catch(() => [])));
    return new Set(names.flatMap((name) => /^pod(.+)$/.exec(name)?.[1] ?? []));
  }

  async #setByController(path: string, limits: CgroupLimits): Promise<void> {
    const values: readonly (readonly [string, string, string])[] = [
      ["pids", "pids.max", String(limits.pids)],
      ["cpu", "cpu.shares", String(limits.cpuShares)],
      ["cpu", "cpu.cfs_period_us", String(CPU_PERIOD_US)],
      ["cpu", "cpu.cfs_quota_us", limits.cpuQuotaUs > 0 ? String(limits.cpuQuotaUs) : "-1"],
      ["memory", "memory.use_hierarchy", "1"],
      ["memory", "memory.limit_in_bytes", limits.memoryBytes > 0 ? String(limits.memoryBytes) : "-1"],
    ];
    for (const [controller, file, value] of values) {
      const folder = join(this.#mount, controller, path);
      await mkdir(folder, { recursive: true });
      // Newer kernels have no other hierarchy than this and refuse to be told so.
      await writeFile(join(folder, file), value).catch((error) => (file === "memory.use_hierarchy" ? undefined : Promise.reject(error)));
    }
  }

  async #setUnified(path: string, limits: CgroupLimits): Promise<void> {
    const folder = join(this.#mount, path);
    await mkdir(folder, { recursive: true });
    const above: string[] = [];
    for (let at = dirname(folder); at.startsWith(this.#mount); at = dirname(at)) above.unshift(at);
    for (const at of above) await writeFile(join(at, "cgroup.subtree_control"), CONTROLLERS.map((controller) => `+${controller}`).join(" "));
    await writeFile(join(folder, "pids.max"), String(limits.pids));
    // From v1's shares (2 to 262144) to v2's weight (1 to 10000), as runc does it.
    await writeFile(join(folder, "cpu.weight"), String(Math.floor(1 + ((limits.cpuShares - 2) * 9999) / 262_142)));
    await writeFile(join(folder, "cpu.max"), `${limits.cpuQuotaUs > 0 ? limits.cpuQuotaUs : "max"} ${CPU_PERIOD_US}`);
    await writeFile(join(folder, "memory.max"), limits.memoryBytes > 0 ? String(limits.memoryBytes) : "max");
  }
}

async function removeTree(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? undefined : Promise.reject(error)));
}
