/** Clients that vanish, babble, or never read: the server stays up, forgets them, and answers the next one. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import type { Identity } from "../../src/machinery/certificates/issue.ts";
import { send } from "../support/https.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

let cluster: ControlPlane;
let admin: Identity;
const faults: unknown[] = [];
const note = (error: unknown): void => void faults.push(error);
before(async () => {
  process.on("uncaughtException", note).on("unhandledRejection", note);
  cluster = await startControlPlane();
  admin = cluster.identity("admin", ["system:masters"]);
  const data = { a: "x".repeat(200_000) };
  for (let index = 0; index < 20; index++) {
    await send(raw(), "POST", CONFIG_MAPS, { "content-type": "application/json" }, JSON.stringify({ metadata: { name: `large-${index}` }, data }));
  }
});
after(async () => {
  await cluster.close();
  process.off("uncaughtException", note).off("unhandledRejection", note);
});

const raw = () => ({ url: cluster.url, ca: cluster.ca, identity: admin });

async function dial(protocol: "h2" | "http/1.1"): Promise<TLSSocket> {
  const { port } = new URL(cluster.url);
  const socket = connect({ host: "127.0.0.1", port: Number(port), ca: cluster.ca, cert: admin.cert, key: admin.key, ALPNProtocols: [protocol] });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  return socket;
}

/** Afterwards nothing was thrown past the runner, and the server answers. */
async function assertWell(): Promise<void> {
  await sleep(50);
  assert.deepEqual(faults, []);
  assert.equal((await send(raw(), "GET", "/readyz")).text, "ok");
  const { reading, writing, longRunning } = cluster.server.context.front.turns;
  assert.deepEqual({ reading, writing, longRunning: longRunning.size }, { reading: 0, writing: 0, longRunning: 0 }, "every turn was given back");
}

test("noise on the line", async () => {
  for (const protocol of ["h2", "http/1.1"] as const) {
    for (let round = 0; round < 20; round++) {
      const socket = await dial(protocol);
      socket.write(randomBytes(1 + round * 50));
      if (round % 2) socket.destroy();
      else socket.end();
    }
  }
  await assertWell();
});

test("half a request, and then nothing", async () => {
  const body = JSON.stringify({ metadata: { name: "half" } });
  const request = `POST ${CONFIG_MAPS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  for (let cut = 1; cut < request.length; cut += 17) {
    const socket = await dial("http/1.1");
    socket.write(request.slice(0, cut));
    setImmediate(() => socket.destroy());
    await once(socket, "close");
  }
  assert.equal((await send(raw(), "GET", `${CONFIG_MAPS}/half`)).code, 404, "half a body is no object");
  await assertWell();
});

test("streams that are reset at every point of lists, watches and writes", async () => {
  const session = connectHttp2(cluster.url, { ca: cluster.ca, cert: admin.cert, key: admin.key });
  session.on("error", () => {});
  const asks = [
    { path: CONFIG_MAPS, method: "GET" },
    { path: `${CONFIG_MAPS}?watch=1`, method: "GET" },
    { path: CONFIG_MAPS, method: "GET", "accept-encoding": "gzip" },
    { path: CONFIG_MAPS, method: "GET", accept: "application/vnd.kubernetes.protobuf" },
    { path: CONFIG_MAPS, method: "GET", accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
    { path: CONFIG_MAPS, method: "POST", "content-type": "application/json" },
  ];
  for (const { path, method, ...headers } of asks) {
    for (const delayMs of [0, 1, 3, 10, 30]) {
      const stream = session.request({ ":path": path, ":method": method, ...headers }, { endStream: method === "GET" });
      stream.on("error", () => {});
      if (method === "POST") stream.write('{"metadata":{"generateName":"cut-"},"data":{"a":"');
      await sleep(delayMs);
      stream.close(8); // CANCEL
    }
  }
  await sleep(50);
  session.destroy();
  await assertWell();
});

/** Runs the collector twice: a buffer's memory goes when its finalizer has run. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
}

test("a client that never reads holds one chunk of a list, not the list", async () => {
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  const sockets: TLSSocket[] = [];
  for (let index = 0; index < 10; index++) {
    const socket = await dial("http/1.1");
    socket.pause();
    socket.write(`GET ${CONFIG_MAPS} HTTP/1.1\r\nHost: x\r\n\r\n`);
    sockets.push(socket);
  }
  await sleep(300);
  collectGarbage(); // What was written and forgotten isn't held.
  const held = process.memoryUsage().arrayBuffers - before;
  for (const socket of sockets) socket.destroy();
  assert.ok(held < 25_000_000, `${held} bytes are held for 10 readers of 4 MB each`);
  await assertWell();
});
