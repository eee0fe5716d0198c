/** The subresources that lead to nodes: the unmodified kubectl and a raw client on one side, a kubelet that obeys and misbehaves on the other. */

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect as connectPlain } from "node:net";
import { buffer } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { WebSocket, WebSocketServer } from "ws";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import type { Identity } from "../../src/machinery/certificates/issue.ts";
import { createDialer, type Dialer } from "../../src/machinery/dialer.ts";
import { send } from "../support/https.ts";
import { kubectl } from "../support/kubectl.ts";
import { type FakeKubelet, startKubelet } from "../support/kubelet.ts";

interface Stage {
  readonly cluster: ControlPlane;
  readonly kubelet: FakeKubelet;
  readonly k: ReturnType<typeof kubectl>;
  readonly admin: Identity;
}

const PODS = "/api/v1/namespaces/default/pods";

/** A cluster with a node and two pods on it: `web`, of one container, and `two`; `loose` has no node. */
async function stage(t: TestContext, { certificateOf = "node-1", dialer }: { certificateOf?: string; dialer?: Dialer } = {}): Promise<Stage> {
  const kubelet = await startKubelet(t, certificateOf);
  const cluster = await startControlPlane({ outgoing: { ...kubelet.outgoing, ...(dialer && { dialer }) } });
  t.after(() => cluster.close());
  const admin = cluster.identity("admin", ["system:masters"]);
  const { url, ca } = cluster;
  const write = async (method: string, path: string, object: object): Promise<void> => {
    const answer = await send({ url, ca, identity: admin }, method, path, { "content-type": "application/json" }, JSON.stringify(object));
    assert.ok(answer.code < 300, answer.text);
  };
  const label = { metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } } };
  const patched = await send(
    { url, ca, identity: admin },
    "PATCH",
    "/api/v1/namespaces/default",
    { "content-type": "application/merge-patch+json" },
    JSON.stringify(label),
  );
  assert.equal(patched.code, 200, patched.text);
  await write("POST", "/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
  const status = { addresses: [{ type: "InternalIP", address: "127.0.0.1" }], daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } } };
  await write("POST", "/api/v1/nodes", { metadata: { name: "node-1" }, status });
  const pod = (name: string, nodeName: string | undefined, ...containers: string[]) =>
    write("POST", PODS, { metadata: { name }, spec: { nodeName, containers: containers.map((one) => ({ name: one, image: "example.org/x:1" })) } });
  await pod("web", "node-1", "main");
  await pod("two", "node-1", "a", "b");
  await pod("loose", undefined, "main");
  const running = JSON.stringify({ status: { phase: "Running", podIP: "127.0.0.1", podIPs: [{ ip: "127.0.0.1" }] } });
  const put = await send({ url, ca, identity: admin }, "PATCH", `${PODS}/web/status`, { "content-type": "application/merge-patch+json" }, running);
  assert.equal(put.code, 200, put.text);
  return { cluster, kubelet, k: kubectl(t, cluster.adminKubeconfig), admin };
}

/** kubectl with its streams by WebSocket or by SPDY. */
function start({ k }: Stage, way: "websocket" | "spdy", ...args: string[]): ChildProcess {
  const flag = String(way === "websocket");
  const env = { ...process.env, KUBECONFIG: k.kubeconfig, KUBECTL_REMOTE_COMMAND_WEBSOCKETS: flag, KUBECTL_PORT_FORWARD_WEBSOCKETS: flag };
  return spawn(k.program, args, { env, stdio: ["pipe", "pipe", "pipe"], timeout: 30_000 });
}

async function finish(child: ChildProcess, input?: Buffer): Promise<{ code: number; out: Buffer; err: string }> {
  child.stdin?.on("error", () => {}).end(input);
  const [out, err, [code]] = await Promise.all([buffer(child.stdout!), buffer(child.stderr!), once(child, "close")]);
  return { code, out, err: err.toString() };
}

test("kubectl runs commands through the API server, by WebSocket and by SPDY", async (t) => {
  const set = await stage(t);
  const data = Buffer.alloc(3_000_000, "some input that is no round number of bytes long\n");
  for (const way of ["websocket", "spdy"] as const) {
    const exec = (...args: string[]) => start(set, way, "exec", ...args);
    assert.deepEqual(await finish(exec("web", "--", "echo", "hello", "world")), { code: 0, out: Buffer.from("hello world\n"), err: "" }, way);
    assert.equal((await finish(exec("web", "--", "fail", "42"))).code, 42, way);
    assert.equal((await finish(exec("web", "--", "true"))).code, 0, way);
    assert.equal((await finish(exec("web", "--", "flood", "5000000"))).out.length, 5_000_000, way);
    const echoed = await finish(exec("-i", "web", "--", "cat"), data);
    assert.deepEqual([echoed.code, createHash("sha1").update(echoed.out).digest("hex")], [0, createHash("sha1").update(data).digest("hex")], way);
    assert.match(set.kubelet.requests.at(-1)!, /^POST \/exec\/default\/web\/main\?input=1&output=1&error=1&command=cat kube-apiserver-kubelet-client$/, way);
  }
});

test("kubectl forwards ports, in a tunnel and by SPDY", async (t) => {
  const set = await stage(t);
  for (const way of ["websocket", "spdy"] as const) {
    const child = start(set, way, "port-forward", "pod/web", ":80", ":9");
    t.after(() => child.kill());
    const errors: string[] = [];
    child.stderr!.on("data", (chunk) => errors.push(String(chunk)));
    let output = "";
    child.stdout!.on("data", (chunk) => {
      output += chunk;
    });
    const bound = () => [...output.matchAll(/127\.0\.0\.1:(\d+) ->/g)].map(([, port]) => Number(port));
    for (let tries = 0; tries < 200 && bound().length < 2; tries++) await sleep(50);
    const ports = bound();
    assert.equal(ports.length, 2, `${output}${errors.join("")}`);
    const ask = async (port: number, text: string): Promise<string> => {
      const socket = connectPlain(port, "127.0.0.1");
      socket.on("error", () => {}).end(text);
      return (await buffer(socket).catch(() => Buffer.alloc(0))).toString();
    };
    assert.deepEqual(await Promise.all(["one", "two", "three"].map((text) => ask(ports[0]!, text))), ["ONE", "TWO", "THREE"], way);
    assert.equal(await ask(ports[1]!, "x"), "", way);
    for (let tries = 0; tries < 50 && !errors.join("").includes("connection refused"); tries++) await sleep(50);
    assert.match(errors.join(""), /connection refused/, way);
    child.kill();
  }
});

test("logs are text, whole or in a WebSocket's messages, and options are judged as Kubernetes does", async (t) => {
  const { cluster, kubelet, k, admin } = await stage(t);
  assert.equal(await k("logs", "web"), "line 1\nline 2\n");
  assert.equal(await k("logs", "two", "-c", "b", "--tail=5", "--since=1m"), "line 1\nline 2\n");
  assert.match(kubelet.requests.at(-1)!, /^GET \/containerLogs\/default\/two\/b\?sinceSeconds=60&tailLines=5 /);
  const raw = { url: cluster.url, ca: cluster.ca, identity: admin };
  const get = async (path: string) => send(raw, "GET", `${PODS}/${path}`);
  const said = async (path: string) => {
    const answer = await get(path);
    return [answer.code, answer.json().message];
  };
  assert.equal((await get("loose/log")).code, 204);
  assert.deepEqual(await said("two/log"), [400, "a container name must be specified for pod two, choose one of: [a b]"]);
  assert.deepEqual(await said("web/log?container=x"), [400, "container x is not valid for pod web"]);
  assert.deepEqual(await said("web/log?tailLines=x"), [400, 'strconv.ParseInt: parsing "x": invalid syntax']);
  assert.deepEqual(await said("web/log?limitBytes=0"), [422, 'PodLogOptions "web" is invalid: limitBytes: Invalid value: 0: must be greater than 0']);
  assert.deepEqual(await said("none/log"), [404, 'pods "none" not found']);
  for (const [protocol, first] of [
    ["binary.k8s.io", "line 1\nline 2\n"],
    ["base64.binary.k8s.io", Buffer.from("line 1\nline 2\n").toString("base64")],
  ] as const) {
    const socket = webSocket(cluster, admin, `${PODS}/web/log`, [protocol]);
    const ended = once(socket, "close");
    const [data, isBinary] = await once(socket, "message");
    assert.deepEqual([String(data), isBinary, socket.protocol], [first, protocol === "binary.k8s.io", protocol]);
    assert.equal((await ended)[0], 1000);
  }
});

function webSocket({ url, ca }: ControlPlane, identity: Identity | undefined, path: string, protocols: string[]): WebSocket {
  return new WebSocket(url.replace("https", "wss") + path, protocols, { ca, ...(identity && { cert: identity.cert, key: identity.key }) });
}

/** Everything that an older client of exec gets, by channel. */
async function channels(socket: WebSocket, base64: boolean): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  socket.on("message", (data: Buffer) => {
    const channel = base64 ? String.fromCharCode(data[0]!) : String(data[0]);
    const text = base64 ? Buffer.from(data.subarray(1).toString(), "base64").toString() : data.subarray(1).toString();
    seen[channel] = (seen[channel] ?? "") + text;
  });
  await once(socket, "close");
  return seen;
}

test("older WebSocket protocols work, and a browser's token among the subprotocols", async (t) => {
  const { cluster, admin } = await stage(t);
  const path = `${PODS}/web/exec?stdout=1&command=echo&command=hi`;
  const success = '{"metadata":{},"status":"Success"}';
  assert.deepEqual(await channels(webSocket(cluster, admin, path, ["v4.channel.k8s.io"]), false), { 1: "hi\n", 3: success });
  assert.deepEqual(await channels(webSocket(cluster, admin, path, ["base64.channel.k8s.io"]), true), { 1: "hi\n" });
  assert.deepEqual(await channels(webSocket(cluster, admin, path, []), false), { 1: "hi\n" });
  const failing = `${PODS}/web/exec?stdout=1&command=fail&command=7`;
  assert.deepEqual(await channels(webSocket(cluster, admin, failing, ["channel.k8s.io"]), false), { 3: "command terminated with non-zero exit code: 7" });
  const { url, ca } = cluster;
  const asked = await send(
    { url, ca, identity: admin },
    "POST",
    "/api/v1/namespaces/default/serviceaccounts/default/token",
    { "content-type": "application/json" },
    '{"spec":{}}',
  );
  const token = asked.json().status?.token;
  if (!token) return t.diagnostic("this control plane mints no tokens");
  const bearer = `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString("base64url")}`;
  const refusal = async (protocols: string[]) => {
    const socket = webSocket(cluster, undefined, path, protocols);
    const [error] = await once(socket, "error");
    return String(error);
  };
  assert.match(await refusal([bearer, "v4.channel.k8s.io"]), /403/); // Known, and without rights.
  assert.match(await refusal([bearer]), /401/);
  assert.match(await refusal([`${bearer}x`, "v4.channel.k8s.io"]), /401/);
});

test("who may only read runs no command by a WebSocket", async (t) => {
  const { cluster, kubelet, k } = await stage(t);
  await k("create", "role", "reader", "--verb=get", "--resource=pods/exec");
  await k("create", "rolebinding", "reader", "--role=reader", "--user=eve");
  const socket = webSocket(cluster, cluster.identity("eve"), `${PODS}/web/exec?stdout=1&command=echo`, ["v5.channel.k8s.io"]);
  const [error] = await once(socket, "error");
  assert.match(String(error), /403/);
  assert.deepEqual(kubelet.requests, []);
});

test("a refused upgrade is answered and its connection closed: nothing more reaches the node (CVE-2018-1002105)", async (t) => {
  const { cluster, kubelet, admin } = await stage(t);
  kubelet.misbehave = (_, socket) => void socket.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
  for (const path of ["exec?stdout=1&command=x", "attach?stdout=1", "portforward"]) {
    const { port, hostname } = new URL(cluster.url);
    const socket = connect({ host: hostname, port: Number(port), ca: cluster.ca, cert: admin.cert, key: admin.key });
    const second = "GET /pods HTTP/1.1\r\nHost: node\r\n\r\n";
    const upgrade = "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n";
    socket.write(`POST ${PODS}/web/${path} HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n${second}`);
    const answer = (await buffer(socket)).toString();
    assert.match(answer, /^HTTP\/1\.1 403 Forbidden\r\nconnection: close\r\n/i, path);
    assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1, path);
  }
  await sleep(50);
  assert.deepEqual(Buffer.concat(kubelet.afterRefusal).toString(), "");
  assert.equal(kubelet.requests.length, 3);
});

test("a node's redirect is not followed, nor another node's certificate taken (CVE-2020-8559)", async (t) => {
  const { cluster, kubelet, admin, k } = await stage(t);
  kubelet.misbehave = (_, to) => {
    const text = "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    if ("writeHead" in to) to.writeHead(302, { location: "https://127.0.0.1:1/" }).end();
    else to.write(text);
  };
  await assert.rejects(k("logs", "web"), /Internal error occurred: redirects forbidden/);
  const headers = { connection: "Upgrade", upgrade: "SPDY/3.1" };
  const exec = await send({ url: cluster.url, ca: cluster.ca, identity: admin }, "POST", `${PODS}/web/exec?stdout=1&command=x`, headers);
  assert.deepEqual([exec.code, exec.json().message], [500, "Internal error occurred: redirects forbidden"]);
});

test("a node that shows another node's certificate is not spoken to", async (t) => {
  const { k, kubelet } = await stage(t, { certificateOf: "node-2" });
  await assert.rejects(k("logs", "web"), /error dialing backend: the server at 127\.0\.0\.1 is "system:node:node-2" and not node "node-1"/);
  assert.deepEqual(kubelet.requests, []);
});

test("a node whose address is the server's own machine, or a pod's, is not connected to (CVE-2022-3294)", async (t) => {
  const { cluster, admin, kubelet } = await stage(t, { dialer: createDialer({ ranges: { pods: ["10.244.0.0/16"] } }) });
  const raw = { url: cluster.url, ca: cluster.ca, identity: admin };
  const doors = [`${PODS}/web/log`, "/api/v1/nodes/node-1/proxy/pods", `${PODS}/web:${kubelet.port}/proxy/`];
  for (const address of ["127.0.0.1", "10.244.0.1", "169.254.169.254"]) {
    const status = JSON.stringify({ status: { addresses: [{ type: "InternalIP", address }] } });
    const patched = await send(raw, "PATCH", "/api/v1/nodes/node-1/status", { "content-type": "application/merge-patch+json" }, status);
    assert.equal(patched.code, 200, patched.text);
    for (const door of address === "127.0.0.1" ? doors : doors.slice(0, 2)) {
      const answer = await send(raw, "GET", door);
      assert.deepEqual([answer.code, answer.json().message], [400, "address not allowed"], `${address} ${door}`);
    }
  }
  assert.deepEqual(kubelet.requests, []);
});

/** What stands behind a proxy: it says what it was asked. */
async function startBackend(t: TestContext): Promise<number> {
  const server = createServer((request, response) => {
    const { url = "", method, headers } = request;
    if (url === "/away") return void response.writeHead(302, { location: "/there", "access-control-allow-origin": "*" }).end();
    if (url === "/page") return void response.writeHead(200, { "content-type": "text/html" }).end('<a href="/rewriteme">test</a>');
    void buffer(request).then((body) => response.end(JSON.stringify({ method, url, headers, bytes: body.length })));
  });
  server.on("upgrade", (request, socket, head) => {
    new WebSocketServer({ noServer: true }).handleUpgrade(request, socket, head, (client) => client.on("message", (data) => client.send(`heard ${data}`)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test("requests pass the proxy of a pod and of a service: bodies, headers, links, redirects and WebSockets", async (t) => {
  const { cluster, admin } = await stage(t);
  const port = await startBackend(t);
  const raw = { url: cluster.url, ca: cluster.ca, identity: admin };
  const json = { "content-type": "application/json" };
  const made = async (path: string, object: object) => assert.equal((await send(raw, "POST", path, json, JSON.stringify(object))).code, 201);
  await made("/api/v1/namespaces/default/services", { metadata: { name: "shop" }, spec: { ports: [{ name: "http", port: 80 }] } });
  const endpoints = [{ addresses: ["127.0.0.1"], targetRef: { kind: "Pod", name: "web", namespace: "default" } }];
  const slice = {
    metadata: { name: "shop-1", labels: { "kubernetes.io/service-name": "shop" } },
    addressType: "IPv4",
    ports: [{ name: "http", port }],
    endpoints,
  };
  const slicePath = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
  const refused = await send(raw, "POST", slicePath, json, JSON.stringify(slice));
  const service = refused.code === 201; // Slices to loopback are refused, as in Kubernetes.
  if (!service) await made(slicePath, { ...slice, endpoints: [{ ...endpoints[0], addresses: ["10.1.2.3"] }] });
  const pod = `${PODS}/web:${port}/proxy`;
  const body = Buffer.alloc(300_000, "x");
  const posted = await send(raw, "POST", `${pod}/a/b%20c/?q=1`, { "x-own": "1", "x-remote-user": "root", "keep-alive": "x" }, body);
  assert.equal(posted.code, 200, posted.text);
  const { method, url, headers, bytes } = posted.json();
  assert.deepEqual([method, url, bytes, headers["x-own"]], ["POST", "/a/b%20c/?q=1", body.length, "1"]);
  assert.deepEqual([headers["x-remote-user"], headers["keep-alive"]], [undefined, undefined]);
  assert.equal(headers["x-forwarded-uri"], `${pod}/a/b%20c/`);
  const bare = await send(raw, "GET", `${pod}?q=1`);
  assert.deepEqual([bare.code, bare.headers.location], [301, `${pod}/?q=1`]);
  const away = await send(raw, "GET", `${pod}/away`);
  assert.deepEqual([away.code, away.headers.location, away.headers["access-control-allow-origin"]], [302, `${pod}/there`, undefined]);
  assert.equal((await send(raw, "GET", `${pod}/page`)).text, `<a href="${pod}/rewriteme">test</a>`);
  for (const verb of ["PUT", "PATCH", "DELETE", "OPTIONS"]) assert.equal((await send(raw, verb, `${pod}/x`)).json().method, verb);
  const head = await send(raw, "HEAD", `${pod}/x`);
  assert.deepEqual([head.code, head.text], [200, ""]);
  const socket = webSocket(cluster, admin, `${pod}/ws`, []);
  await once(socket, "open");
  socket.send("me");
  assert.equal(String((await once(socket, "message"))[0]), "heard me");
  socket.close();
  const secure = createSecureServer({ cert: admin.cert, key: admin.key }, (_, response) => response.end("by TLS"));
  await once(secure.listen(0, "127.0.0.1"), "listening");
  t.after(() => secure.close());
  // A certificate that nobody vouches for, as pods have: the caller chose the pod.
  assert.equal((await send(raw, "GET", `${PODS}/https:web:${(secure.address() as AddressInfo).port}/proxy/`)).text, "by TLS");
  const shop = "/api/v1/namespaces/default/services";
  const said = async (path: string) => {
    const answer = await send(raw, "GET", path);
    return [answer.code, answer.json().message ?? answer.json().url];
  };
  const none = [503, 'no endpoints available for service "shop"'];
  assert.deepEqual(await said(`${shop}/shop:http/proxy/y`), service ? [200, "/y"] : none);
  assert.deepEqual(await said(`${shop}/shop:80/proxy/y`), service ? [200, "/y"] : none);
  assert.deepEqual(await said(`${shop}/shop/proxy/y`), none); // Its port has a name.
  assert.deepEqual(await said(`${shop}/shop:81/proxy/y`), [503, 'no service port 81 found for service "shop"']);
  assert.deepEqual(await said(`${shop}/ftp:shop:http/proxy/y`), [400, 'invalid service request "ftp:shop:http"']);
  assert.deepEqual(await said(`${PODS}/loose:80/proxy/y`), [400, "address not allowed"]);
});

test("a client that goes away ends what was begun for it", async (t) => {
  const set = await stage(t);
  const ended = async (what: string): Promise<void> => {
    for (let tries = 0; tries < 100 && set.kubelet.sockets.size > 0; tries++) await sleep(50);
    assert.equal(set.kubelet.sockets.size, 0, what);
  };
  for (const way of ["websocket", "spdy"] as const) {
    const child = start(set, way, "exec", "web", "--", "wait");
    for (let tries = 0; tries < 100 && set.kubelet.sockets.size === 0; tries++) await sleep(50);
    child.kill("SIGKILL");
    await once(child, "exit");
    await ended(way);
  }
  set.kubelet.misbehave = (_, response) => void ("writeHead" in response && response.write("line\n"));
  const child = start(set, "websocket", "logs", "-f", "web");
  await once(child.stdout!, "data");
  child.kill("SIGKILL");
  await ended("log");
});
