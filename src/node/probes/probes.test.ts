import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { Server as GrpcServer, ServerCredentials } from "@grpc/grpc-js";
import { createDialer } from "../../machinery/dialer.ts";
import { grpcProbe } from "./grpc-probe.ts";
import { httpGet, portOf } from "./http-get.ts";
import { countResult, newSeries } from "./probe-series.ts";

const dialer = createDialer();
const container = { name: "c", ports: [{ name: "web", containerPort: 80 }] };
let server: Server;
let port = 0;
before(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
    if (pathname === "/slow") return;
    if (pathname === "/loop") return void response.writeHead(302, { location: "/loop" }).end();
    if (pathname === "/away") return void response.writeHead(302, { location: "http://elsewhere.example/" }).end();
    if (pathname === "/moved") return void response.writeHead(301, { location: "/ok" }).end();
    response.writeHead(Number(searchParams.get("code") ?? 200)).end(`${request.headers["user-agent"]} ${request.headers["x-mine"] ?? ""}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const get = (path: string, timeoutMs = 2000) =>
  httpGet(dialer, { action: { path, port, httpHeaders: [{ name: "X-Mine", value: "y" }] }, container, podIp: "127.0.0.1", timeoutMs });

test("a GET works from 200 to 399, follows redirects at home and no further", async () => {
  assert.deepEqual(await get("/ok"), { ok: true, message: "kube-probe/1.37 y" });
  assert.deepEqual(await get("/ok?code=404"), { ok: false, message: "HTTP probe failed with statuscode: 404" });
  assert.equal((await get("/moved")).ok, true);
  const away = await get("/away");
  assert.deepEqual([away.ok, away.warning], [true, true]);
  assert.deepEqual(await get("/loop"), { ok: false, message: "stopped after 10 redirects" });
  assert.match((await get("/slow", 200)).message, /context deadline exceeded/);
});

test("a port is a number or a name of the container's own", () => {
  assert.deepEqual([portOf(container, 8080), portOf(container, "8080"), portOf(container, "web")], [8080, 8080, 80]);
  for (const port of ["none", 0, 70000, undefined]) assert.throws(() => portOf(container, port), /unable to find port/);
});

test("a gRPC health service is asked by its own protocol", async () => {
  const health = new GrpcServer();
  const statuses: Record<string, number> = { "": 1, down: 2 };
  const method = { path: "/grpc.health.v1.Health/Check", requestStream: false, responseStream: false };
  const codec = {
    requestDeserialize: (bytes: Buffer) => ({ service: bytes.subarray(2).toString() }),
    requestSerialize: () => Buffer.alloc(0),
    responseDeserialize: () => 0,
  };
  health.addService(
    { Check: { ...method, ...codec, responseSerialize: (status: number) => Buffer.from([8, status]) } },
    {
      Check: (call: { request: { service: string } }, done: (error: null, status: number) => void) => done(null, statuses[call.request.service] ?? 3),
    },
  );
  const bound = await new Promise<number>((resolve, reject) =>
    health.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  try {
    assert.deepEqual(await grpcProbe({ port: bound }, "127.0.0.1", 2000), { ok: true, message: "service healthy" });
    assert.deepEqual(await grpcProbe({ port: bound, service: "down" }, "127.0.0.1", 2000), {
      ok: false,
      message: 'service unhealthy (responded with "NOT_SERVING")',
    });
  } finally {
    health.forceShutdown();
  }
  assert.match((await grpcProbe({ port: bound }, "127.0.0.1", 1000)).message, /failed to connect|timeout/);
});

test("only so many results in a row change a verdict", () => {
  const probe = { successThreshold: 2, failureThreshold: 3 };
  let series = newSeries;
  const verdicts = [true, true, false, false, true, false, false, false].map((ok) => {
    series = countResult(series, ok, probe);
    return series.verdict;
  });
  assert.deepEqual(verdicts, [undefined, true, true, true, true, true, true, false]);
});
