/** A proxy in front of the server says who asks, and extension servers are told by which authorities and names they know it. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { type Authority, newAuthority, newIdentity } from "../../src/machinery/certificates/issue.ts";
import { type Raw, send } from "../support/https.ts";
import { until } from "../support/until.ts";

let cluster: ControlPlane;
before(async () => {
  cluster = await startControlPlane();
});
after(() => cluster.close());

const HOUR_MS = 3_600_000;
const WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const TRUST = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";
const JSON_BODY = { "content-type": "application/json" };

function as(authority: Authority, commonName: string): Raw {
  const identity = newIdentity(authority, { subject: { commonName }, usages: ["digital signature", "client auth"], lifetimeMs: HOUR_MS, now: Date.now() });
  return { url: cluster.url, ca: cluster.ca, identity };
}
const whoAmI = async (raw: Raw, headers: Record<string, string | string[]>) => {
  const answer = await send(
    raw,
    "POST",
    WHO,
    { ...JSON_BODY, ...headers },
    JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" }),
  );
  return answer.code === 201 ? answer.json().status.userInfo : answer.code;
};

test("a front proxy's word on who asks counts, and nobody else's", async () => {
  const headers = { "X-Remote-User": "ann", "X-Remote-Uid": "u-1", "X-Remote-Group": ["dev", "ops"], "X-Remote-Extra-Scope": ["a", "b"] };
  const proxy = as(cluster.frontProxyAuthority, "front-proxy-client");
  assert.deepEqual(await whoAmI(proxy, headers), {
    username: "ann",
    uid: "u-1",
    groups: ["dev", "ops", "system:authenticated"],
    extra: { scope: ["a", "b"] },
  });
  assert.equal(await whoAmI(proxy, {}), 401);
  assert.equal(await whoAmI(as(cluster.frontProxyAuthority, "somebody"), headers), 401);
  assert.equal((await whoAmI(as(cluster.clientAuthority, "bob"), headers)).username, "bob");
  const masters = { "X-Remote-User": "root", "X-Remote-Group": "system:masters" };
  assert.equal((await send(proxy, "GET", "/api/v1/secrets", masters)).code, 200);
  assert.equal((await send(proxy, "GET", "/api/v1/secrets", headers)).code, 403);
});

test("exchanged authorities are the ones that count, and extension servers read of them", async () => {
  const admin: Raw = { url: cluster.url, ca: cluster.ca, identity: cluster.identity("admin", ["system:masters"]) };
  const read = async () => (await send(admin, "GET", TRUST)).json().data;
  const before = await read();
  assert.equal(before["client-ca-file"], cluster.clientAuthority.cert);
  assert.equal(before["requestheader-allowed-names"], '["front-proxy-client"]');
  const [clients, proxies] = ["clients", "proxies"].map((commonName) => newAuthority({ commonName, lifetimeMs: HOUR_MS, now: Date.now() })) as [
    Authority,
    Authority,
  ];
  const both = cluster.clientAuthority.cert + clients.cert;
  cluster.server.setClientCa(both);
  cluster.server.setFrontProxyCa(proxies.cert);
  assert.equal((await whoAmI(as(clients, "eve"), {})).username, "eve");
  assert.equal((await whoAmI(as(proxies, "front-proxy-client"), { "X-Remote-User": "ann" })).username, "ann");
  assert.equal(await whoAmI(as(cluster.frontProxyAuthority, "front-proxy-client"), { "X-Remote-User": "ann" }), 401);
  await until("told of in the config map", async () => {
    const data = await read();
    return data["client-ca-file"] === both && data["requestheader-client-ca-file"] === proxies.cert;
  });
});
