/** The units of a node: its machine, its private containerd, the agent, the network. */

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { configVersionFor, containerdConfig, containerdPaths } from "../../node/containerd/config.ts";
import { importImage } from "../../node/containerd/import-image.ts";
import { PAUSE_IMAGE, pauseImageArchive } from "../../node/containerd/pause.ts";
import { criRuntime } from "../../node/runtime/cri-runtime.ts";
import { type ClusterContext, ownCommand } from "../cluster/context.ts";
import { ensureNetworkKubeconfig } from "../cluster/keys.ts";
import { dnsServiceAddress, nodeAddress } from "../cluster/plan.ts";
import { bootMachine, enterWords } from "../machine/small-machine.ts";
import { adopt, launch } from "../processes/spawn.ts";
import type { Unit } from "../processes/unit.ts";

/** Inside the machine, gone with it. */
const RUN = "/run/rampart";

/** Where a node's containerd listens, seen from outside through its init's root. */
export function containerdSocket(initPid: number): string {
  return `/proc/${initPid}/root${RUN}/containerd/containerd.sock`;
}

export function nodeUnits(context: ClusterContext, name: string): Unit[] {
  const { layout, plan } = context;
  const folder = layout.node(name);
  const paths = containerdPaths(folder, RUN);
  const log = (part: string): string => join(layout.logs, `${name}-${part}.log`);
  /** The machine's init, once it has booted. */
  let init = 0;
  const inside = (): string[] => enterWords(init);

  const machine: Unit = {
    name: `${name}/machine`,
    label: `Machine of ${name}`,
    user: "root",
    after: ["bridge"],
    adoptable: true,
    start: async (left) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const running = left ? adopt(left, "SIGKILL") : await bootMachine(plan, name, folder, log("machine"));
      init = running.mark.pid;
      return running;
    },
  };

  const containerd: Unit = {
    name: `${name}/containerd`,
    label: `Container runtime of ${name}`,
    user: "root",
    after: [machine.name],
    within: machine.name,
    adoptable: true,
    start: async (left) => {
      if (left) return adopt(left);
      for (const path of [paths.root, paths.cniConfig, paths.registries]) mkdirSync(path, { recursive: true });
      const version = configVersionFor(execFileSync("containerd", ["--version"], { encoding: "utf8" }));
      const config = join(folder, "containerd.toml");
      writeFileSync(config, containerdConfig({ ...paths, version, pauseImage: PAUSE_IMAGE }));
      const runtime = criRuntime(containerdSocket(init));
      const started = await launch({
        command: ["containerd", "--config", config],
        enter: inside(),
        log: log("containerd"),
        isReady: async () => (await runtime.conditions().catch(() => [])).some(({ type, status }) => type === "RuntimeReady" && status),
      });
      const ready = started.ready
        .then(async () => {
          const images = await runtime.listImages();
          if (!images.some((image) => image.repoTags.includes(PAUSE_IMAGE))) await importImage(containerdSocket(init), Readable.from([pauseImageArchive()]));
        })
        .finally(() => runtime.close());
      return { ...started, ready };
    },
  };

  const agent: Unit = {
    name: `${name}/node`,
    label: `Node agent of ${name}`,
    user: "root",
    after: [containerd.name, "addons"],
    within: machine.name,
    start: () =>
      launch({
        command: ownCommand(context, [
          ...["node", "--name", name, "--bootstrap-kubeconfig", join(folder, "bootstrap.kubeconfig"), "--kubeconfig", join(folder, "kubeconfig")],
          ...["--data", join(folder, "agent"), "--containerd", paths.socket],
          ...["--address", nodeAddress(plan, name), "--cluster-dns", dnsServiceAddress(plan), "--cluster-domain", plan.clusterDomain],
          ...["--client-ca", join(layout.data, "pki", "client-ca.crt"), "--cgroup-root", `/rampart-${plan.id}/${name}`],
        ]),
        enter: inside(),
        log: log("node"),
      }),
  };

  const network: Unit = {
    name: `${name}/network`,
    label: `Network of ${name}`,
    user: "root",
    after: [machine.name, "addons"],
    within: machine.name,
    start: () =>
      launch({
        command: ownCommand(context, [
          ...["network", "--kubeconfig", ensureNetworkKubeconfig(layout, plan, name, Date.now()), "--name", name],
          ...["--pod-cidr", plan.podCidr, "--service-cidr", plan.serviceCidr, "--cni", paths.cniConfig, "--leases", join(folder, "ipam")],
        ]),
        enter: inside(),
        log: log("network"),
      }),
  };
  return [machine, containerd, agent, network];
}
