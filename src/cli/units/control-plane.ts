/** The units of the control plane: API server, keeper of the record, signer, controllers, scheduler, DNS. */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { auditdArguments, listenForSenders, type SenderSocket } from "../../auditd/start.ts";
import { createDialer, PURPOSES } from "../../machinery/dialer.ts";
import { type ClusterContext, ownCommand, SERVER_FLAGS } from "../cluster/context.ts";
import { ensureFolder, writeFileDurably } from "../cluster/files.ts";
import { keyFiles } from "../cluster/keys.ts";
import { machineAddress, type UserName, uidOf } from "../cluster/plan.ts";
import { DNS_MACHINE } from "../machine/bridge.ts";
import { untilLetGo } from "../machine/hold.ts";
import { bootMachine, enterWords } from "../machine/small-machine.ts";
import { launch, stop } from "../processes/spawn.ts";
import type { Unit } from "../processes/unit.ts";
import { apiServerConfig } from "./api-server-config.ts";

export function userText(context: ClusterContext, user: UserName | "root"): string {
  if (!context.asRoot) return `uid ${process.getuid?.()}`;
  return user === "root" ? "root" : `${user} (uid ${uidOf(context.plan, user)})`;
}

/** @returns the uid a process is started with; undefined where all run as their maker */
function uid(context: ClusterContext, user: UserName): number | undefined {
  return context.asRoot ? uidOf(context.plan, user) : undefined;
}

export function apiServerUnit(context: ClusterContext): Unit {
  const { layout, plan } = context;
  const config = join(layout.of("apiserver"), "config.json");
  const owner = uid(context, "apiserver");
  return {
    name: "apiserver",
    label: "API server",
    user: userText(context, "apiserver"),
    after: ["auditd"],
    start: async () => {
      await untilLetGo(layout, "apiserver");
      writeFileDurably(config, `${JSON.stringify(apiServerConfig(context), null, 2)}\n`, { mode: 0o600, ...(owner !== undefined && { uid: owner }) });
      return launch({
        command: ownCommand(context, ["apiserver", "--config", config], SERVER_FLAGS),
        uid: owner,
        log: join(layout.logs, "apiserver.log"),
        isReady: () => apiServerIsReady(plan.port, readFileSync(keyFiles.authority(layout, "serving"), "utf8")),
      });
    },
  };
}

async function apiServerIsReady(port: number, ca: string): Promise<boolean> {
  try {
    const answer = await createDialer().request(
      { purpose: PURPOSES.apiserver, host: "127.0.0.1", port, timeoutMs: 1000 },
      { ca },
      { method: "GET", path: "/readyz" },
    );
    answer.resume();
    return answer.statusCode === 200;
  } catch {
    return false;
  }
}

/**
 * The keeper of the record can't open a socket: it runs under Node's permission model without the network. The supervisor accepts the API
 * server's connections in its place and hands them over, so that either side may restart.
 */
export function auditdUnit(context: ClusterContext): Unit & { close(): void } {
  const { layout, program } = context;
  let senders: SenderSocket | undefined;
  return {
    name: "auditd",
    label: "Keeper of the record",
    user: userText(context, "auditd"),
    after: [],
    close: () => senders?.close(),
    async start() {
      const owner = uid(context, "apiserver");
      senders ??= await listenForSenders(layout.auditSocket, owner === undefined ? undefined : { uid: owner, gid: owner });
      const started = await launch({
        command: [program.node, ...auditdArguments(program.auditd, program.folder, layout.of("auditd"))],
        uid: uid(context, "auditd"),
        log: join(layout.logs, "auditd.log"),
        channel: true,
      });
      const ready = started.ready.then(() => senders?.handTo(started.child));
      ready.catch(() => undefined);
      void started.ended.then(() => senders?.handTo(undefined));
      return { ...started, ready };
    },
  };
}

/** A process that comes to the API with its own kubeconfig and needs nothing else. */
function clientUnit(context: ClusterContext, user: UserName, label: string, args: readonly string[] = []): Unit {
  const { layout } = context;
  return {
    name: user,
    label,
    user: userText(context, user),
    after: ["addons"],
    start: () =>
      launch({
        command: ownCommand(context, [user, "--kubeconfig", keyFiles.kubeconfig(layout, user), ...args]),
        uid: uid(context, user),
        log: join(layout.logs, `${user}.log`),
      }),
  };
}

export function signerUnit(context: ClusterContext): Unit {
  const { layout } = context;
  const files = ["--client-ca", keyFiles.authority(layout, "client"), "--client-ca-key", keyFiles.signerKey(layout, "client")];
  const serving = ["--serving-ca", keyFiles.authority(layout, "serving"), "--serving-ca-key", keyFiles.signerKey(layout, "serving")];
  return clientUnit(context, "signer", "Certificate signer", [...files, ...serving]);
}

export function controllersUnit(context: ClusterContext): Unit {
  const { layout, plan } = context;
  return clientUnit(context, "controllers", "Controllers", ["--root-ca", keyFiles.authority(layout, "serving"), "--pod-cidr", plan.podCidr]);
}

export function schedulerUnit(context: ClusterContext): Unit {
  return clientUnit(context, "scheduler", "Scheduler");
}

/** DNS answers at an address of its own on the bridge: a namespace in which port 53 needs no privilege. */
export function dnsUnits(context: ClusterContext): Unit[] {
  const { layout, plan } = context;
  let init = 0;
  const machine: Unit = {
    name: "dns/machine",
    label: "Network namespace of DNS",
    user: "root",
    after: ["bridge"],
    start: async (left) => {
      if (left) await stop(left, "SIGKILL");
      const folder = layout.of("dns");
      const booted = await bootMachine(plan, DNS_MACHINE, folder, join(layout.logs, "dns-machine.log"), { unprivilegedPorts: 53 });
      init = booted.mark.pid;
      return booted;
    },
  };
  const dns: Unit = {
    name: "dns",
    label: "DNS",
    user: userText(context, "dns"),
    after: ["dns/machine", "addons"],
    within: "dns/machine",
    start: () =>
      launch({
        command: ownCommand(context, [
          "dns",
          ...["--kubeconfig", keyFiles.kubeconfig(layout, "dns"), "--server", `https://${machineAddress(plan)}:${plan.port}`],
          ...["--address", "0.0.0.0", "--domain", plan.clusterDomain],
        ]),
        enter: enterWords(init),
        uid: uid(context, "dns"),
        log: join(layout.logs, "dns.log"),
      }),
  };
  return [machine, dns];
}

export function prepareFolders(context: ClusterContext): void {
  const { layout } = context;
  ensureFolder(layout.data, { mode: 0o755 });
  for (const folder of [layout.logs, layout.run]) ensureFolder(folder, { mode: 0o755 });
  mkdirSync(join(layout.data, "nodes"), { recursive: true, mode: 0o755 });
}
