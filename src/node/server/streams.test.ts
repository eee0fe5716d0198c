/** Exec, attach and port-forward of a node against a real containerd, by every protocol that an API server may come with. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { startAgent, type TestAgent, testPod } from "../../../test/support/agent.ts";
import { startContainerd, type TestContainerd } from "../../../test/support/containerd.ts";
import { insideMachine } from "../../../test/support/machine.ts";
import { type Authority, type Identity, newAuthority, newIdentity } from "../../machinery/certificates/issue.ts";
import { createDialer, PURPOSES, type Upgraded } from "../../machinery/dialer.ts";
import { openCommand, type SpdyCommand, spdyRequestHeaders } from "../../machinery/streams/spdy-command.ts";
import { SpdyConnection } from "../../machinery/streams/spdy-connection.ts";
import { byteStream } from "../../machinery/streams/tunnel.ts";
import { WebSocketConnection } from "../../machinery/streams/websocket.ts";
import { requestHeaders } from "../../machinery/streams/websocket-handshake.ts";
import { type NodeServer, startNodeServer } from "./server.ts";

const CALLER = "kube-apiserver-kubelet-client";
const HOST = "127.0.0.1";
const SUCCESS = { metadata: {}, status: "Success" };

insideMachine(import.meta.filename, (folder) => {
  let containerd: TestContainerd;
  let agent: TestAgent;
  let server: NodeServer;
  let authority: Authority;
  const pod = testPod("web", "echo started; mkdir /tmp/www; echo page > /tmp/www/index.html; httpd -p 8080 -h /tmp/www; cat; sleep 1000", {}, { stdin: true });

  function identity(name: string, usage: "client auth" | "server auth"): Identity {
    const names = { ips: [HOST] };
    return newIdentity(authority, { subject: { commonName: name }, names, usages: ["digital signature", usage], lifetimeMs: 3_600_000, now: Date.now() });
  }

  before(async () => {
    containerd = await startContainerd(folder);
    agent = await startAgent(folder, containerd);
    authority = newAuthority({ commonName: "test", lifetimeMs: 3_600_000, now: Date.now() });
    const api = { context: agent.context, workers: agent.workers };
    server = await startNodeServer({
      api,
      certified: identity("system:node:node-1", "server auth"),
      clientCa: authority.cert,
      callers: new Set([CALLER]),
      address: HOST,
      port: 0,
    });
    agent.workers.set(pod);
    await agent.until(pod, "ready", ({ conditions }) => conditions?.some(({ type, status }) => type === "Ready" && status === "True"));
  });
  after(async () => {
    await agent.delete(pod, 0);
    await server.close();
    await agent.workers.stop();
    await containerd.stop();
  });

  function upgrade(path: string, headers: Record<string, string | readonly string[]>, method = "POST", user = CALLER): Promise<Upgraded> {
    const facts = { ca: authority.cert, ...identity(user, "client auth") };
    return createDialer().upgrade({ purpose: PURPOSES.local, host: HOST, port: server.port }, facts, { method, path, headers });
  }

  /** Opens a SPDY connection, alone or in a WebSocket. */
  async function spdy(path: string, protocol: string, tunnelled = false): Promise<SpdyConnection> {
    const headers = tunnelled ? requestHeaders(Buffer.alloc(16).toString("base64"), [`SPDY/3.1+${protocol}`]) : spdyRequestHeaders(protocol);
    const answer = await upgrade(path, headers, tunnelled ? "GET" : "POST");
    assert.ok(answer.upgraded, `${answer.response.statusCode}`);
    const { socket, head } = answer;
    if (!tunnelled) return new SpdyConnection({ socket, head, side: "client" });
    return new SpdyConnection({
      socket: byteStream(new WebSocketConnection({ socket, head, mask: () => Buffer.of(1, 2, 3, 4) })),
      head: Buffer.alloc(0),
      side: "client",
    });
  }

  async function command(path: string, stdin?: Buffer | string): Promise<{ out: Buffer; err: string; status: unknown }> {
    const connection = await spdy(path, "v4.channel.k8s.io");
    const asked = new URL(path, "https://x").searchParams;
    const streams: SpdyCommand = openCommand(connection, { stdin: asked.has("input"), stdout: true, stderr: asked.has("error"), tty: asked.has("tty") });
    streams.stdin?.end(stdin);
    const [out, err, status] = await Promise.all([buffer(streams.stdout!), streams.stderr ? buffer(streams.stderr) : Buffer.alloc(0), buffer(streams.error)]);
    connection.close();
    return { out, err: err.toString(), status: JSON.parse(status.toString()) };
  }

  const exec = (...words: string[]) => `/exec/default/web/main?output=1${words.map((word) => `&command=${encodeURIComponent(word)}`).join("")}`;

  test("SPDY: output, errors, exit codes, and input that ends", async () => {
    assert.deepEqual(await command(`${exec("sh", "-c", "echo out; echo err >&2")}&error=1`), { out: Buffer.from("out\n"), err: "err\n", status: SUCCESS });
    for (let i = 0; i < 40; i++) assert.deepEqual((await command(exec("true"))).status, SUCCESS); // It was lost now and then.
    const input = Buffer.alloc(3_000_000, "input that ends\n");
    const { out, status } = await command(`${exec("cat")}&input=1`, input);
    assert.deepEqual([out.equals(input), status], [true, SUCCESS]);
    const failed = (await command(exec("sh", "-c", "exit 3"))).status;
    assert.deepEqual((failed as { details: { causes: unknown } }).details.causes, [{ reason: "ExitCode", message: "3" }]);
    assert.match((await command(`${exec("tty")}&tty=1`)).out.toString(), /^\/dev\/pts\/\d+\r\n$/);
  });

  /** @param say what is sent once the connection stands */
  async function socket(path: string, protocol: string, ...say: Buffer[]): Promise<Record<number, string>> {
    const client = new WebSocket(`wss://${HOST}:${server.port}${path}`, [protocol], { ca: authority.cert, ...identity(CALLER, "client auth") });
    const seen: Record<number, string> = {};
    client.on("message", (data: Buffer) => {
      seen[data[0]!] = (seen[data[0]!] ?? "") + data.subarray(1);
    });
    await once(client, "open");
    assert.equal(client.protocol, protocol);
    for (const message of say) client.send(message);
    const [code] = await once(client, "close");
    assert.equal(code, 1000);
    return seen;
  }

  test("WebSocket: the newest protocol, whose input ends, and the one before", async () => {
    const said = Buffer.from("\u0000some input");
    assert.deepEqual(await socket(`${exec("cat")}&input=1`, "v5.channel.k8s.io", said, Buffer.of(255, 0)), { 1: "some input", 3: JSON.stringify(SUCCESS) });
    const { 1: out, 3: status } = await socket(exec("echo", "hi"), "v4.channel.k8s.io");
    assert.deepEqual([out, JSON.parse(status ?? "")], ["hi\n", SUCCESS]);
  });

  test("attach: what is written reaches the container, whose output comes back", async () => {
    const connection = await spdy("/attach/default/web/main?input=1&output=1", "v4.channel.k8s.io");
    const { stdin, stdout } = openCommand(connection, { stdin: true, stdout: true, stderr: false, tty: false });
    stdin!.write("are you there\n");
    const [chunk] = await once(stdout!, "data");
    assert.equal(String(chunk), "are you there\n");
    connection.close();
  });

  test("port-forward: a page of the pod, by SPDY and in a WebSocket; a port that nobody listens at is told of", async () => {
    for (const tunnelled of [false, true]) {
      const connection = await spdy("/portForward/default/web", "portforward.k8s.io", tunnelled);
      const open = (port: string, requestid: string) => {
        const [error, data] = ["error", "data"].map(
          (streamtype) =>
            connection.open(
              new Map([
                ["streamtype", streamtype],
                ["port", port],
                ["requestid", requestid],
              ]),
            ).stream,
        );
        error!.end();
        return { error: error!, data: data! };
      };
      const good = open("8080", "0");
      good.data.write("GET /index.html HTTP/1.0\r\n\r\n");
      assert.match((await buffer(good.data)).toString(), /^HTTP\/1\.\d 200 OK\r\n[\s\S]*\r\n\r\npage\n$/, String(tunnelled));
      const bad = open("9", "1");
      bad.data.write("x");
      assert.match((await buffer(bad.error)).toString(), /refused/, String(tunnelled));
      connection.close();
    }
  });

  test("what can't be served is refused before anything is switched", async () => {
    const headers = spdyRequestHeaders("v4.channel.k8s.io");
    const refused = async (path: string, user?: string) => {
      const answer = await upgrade(path, headers, "POST", user);
      assert.ok(!answer.upgraded);
      return [answer.response.statusCode, (await buffer(answer.response)).toString()];
    };
    assert.deepEqual(await refused(exec("true"), "somebody"), [403, "Forbidden"]);
    assert.deepEqual(await refused("/exec/default/none/main?output=1&command=true"), [404, "pod does not exist"]);
    assert.deepEqual(await refused("/exec/default/web/none?output=1&command=true"), [404, 'container not found ("none")']);
    assert.deepEqual(await refused("/exec/default/web/main?command=true"), [400, "you must specify at least 1 of stdin, stdout, stderr"]);
    assert.deepEqual(await refused("/portForward/default/web?port=70000"), [400, 'invalid port "70000"']);
    assert.deepEqual(await refused("/nothing"), [404, "404 page not found"]);
  });
});
