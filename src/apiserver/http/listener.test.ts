/** The door itself, knocked at by real HTTP/2 and HTTP/1.1 clients over TLS. */

import assert from "node:assert/strict";
import { randomBytes, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { request as requestHttp1 } from "node:https";
import { after, before, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { newAuthority, newIdentity } from "../../machinery/certificates/issue.ts";
import { systemClock } from "../../machinery/clock.ts";
import type { Exchange } from "./exchange.ts";
import { type Listener, listen } from "./listener.ts";

const HOUR_MS = 3_600_000;
const now = Date.now();
const authority = newAuthority({ commonName: "door", lifetimeMs: HOUR_MS, now });
const server = newIdentity(authority, { subject: { commonName: "server" }, names: { ips: ["127.0.0.1"] }, usages: ["server auth"], lifetimeMs: HOUR_MS, now });
const client = newIdentity(authority, { subject: { commonName: "ann" }, usages: ["client auth"], lifetimeMs: HOUR_MS, now });

let listener: Listener;
let handle: (exchange: Exchange) => void;
before(async () => {
  const options = { host: "127.0.0.1", port: 0, certificate: server.cert, key: server.key, clock: systemClock };
  listener = await listen({ ...options, handle: (exchange) => handle(exchange) });
});
after(() => listener.close(0));

interface Answer {
  readonly code: number;
  readonly body: Buffer;
}

type Send = (method: string, path: string, body?: Buffer) => Promise<Answer>;

async function overHttp2(method: string, path: string, body?: Buffer): Promise<Answer> {
  const session = connectHttp2(`https://127.0.0.1:${listener.port}`, { ca: authority.cert, cert: client.cert, key: client.key });
  try {
    const stream = session.request({ ":method": method, ":path": path }, { endStream: body === undefined });
    if (body) stream.end(body);
    const [headers] = await once(stream, "response");
    const chunks = await stream.toArray();
    return { code: headers[":status"], body: Buffer.concat(chunks) };
  } finally {
    session.destroy();
  }
}

async function overHttp1(method: string, path: string, body?: Buffer): Promise<Answer> {
  const request = requestHttp1({ host: "127.0.0.1", port: listener.port, ca: authority.cert, cert: client.cert, key: client.key, method, path, agent: false });
  request.end(body);
  const [response] = await once(request, "response");
  return { code: response.statusCode, body: Buffer.concat(await response.toArray()) };
}

const protocols: readonly [string, Send][] = [
  ["h2", overHttp2],
  ["http/1.1", overHttp1],
];

for (const [protocol, send] of protocols) {
  test(`${protocol}: an exchange carries the request and the connection's facts, and its answer arrives whole`, async () => {
    handle = async (exchange) => {
      const body = await exchange.body(100);
      const { connection } = exchange;
      const isAnn = new X509Certificate(client.cert).raw.equals(connection.certificates![0]!);
      const facts = [exchange.method, exchange.target, body.toString(), connection.protocol, connection.remoteAddress, isAnn];
      exchange.answer(201, { "x-a": "b" }, [Buffer.from(JSON.stringify(facts)), Buffer.from("\n")]);
    };
    const answer = await send("POST", "/a%20b?c=%2f", Buffer.from("hello"));
    assert.equal(answer.code, 201);
    assert.deepEqual(JSON.parse(answer.body.toString()), ["POST", "/a%20b?c=%2f", "hello", protocol, "127.0.0.1", true]);
  });

  test(`${protocol}: a body above the limit is refused without being read to its end`, async () => {
    handle = (exchange) => {
      exchange.body(1000).then(
        () => exchange.answer(200, {}, Buffer.alloc(0)),
        (error) => exchange.answer(error.status.code, {}, Buffer.from(error.message)),
      );
    };
    const answer = await send("POST", "/", randomBytes(100_000));
    assert.deepEqual([answer.code, answer.body.toString()], [413, "Request entity too large: limit is 1000"]);
  });

  test(`${protocol}: a large answer is made chunk by chunk, never far ahead of its reader`, async () => {
    const chunk = Buffer.alloc(100_000, "x");
    let made = 0;
    handle = (exchange) => exchange.answerFrom(200, {}, () => (made++ < 200 ? chunk : undefined));
    assert.equal((await send("GET", "/")).body.length, 200 * chunk.length);
    made = 0;
    handle = (exchange) => exchange.answerFrom(200, {}, async () => (made++ < 20 ? chunk : undefined));
    assert.equal((await send("GET", "/")).body.length, 20 * chunk.length);
  });

  test(`${protocol}: what can't be made to its end is seen as broken off`, async () => {
    let made = 0;
    handle = (exchange) =>
      exchange.answerFrom(200, {}, () => {
        if (made++ > 2) throw new Error("out of chunks");
        return Buffer.alloc(100);
      });
    await assert.rejects(send("GET", "/"));
  });

  test(`${protocol}: only the first answer counts`, async () => {
    handle = (exchange) => {
      exchange.answer(200, {}, Buffer.from("first"));
      exchange.answer(500, {}, Buffer.from("second"));
      assert.equal(exchange.code, 200);
    };
    assert.deepEqual(await send("GET", "/"), { code: 200, body: Buffer.from("first") });
  });
}

test("the signal says when the client has gone, and a slow reader's bytes are counted", async () => {
  const gone = Promise.withResolvers<number>();
  handle = (exchange) => {
    const stream = exchange.stream(200, {});
    const waiting = Math.max(...Array.from({ length: 100 }, () => stream.write(Buffer.alloc(100_000))));
    stream.signal.addEventListener("abort", () => gone.resolve(waiting));
  };
  const session: ClientHttp2Session = connectHttp2(`https://127.0.0.1:${listener.port}`, { ca: authority.cert });
  const stream = session.request({ ":path": "/" });
  await once(stream, "response");
  stream.close();
  assert.ok((await gone.promise) > 5_000_000);
  session.destroy();
});

test("TLS below 1.3 is refused unless it was allowed", async () => {
  const socket = connectTls({ host: "127.0.0.1", port: listener.port, ca: authority.cert, maxVersion: "TLSv1.2" });
  const [error] = await once(socket, "error");
  assert.match(String(error.code), /PROTOCOL_VERSION/);
});

test("an upgrade gives its socket to a handler that takes it, and a plain answer otherwise", async () => {
  handle = (exchange) => {
    const taken = exchange.target === "/take" ? exchange.takeSocket() : undefined;
    if (taken) taken.socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello");
    else exchange.answer(403, {}, Buffer.from("no"));
  };
  const ask = (path: string) =>
    requestHttp1({ host: "127.0.0.1", port: listener.port, ca: authority.cert, path, headers: { connection: "Upgrade", upgrade: "echo" }, agent: false }).end();
  const [, socket, head] = await once(ask("/take"), "upgrade");
  assert.equal(Buffer.concat([head, ...(await socket.toArray())]).toString(), "hello");
  const [response] = await once(ask("/refuse"), "response");
  assert.deepEqual([response.statusCode, Buffer.concat(await response.toArray()).toString()], [403, "no"]);
});
