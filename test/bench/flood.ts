/**
 * What a flood costs others, by hand: `node test/bench/flood.ts [SECONDS]`. One user keeps hundreds of requests under way over several connections; another one,
 * and one of the exempt lane, ask one thing after another. Prints how long these wait, first alone, then beside the flood.
 */

import { type ClientHttp2Session, connect } from "node:http2";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { startControlPlane } from "../../src/cli/control-plane.ts";

const CONNECTIONS = 8;
const UNDER_WAY = 100;
const PATH = "/api/v1/namespaces/default/configmaps/kube-root";

interface Client {
  readonly url: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

function open({ url, ca, cert, key }: Client): ClientHttp2Session {
  return connect(url, { ca, cert, key });
}

/** @returns the code of the answer */
function get(session: ClientHttp2Session, path = PATH): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": path });
    let code = 0;
    stream.on("response", (headers) => {
      code = Number(headers[":status"]);
    });
    stream
      .on("end", () => resolve(code))
      .on("error", reject)
      .resume();
  });
}

async function flood(client: Client): Promise<void> {
  const again = async (session: ClientHttp2Session): Promise<never> => {
    for (;;) await get(session);
  };
  for (let i = 0; i < CONNECTIONS; i++) {
    const session = open(client);
    for (let j = 0; j < UNDER_WAY; j++) void again(session);
  }
}

async function measure(name: string, client: Client, seconds: number): Promise<void> {
  const session = open(client);
  const times: number[] = [];
  const codes = new Map<number, number>();
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const began = performance.now();
    const code = await get(session);
    codes.set(code, (codes.get(code) ?? 0) + 1);
    times.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  session.close();
  times.sort((a, b) => a - b);
  const at = (part: number): string => times[Math.floor(part * (times.length - 1))]!.toFixed(1).padStart(7);
  console.log(`${name.padEnd(30)} p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   ${[...codes].map(([code, count]) => `${count} × ${code}`).join(", ")}`);
}

if (isMainThread) {
  const seconds = Number(process.argv[2] ?? 3);
  await using cluster = await startControlPlane();
  const client = (user: string, ...groups: string[]): Client => ({ url: cluster.url, ca: cluster.ca, ...cluster.identity(user, groups) });
  const admin = client("admin", "system:masters");
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
  const subjects = ["flood", "quiet"].map((name) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "User", name }));
  const binding = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name: "bench" }, roleRef, subjects };
  await cluster.server.loopback.send("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding as never);
  const work = async (when: string): Promise<void> => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { measure: [client("quiet"), admin], seconds, when } });
    await new Promise((resolve) => worker.once("exit", resolve));
  };
  await work("alone");
  const flooding = new Worker(new URL(import.meta.url), { workerData: { flood: client("flood") } });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await work("beside the flood");
  await flooding.terminate();
  await new Promise((resolve) => setTimeout(resolve, 500));
} else if (workerData.flood) await flood(workerData.flood);
else {
  const [quiet, admin] = workerData.measure;
  await measure(`quiet user, ${workerData.when}`, quiet, workerData.seconds);
  await measure(`exempt user, ${workerData.when}`, admin, workerData.seconds);
}
