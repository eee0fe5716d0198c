import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttp } from "node:http";
import { createSecureServer } from "node:http2";
import type { Server } from "node:net";
import { test } from "node:test";
import { newAuthority, newIdentity } from "./certificates/issue.ts";
import { createDialer, ForbiddenAddressError, PURPOSES, RedirectError } from "./dialer.ts";

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address && typeof address === "object");
  return address.port;
}

test("a name is resolved once, and a purpose keeps addresses out", async () => {
  let asked = 0;
  const dialer = createDialer({
    resolve: async () => {
      asked++;
      return ["127.0.0.1", "169.254.169.254"];
    },
  });
  await assert.rejects(dialer.tcp({ purpose: PURPOSES.kubelet, host: "node.example", port: 10250 }), (error: Error) => {
    assert.ok(error instanceof ForbiddenAddressError);
    assert.match(error.message, /127\.0\.0\.1 \(loopback\), 169\.254\.169\.254 \(metadata\) is not among node, private, public/);
    return true;
  });
  assert.equal(asked, 1);
});

test("a redirect is refused, or handed back where asked for, and never followed", async (t) => {
  const server = createHttp((request, response) => {
    if (request.url === "/away") response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    else response.end(`${request.method} ${request.headers["x-asked"]}`);
  });
  const port = await listen(server);
  t.after(() => server.close());
  const dialer = createDialer();
  const target = { purpose: PURPOSES.local, host: "127.0.0.1", port };
  const response = await dialer.request(target, undefined, { method: "POST", path: "/", headers: { "x-asked": "yes" }, body: "hello" });
  assert.equal((await response.toArray()).join(""), "POST yes");
  await assert.rejects(dialer.request(target, undefined, { method: "GET", path: "/away" }), RedirectError);
  const away = await dialer.request(target, undefined, { method: "GET", path: "/away", redirects: "return" });
  assert.equal(away.statusCode, 302);
  away.resume();
  await once(away, "close");
});

test("TLS verifies the server's authority and name, and HTTP/2 runs over the checked connection", async (t) => {
  const now = Date.now();
  const authority = newAuthority({ commonName: "serving", lifetimeMs: 86_400_000, now });
  const other = newAuthority({ commonName: "serving", lifetimeMs: 86_400_000, now });
  const server = newIdentity(authority, {
    subject: { commonName: "api" },
    names: { dns: ["api.example"] },
    usages: ["digital signature", "server auth"],
    lifetimeMs: 86_400_000,
    now,
  });
  const listener = createSecureServer({ cert: server.cert, key: server.key }, (_, response) => response.end("two"));
  const port = await listen(listener);
  t.after(() => listener.close());
  const dialer = createDialer();
  const target = { purpose: PURPOSES.apiserver, host: "127.0.0.1", port };
  const session = await dialer.http2(target, { ca: authority.cert, serverName: "api.example" });
  const stream = session.request({ ":path": "/" });
  assert.equal((await stream.toArray()).join(""), "two");
  session.close();
  await once(session, "close");
  await assert.rejects(dialer.tls(target, { ca: other.cert, serverName: "api.example" }), /certificate|signature/);
  await assert.rejects(dialer.tls(target, { ca: authority.cert, serverName: "evil.example" }), /does not match|not in the cert/);
  await assert.rejects(dialer.tls(target, { ca: authority.cert }), /does not match|not in the cert/);
});

test("a connection that isn't answered is given up", async () => {
  const dialer = createDialer();
  await assert.rejects(dialer.tcp({ purpose: PURPOSES.local, host: "127.0.0.1", port: 1 }), /ECONNREFUSED/);
  await assert.rejects(
    dialer.tcp({ purpose: PURPOSES.local, host: "127.0.0.1", port: 1, signal: AbortSignal.abort(new Error("enough")) }),
    /enough|ECONNREFUSED/,
  );
});
