import assert from "node:assert/strict";
import { test } from "node:test";
import { newAuthority, newIdentity } from "../../machinery/certificates/issue.ts";
import { certificatesOf } from "../../machinery/certificates/pem.ts";
import { StatusError } from "../../machinery/status/status-error.ts";
import type { Authenticator, Credentials } from "./credentials.ts";
import { frontProxies, isIdentityHeader, REMOTE_HEADERS, type RequestHeaderSettings } from "./request-header.ts";
import { loginUnion } from "./union.ts";
import { x509Authenticator } from "./x509.ts";

const HOUR_MS = 3_600_000;
const start = Date.parse("2026-11-24T12:00:00Z");
const clients = newAuthority({ commonName: "clients", lifetimeMs: 1000 * HOUR_MS, now: start });
const proxies = newAuthority({ commonName: "proxies", lifetimeMs: 1000 * HOUR_MS, now: start });
const settings: RequestHeaderSettings = { ...REMOTE_HEADERS, allowedNames: ["front"], usernameHeaders: ["X-Remote-User", "X-User"] };
const clock = { time: start, now: () => clock.time, after: () => () => {} };
const tokens: Authenticator = {
  name: "tokens",
  authenticate: ({ authorization }) => (authorization[0] === "Bearer good" ? { name: "bob", groups: [], extra: {}, via: "test" } : undefined),
};
const login = loginUnion(x509Authenticator(clients.cert, clock), [tokens], frontProxies(proxies.cert, settings, clock));

function shown(authority: typeof clients, commonName: string, headers: readonly (readonly [string, string])[], authorization: string[] = []): Credentials {
  const { cert } = newIdentity(authority, { subject: { commonName }, usages: ["digital signature", "client auth"], lifetimeMs: HOUR_MS, now: start });
  const values = (name: string): string[] => headers.flatMap(([header, value]) => (header === name ? [value] : []));
  return { certificates: certificatesOf(cert), authorization, peerAddress: "::1", request: { headers: Object.fromEntries(headers), values } };
}
const refused = (why: RegExp) => (error: unknown) => error instanceof StatusError && error.status.code === 401 && why.test(String(error.cause));

test("a front proxy says who asks: name, UID, groups and extra", async () => {
  const headers = [
    ["x-remote-user", "ann"],
    ["x-remote-uid", "u-1"],
    ["x-remote-group", "dev"],
    ["x-remote-group", "ops"],
    ["x-remote-extra-example.com%2fscope", "a"],
    ["x-remote-extra-bad%zz", "b"],
  ] as const;
  const user = await login.authenticate(shown(proxies, "front", headers));
  assert.deepEqual(
    { ...user, extra: { ...user.extra } },
    {
      name: "ann",
      uid: "u-1",
      groups: ["dev", "ops", "system:authenticated"],
      extra: { "example.com/scope": ["a"], "bad%zz": ["b"] },
      via: "requestheader",
    },
  );
  assert.equal((await login.authenticate(shown(proxies, "front", [["x-user", "eve"]]))).name, "eve");
});

test("only a proxy's certificate with an allowed name is believed, as long as it is good", async () => {
  const headers = [["x-remote-user", "root"]] as const;
  assert.equal((await login.authenticate(shown(clients, "ann", headers))).name, "ann");
  assert.equal((await login.authenticate(shown(clients, "front", headers))).name, "front");
  assert.throws(() => login.authenticate(shown(proxies, "other", headers)), refused(/unknown authority/));
  const credentials = shown(proxies, "front", headers);
  assert.equal((await login.authenticate(credentials)).name, "root");
  clock.time += HOUR_MS + 1000;
  assert.throws(() => login.authenticate(credentials), refused(/unknown authority/));
  clock.time = start;
  const anyName = frontProxies(proxies.cert, { ...settings, allowedNames: [] }, clock);
  assert.equal(anyName.include(shown(proxies, "other", headers)), true);
});

test("a proxy may hand on a token, says nothing twice, and nobody is nobody", async () => {
  const twice = [
    ["x-remote-user", "ann"],
    ["x-remote-user", "root"],
  ] as const;
  assert.throws(() => login.authenticate(shown(proxies, "front", twice)), refused(/stands more than once/));
  assert.equal((await login.authenticate(shown(proxies, "front", [], ["Bearer good"]))).name, "bob");
  await assert.rejects(async () => login.authenticate(shown(proxies, "front", [], ["Bearer bad"])), refused(/no authenticator/));
  assert.throws(() => login.authenticate(shown(proxies, "front", [["x-remote-user", "ann"]], ["Bearer good"])), refused(/more than one/));
  assert.throws(() => login.authenticate(shown(proxies, "front", [["x-remote-group", "dev"]])), refused(/names nobody/));
  const nobody = [
    ["x-remote-user", "system:anonymous"],
    ["x-remote-group", "system:unauthenticated"],
  ] as const;
  assert.deepEqual((await login.authenticate(shown(proxies, "front", nobody))).groups, ["system:unauthenticated"]);
});

test("the headers are known by their names and prefixes, in whatever case they were configured", () => {
  assert.deepEqual(
    ["x-user", "x-remote-extra-a", "x-remote-uid", "x-remote", "authorization"].map((header) => isIdentityHeader(settings, header)),
    [true, true, true, false, false],
  );
});
