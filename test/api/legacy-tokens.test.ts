/** Service accounts' tokens that lie in secrets: filled by the server, good while secret and account live, their use noted. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { type Raw, type RawAnswer, send } from "../support/https.ts";
import { until } from "../support/until.ts";

let cluster: ControlPlane;
let admin: Raw;
before(async () => {
  cluster = await startControlPlane();
  admin = { url: cluster.url, ca: cluster.ca, identity: cluster.identity("admin", ["system:masters"]) };
  await write("POST", "/api/v1/namespaces", { metadata: { name: "old" } });
});
after(() => cluster.close());

const SECRETS = "/api/v1/namespaces/old/secrets";
const ACCOUNTS = "/api/v1/namespaces/old/serviceaccounts";
const WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews";
const INVALID = "kubernetes.io/legacy-token-invalid-since";

async function write(method: string, path: string, body: object, type = "application/json"): Promise<RawAnswer> {
  const answer = await send(admin, method, path, { "content-type": type }, JSON.stringify(body));
  assert.ok(answer.code < 300, `${method} ${path}: ${answer.text}`);
  return answer;
}
const patch = (path: string, body: object) => write("PATCH", path, body, "application/merge-patch+json");
const tokenSecret = (name: string, account: string) => ({
  metadata: { name, annotations: { "kubernetes.io/service-account.name": account } },
  type: "kubernetes.io/service-account-token",
});
const decoded = (text: string | undefined) => Buffer.from(text ?? "", "base64").toString();

/** Makes an account with a token secret. @returns the filled secret */
async function filled(name: string) {
  await write("POST", ACCOUNTS, { metadata: { name } });
  await write("POST", SECRETS, tokenSecret(`${name}-token`, name));
  return until("filled", async () => {
    const secret = (await send(admin, "GET", `${SECRETS}/${name}-token`)).json();
    return secret.data?.token && secret;
  });
}
async function ask(token: string): Promise<RawAnswer> {
  const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" });
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  return send({ url: cluster.url, ca: cluster.ca }, "POST", WHO, headers, body);
}

test("a secret of an account is filled with a token that logs the account in, and its use is noted", async () => {
  const { data, metadata } = await filled("ann");
  assert.equal(decoded(data["ca.crt"]), cluster.ca);
  assert.equal(decoded(data.namespace), "old");
  assert.match(metadata.annotations["kubernetes.io/service-account.uid"], /^[0-9a-f-]{36}$/);
  const token = decoded(data.token);
  const answer = await ask(token);
  const { username, groups, uid, extra } = answer.json().status.userInfo;
  assert.deepEqual(
    [username, uid, groups, extra],
    [
      "system:serviceaccount:old:ann",
      metadata.annotations["kubernetes.io/service-account.uid"],
      ["system:serviceaccounts", "system:serviceaccounts:old", "system:authenticated"],
      undefined,
    ],
  );
  assert.equal(answer.headers.warning, undefined);
  const today = new Date().toISOString().slice(0, 10);
  await until("labelled", async () => {
    const { labels } = (await send(admin, "GET", `${SECRETS}/ann-token`)).json().metadata;
    return labels?.["kubernetes.io/legacy-token-last-used"] === today;
  });
  const review = await write("POST", REVIEWS, { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } });
  assert.deepEqual([review.json().status.authenticated, review.json().status.user.username], [true, "system:serviceaccount:old:ann"]);
  assert.match((await send(admin, "GET", "/metrics")).text, /^serviceaccount_legacy_manual_token_uses_total 2$/m);
});

test("one that was made for its account in former times is warned of, and can be marked as invalid", async () => {
  const token = decoded((await filled("bob")).data.token);
  await patch(`${ACCOUNTS}/bob`, { secrets: [{ name: "bob-token" }] });
  const warned = await ask(token);
  assert.equal(
    warned.headers.warning,
    '299 - "Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens."',
  );
  await patch(`${SECRETS}/bob-token`, { metadata: { labels: { [INVALID]: "2026-01-01" } } });
  assert.equal((await ask(token)).code, 401);
  await patch(`${SECRETS}/bob-token`, { metadata: { labels: { [INVALID]: null } } });
  assert.equal((await ask(token)).code, 201);
  await send(admin, "DELETE", `${SECRETS}/bob-token`);
  await until("without a reference", async () => !(await send(admin, "GET", `${ACCOUNTS}/bob`)).json().secrets);
});

test("a token dies with its secret, with its account, and when its secret holds another", async () => {
  const first = decoded((await filled("eve")).data.token);
  assert.equal((await ask(first)).code, 201);
  await patch(`${SECRETS}/eve-token`, { data: { token: Buffer.from("another").toString("base64") } });
  assert.equal((await ask(first)).code, 401);
  await patch(`${SECRETS}/eve-token`, { data: { token: null } });
  const second = decoded(await until("filled again", async () => (await send(admin, "GET", `${SECRETS}/eve-token`)).json().data?.token));
  assert.deepEqual([(await ask(first)).code, (await ask(second)).code], [401, 201]);
  await send(admin, "DELETE", `${SECRETS}/eve-token`);
  assert.equal((await ask(second)).code, 401);
});

test("a secret goes with its account, and one of no account at once", async () => {
  const token = decoded((await filled("dan")).data.token);
  await send(admin, "DELETE", `${ACCOUNTS}/dan`);
  assert.equal((await ask(token)).code, 401);
  await until("gone", async () => (await send(admin, "GET", `${SECRETS}/dan-token`)).code === 404);
  await write("POST", ACCOUNTS, { metadata: { name: "dan" } });
  assert.equal((await ask(token)).code, 401, "another account of the same name");
  await write("POST", SECRETS, tokenSecret("nobodys", "nobody"));
  await until("gone", async () => (await send(admin, "GET", `${SECRETS}/nobodys`)).code === 404);
});
