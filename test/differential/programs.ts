/**
 * Kubernetes' own kube-scheduler and kube-controller-manager (v1.37) run unchanged against Rampart's API server, and beside it against a real kube-apiserver, with
 * the same workload. Prints what they complained of here and not there, and where what came of the workload differs; ends with 1 if there was either.
 *
 *     node test/differential/programs.ts --kube FOLDER [--minutes 10] [--out FOLDER]
 *
 * The programs are looked for in the PATH. The peer's folder holds its kubeconfig (an administrator's, with a client certificate), ca.crt, ca.key and sa.key; its own
 * scheduler and controllers must not run.
 */

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { startControlPlane } from "../../src/cli/control-plane.ts";
import { type Authority, loadAuthority, newIdentity } from "../../src/machinery/certificates/issue.ts";
import { kubeconfig } from "../../src/machinery/certificates/kubeconfig.ts";
import { hollowNodes } from "./programs/hollow-nodes.ts";
import { complaints } from "./programs/log-lines.ts";
import { round, type Summary } from "./programs/workload.ts";
import { clientOf } from "./random-writes.ts";

const { values } = parseArgs({
  options: { kube: { type: "string" }, minutes: { type: "string", default: "10" }, out: { type: "string", default: "/tmp/programs" } },
});
const { kube } = values;
assert(kube, "usage: programs.ts --kube FOLDER [--minutes 10] [--out FOLDER]");
const [minutes, out] = [Number(values.minutes), resolve(values.out)];
const DAY_MS = 86_400_000;

/** An API server to run the programs against. */
interface Side {
  readonly name: string;
  readonly folder: string;
  readonly server: string;
  /** PEM of who signs the server's certificate. */
  readonly ca: string;
  readonly authority: Authority;
  readonly tokenKey: string;
  readonly admin: string;
}

function side(name: string, facts: Omit<Side, "name" | "folder">): Side {
  const folder = join(out, name);
  mkdirSync(folder, { recursive: true });
  const files = {
    "ca.crt": facts.authority.cert,
    "ca.key": facts.authority.key,
    "serving-ca.crt": facts.ca,
    "sa.key": facts.tokenKey,
    "admin.kubeconfig": facts.admin,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text, { mode: 0o600 });
  for (const user of ["system:kube-scheduler", "system:kube-controller-manager"]) {
    const identity = newIdentity(facts.authority, {
      subject: { commonName: user },
      usages: ["digital signature", "client auth"],
      lifetimeMs: DAY_MS,
      now: Date.now(),
    });
    writeFileSync(join(folder, `${user.replace(/^.*:/, "")}.kubeconfig`), kubeconfig({ server: facts.server, ca: facts.ca, ...identity }), { mode: 0o600 });
  }
  return { name, folder, ...facts };
}

function peer(folder: string): Side {
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  const admin = read("kubeconfig");
  const { cluster } = parse(admin).clusters[0];
  const authority = loadAuthority({ cert: read("ca.crt"), key: read("ca.key") });
  return side("kubernetes", { server: cluster.server, ca: authority.cert, authority, tokenKey: read("sa.key"), admin });
}

/** Starts the two programs with what a cluster's installer gives them. */
function start({ folder }: Side, port: number): ChildProcess[] {
  const own = (program: string) => ["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"].map((flag) => `--${flag}=${program}.kubeconfig`);
  const common = (at: number) => ["--bind-address=127.0.0.1", `--secure-port=${at}`, "--leader-elect=true"];
  const controllers = [
    "--use-service-account-credentials=true",
    "--service-account-private-key-file=sa.key",
    "--root-ca-file=serving-ca.crt",
    "--cluster-signing-cert-file=ca.crt",
    "--cluster-signing-key-file=ca.key",
    "--allocate-node-cidrs=true",
    "--cluster-cidr=10.244.0.0/16",
    "--controllers=*,bootstrap-signer-controller,token-cleaner-controller",
  ];
  return [
    program(folder, "kube-scheduler", [...own("kube-scheduler"), ...common(port)]),
    program(folder, "kube-controller-manager", [...own("kube-controller-manager"), ...common(port + 1), ...controllers]),
  ];
}

function program(folder: string, name: string, flags: readonly string[]): ChildProcess {
  const log = createWriteStream(join(folder, `${name}.log`));
  const child = spawn(name, flags, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  return child;
}

/** @returns the summary of the last whole round, and whether a program ended by itself */
async function run(one: Side, port: number): Promise<{ summary: Summary; ended: string[] }> {
  const { ask, close } = clientOf(join(one.folder, "admin.kubeconfig"));
  const stopping = new AbortController();
  await hollowNodes(ask, stopping.signal);
  const children = start(one, port);
  const until = Date.now() + minutes * 60_000;
  let summary: Summary = {};
  for (let index = 1; Date.now() < until; index++) {
    summary = await round(ask, `round-${index}`);
    console.log(`${one.name}: round ${index} is over`);
  }
  const ended = children.flatMap(({ exitCode, signalCode, spawnfile }) =>
    exitCode === null && signalCode === null ? [] : [`${spawnfile} ended with ${exitCode ?? signalCode}`],
  );
  stopping.abort();
  for (const child of children) child.kill();
  await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? new Promise((gone) => child.once("close", gone))));
  close();
  return { summary, ended };
}

await using cluster = await startControlPlane();
const ours = side("rampart", {
  server: cluster.url,
  ca: cluster.ca,
  authority: cluster.clientAuthority,
  tokenKey: cluster.keys.tokenKey,
  admin: cluster.adminKubeconfig,
});
const theirs = peer(resolve(kube));
const [here, there] = await Promise.all([run(ours, 21_259), run(theirs, 22_259)]);

let differences = 0;
function tell(title: string, lines: readonly string[]): void {
  differences += lines.length;
  console.log(`\n── ${title}: ${lines.length}`);
  for (const line of lines) console.log(line);
}
tell("ended by itself", [...here.ended, ...there.ended]);
for (const name of ["kube-scheduler", "kube-controller-manager"]) {
  const [a, b] = [ours, theirs].map(({ folder }) => complaints(readFileSync(join(folder, `${name}.log`), "utf8"))) as [
    Map<string, number>,
    Map<string, number>,
  ];
  console.log(`\n${name} complained ${sum(a)} times here (${a.size} kinds), ${sum(b)} there (${b.size} kinds)`);
  tell(
    `${name} complains here and not there`,
    [...a].filter(([key]) => !b.has(key)).map(([key, count]) => `${count} × ${key}`),
  );
}
const keys = [...new Set([...Object.keys(here.summary), ...Object.keys(there.summary)])];
tell(
  "what came of it differs",
  keys
    .filter((key) => JSON.stringify(here.summary[key]) !== JSON.stringify(there.summary[key]))
    .map((key) => `${key}\n  here:  ${JSON.stringify(here.summary[key])}\n  there: ${JSON.stringify(there.summary[key])}`),
);
process.exitCode = differences > 0 ? 1 : 0;

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((all, count) => all + count, 0);
}
