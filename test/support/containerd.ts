/** A containerd of the test's own, for a test that runs inside a machine (machine.ts). */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { writeCniConflist } from "../../src/network/cni.ts";
import { type ContainerdPaths, configVersionFor, containerdConfig, containerdPaths } from "../../src/node/containerd/config.ts";
import { importImage } from "../../src/node/containerd/import-image.ts";
import { PAUSE_IMAGE, pauseImageArchive } from "../../src/node/containerd/pause.ts";
import type { ContainerRuntime } from "../../src/node/runtime/container-runtime.ts";
import { criRuntime } from "../../src/node/runtime/cri-runtime.ts";
import { busyboxArchive } from "./busybox.ts";

export interface TestContainerd {
  readonly paths: ContainerdPaths;
  readonly runtime: ContainerRuntime;
  /** Parent of every pod's cgroup here: `/NAME`. */
  readonly cgroup: string;
  /** Kills containerd without warning and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const READY_MS = 20_000;

/** Starts containerd with the pause image, busybox and a pod network of 10.244.9.0/24. @param folder the machine's */
export async function startContainerd(folder: string): Promise<TestContainerd> {
  const paths = containerdPaths(folder, "/run/rampart");
  for (const path of [paths.root, paths.state, paths.cniConfig, paths.registries]) mkdirSync(path, { recursive: true });
  const version = configVersionFor(execFileSync("containerd", ["--version"], { encoding: "utf8" }));
  const configFile = join(folder, "containerd.toml");
  writeFileSync(configFile, containerdConfig({ ...paths, version, pauseImage: PAUSE_IMAGE }));
  await writeCniConflist(paths.cniConfig, { podCidrs: ["10.244.9.0/24"], leases: "/run/rampart/ipam" });
  const runtime = criRuntime(paths.socket);
  let child = await start(configFile, runtime);
  await importImage(paths.socket, Readable.from([pauseImageArchive()]));
  await importImage(paths.socket, Readable.from([busyboxArchive()]));
  const cgroup = `/${basename(folder)}`;
  return {
    paths,
    runtime,
    cgroup,
    async restart() {
      await kill(child, "SIGKILL");
      child = await start(configFile, runtime);
    },
    async stop() {
      for (const sandbox of await runtime.listSandboxes()) {
        await runtime.stopSandbox(sandbox.id);
        await runtime.removeSandbox(sandbox.id);
      }
      runtime.close();
      await kill(child, "SIGTERM");
      await removeCgroups(cgroup);
      await rm(configFile);
    },
  };
}

async function start(configFile: string, runtime: ContainerRuntime): Promise<ChildProcess> {
  const child = spawn("containerd", ["--config", configFile], { stdio: ["ignore", "ignore", process.env.VERBOSE ? "inherit" : "ignore"] });
  const until = Date.now() + READY_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`containerd ended with ${child.exitCode}; run with VERBOSE=1 to see why`);
    const conditions = await runtime.conditions().catch((error: Error) => error);
    if (Array.isArray(conditions) && conditions.every(({ status }) => status)) return child;
    if (Date.now() > until) throw new Error(`containerd wasn't ready within ${READY_MS} ms: ${JSON.stringify(conditions)}`);
    await sleep(50);
  }
}

async function kill(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await gone;
}

/** A cgroup goes once what it holds is gone; deepest first. */
async function removeCgroups(cgroup: string): Promise<void> {
  const found = execFileSync("find", ["/sys/fs/cgroup", "-depth", "-type", "d", "-path", `/sys/fs/cgroup/*${cgroup}*`], { encoding: "utf8" });
  for (const folder of found.split("\n").filter(Boolean)) await rmdir(folder).catch(() => undefined);
}
