/** The end of a server, and what is exchanged while it runs: certificates, and clients that shall go elsewhere. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:https";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { startControlPlane } from "../../src/cli/control-plane.ts";
import { newAuthority, newIdentity } from "../../src/machinery/certificates/issue.ts";
import { systemRandom } from "../../src/machinery/random.ts";
import { type Raw, send } from "../support/https.ts";
import { until } from "../support/until.ts";

const DAY_MS = 24 * 3_600_000;
const GRACE_MS = 1500;

test("a server that is told to stop says so, serves for a while, sends newcomers away and ends watches in good order", async () => {
  const random = { ...systemRandom, below: (limit: number) => (limit === GRACE_MS ? GRACE_MS - 1 : systemRandom.below(limit)) }; // The watch is the last to end.
  await using cluster = await startControlPlane({ random, operations: { shutdown: { delayMs: 2000, sendRetryAfter: true, watchGraceMs: GRACE_MS } } });
  const admin: Raw = { url: cluster.url, ca: cluster.ca, identity: cluster.identity("admin", ["system:masters"]) };
  const { port } = new URL(cluster.url);
  const path = "/api/v1/namespaces/default/configmaps?watch=1&allowWatchBookmarks=true&resourceVersion=1";
  const watching = request({ host: "127.0.0.1", port, ca: cluster.ca, cert: admin.identity!.cert, key: admin.identity!.key, path, agent: false }).end();
  const [response] = await once(watching, "response");
  const watched: Promise<Buffer[]> = response.toArray();
  const closed = cluster.server.close(1000);
  await sleep(50);
  const { code, text } = await send(admin, "GET", "/readyz?verbose");
  assert.deepEqual([code, text.includes("[-]shutdown failed: reason withheld")], [500, true]);
  assert.equal((await send(admin, "GET", "/livez")).text, "ok");
  assert.equal((await send(admin, "GET", "/version")).code, 200);
  const sentAway = await until("sent away", async () => {
    const answer = await send(admin, "GET", "/version");
    return answer.code === 200 ? undefined : answer;
  });
  assert.deepEqual([sentAway.code, sentAway.headers["retry-after"], sentAway.text], [429, "5", "The apiserver is shutting down, please try again later.\n"]);
  const events = Buffer.concat(await watched)
    .toString()
    .trim()
    .split("\n");
  assert.equal(JSON.parse(events.at(-1)!).type, "BOOKMARK", "the watch ends with how far it came, and not broken off");
  await closed;
});

test("another serving certificate and other authorities take effect on a running server", async () => {
  await using cluster = await startControlPlane();
  const now = Date.now();
  const other = newAuthority({ commonName: "other", lifetimeMs: DAY_MS, now });
  const serving = newIdentity(other, { subject: { commonName: "again" }, names: { ips: ["127.0.0.1"] }, usages: ["server auth"], lifetimeMs: DAY_MS, now });
  assert.throws(() => cluster.server.setCertificate(serving.cert, cluster.identity("x").key));
  cluster.server.setCertificate(serving.cert, serving.key);
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(cluster.url).port), ca: other.cert });
  await once(socket, "secureConnect");
  assert.equal(socket.getPeerCertificate().subject.CN, "again");
  socket.destroy();
  const stranger = newIdentity(other, { subject: { commonName: "ann", organizations: ["system:masters"] }, usages: ["client auth"], lifetimeMs: DAY_MS, now });
  const ask = (identity: Raw["identity"]) => send({ url: cluster.url, ca: other.cert, ...(identity && { identity }) }, "GET", "/api/v1/namespaces");
  assert.equal((await ask(stranger)).code, 401);
  assert.throws(() => cluster.server.setClientCa("nonsense"));
  cluster.server.setClientCa(other.cert);
  assert.equal((await ask(stranger)).code, 200);
  assert.equal((await ask(cluster.identity("admin", ["system:masters"]))).code, 401);
});

test("watches of a user are bounded, but for those who are exempt", async () => {
  await using cluster = await startControlPlane({ operations: { watchesPerUser: 2 } });
  const watch = (user: string, ...groups: string[]) => {
    const { cert, key } = cluster.identity(user, groups);
    const { port } = new URL(cluster.url);
    return request({ host: "127.0.0.1", port, ca: cluster.ca, cert, key, path: "/api/v1/namespaces?watch=1&resourceVersion=1", agent: false }).end();
  };
  const admin: Raw = { url: cluster.url, ca: cluster.ca, identity: cluster.identity("admin", ["system:masters"]) };
  const json = { "content-type": "application/json" };
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const role = { metadata: { name: "watcher" }, rules: [{ verbs: ["watch"], apiGroups: [""], resources: ["namespaces"] }] };
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "watcher" };
  const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "ann" }];
  await send(admin, "POST", `${rbac}/clusterroles`, json, JSON.stringify(role));
  await send(admin, "POST", `${rbac}/clusterrolebindings`, json, JSON.stringify({ metadata: { name: "watcher" }, roleRef, subjects }));
  const codes: number[] = [];
  const open = [];
  for (const user of ["ann", "ann", "ann"]) {
    const sent = watch(user);
    const [response] = await once(sent, "response");
    codes.push(response.statusCode);
    open.push(sent);
  }
  assert.deepEqual(codes, [200, 200, 429]);
  open[0]!.destroy();
  await sleep(100);
  const [again] = await once(watch("ann"), "response");
  assert.equal(again.statusCode, 200);
  for (let i = 0; i < 3; i++) {
    const [response] = await once(watch("root", "system:masters"), "response");
    assert.equal(response.statusCode, 200);
  }
});
