import assert from "node:assert/strict";
import { createHmac, createPublicKey, sign } from "node:crypto";
import { test } from "node:test";
import { MemoryReader } from "../../../../test/support/memory-reader.ts";
import type { KubeObject } from "../../../api/kind.ts";
import type { TokenRequest } from "../../../api/tables/authentication-v1.ts";
import { newKeyPair } from "../../../machinery/certificates/keys.ts";
import { systemRandom } from "../../../machinery/random.ts";
import { StatusError } from "../../../machinery/status/status-error.ts";
import { CredentialError } from "../credentials.ts";
import { TokenKeys } from "./keys.ts";
import { requestToken } from "./request.ts";
import { tokenAuthenticator } from "./service-account.ts";

const start = Date.parse("2026-11-24T12:00:00Z");
const object = (namespace: string, name: string, uid: string, spec: object = {}): KubeObject => ({ metadata: { namespace, name, uid }, spec }) as KubeObject;

function cluster() {
  const reader = new MemoryReader();
  const clock = { time: start, now: () => clock.time, after: () => () => {} };
  const pair = newKeyPair();
  const keys = new TokenKeys(pair.pem);
  const options = { keys, issuers: ["https://cluster"], audiences: ["https://cluster"], reader, clock, random: systemRandom };
  reader.put("", "serviceaccounts", object("a", "bot", "sa-1"));
  reader.put("", "pods", object("a", "web", "pod-1", { serviceAccountName: "bot", nodeName: "n1" }));
  reader.put("", "nodes", object("", "n1", "node-1"));
  reader.put("", "secrets", object("a", "s", "secret-1"));
  const authenticator = tokenAuthenticator(options);
  const mint = async (spec: TokenRequest["spec"] = {}) => (await requestToken(options, "a", "bot", { metadata: {}, spec })).status!.token;
  return { reader, clock, keys, pair, options, mint, verify: authenticator.verify };
}

const boundTo = (kind: string, name: string) => ({ boundObjectRef: { kind, apiVersion: "v1", name } });
const because = (why: RegExp) => (error: Error) => error instanceof CredentialError && why.test(error.message);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const parts = (token: string) =>
  token
    .split(".")
    .slice(0, 2)
    .map((part) => JSON.parse(String(Buffer.from(part, "base64url"))));

test("a pod's token logs its account in and says where the pod runs", async () => {
  const { mint, verify } = cluster();
  const token = await mint(boundTo("Pod", "web"));
  const found = await verify(token);
  const [header, payload] = parts(token);
  assert.equal(header.alg, "ES256");
  assert.deepEqual(
    { ...found!.user, extra: { ...found!.user.extra } },
    {
      name: "system:serviceaccount:a:bot",
      uid: "sa-1",
      groups: ["system:serviceaccounts", "system:serviceaccounts:a"],
      extra: {
        "authentication.kubernetes.io/credential-id": [`JTI=${payload.jti}`],
        "authentication.kubernetes.io/pod-name": ["web"],
        "authentication.kubernetes.io/pod-uid": ["pod-1"],
        "authentication.kubernetes.io/node-name": ["n1"],
        "authentication.kubernetes.io/node-uid": ["node-1"],
      },
      via: "serviceaccount",
    },
  );
  assert.equal(payload.exp - payload.iat, 3600);
  assert.equal((await verify(token))!.user, found!.user, "a user is one object a token");
});

test("a token dies with its account, pod, secret or node, and another of the same name doesn't wake it", async () => {
  for (const [resource, namespace, name, spec] of [
    ["serviceaccounts", "a", "bot", {}],
    ["pods", "a", "web", boundTo("Pod", "web")],
    ["secrets", "a", "s", boundTo("Secret", "s")],
    ["nodes", "", "n1", boundTo("Node", "n1")],
  ] as const) {
    const { reader, mint, verify } = cluster();
    const token = await mint(spec);
    assert.ok(await verify(token));
    reader.remove("", resource, namespace, name);
    await assert.rejects(verify(token), because(/is gone/));
    reader.put("", resource, object(namespace, name, "another", { serviceAccountName: "bot" }));
    await assert.rejects(verify(token), because(/is another one now/));
  }
});

test("forged, foreign, early, late and misaddressed tokens are refused, each for its reason", async () => {
  const { clock, keys, pair, mint, verify } = cluster();
  const token = await mint();
  const [header, payload] = parts(token);
  const signed = (head: object, body: object, key = pair.privateKey) => {
    const text = `${encode(head)}.${encode(body)}`;
    return `${text}.${sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  };
  assert.ok(await verify(signed(header, payload)), "the test's own signer is good");
  const publicPem = String(createPublicKey(pair.pem).export({ type: "spki", format: "pem" }));
  const hmacText = `${encode({ ...header, alg: "HS256" })}.${encode(payload)}`;
  const hmac = `${hmacText}.${createHmac("sha256", publicPem).update(hmacText).digest("base64url")}`;
  const refused: readonly (readonly [string, RegExp])[] = [
    [`${encode({ ...header, alg: "none" })}.${encode(payload)}.`, /ES256/],
    [hmac, /ES256/],
    [signed({ ...header, kid: "../../etc/passwd" }, payload), /unknown key/],
    [signed({ ...header, kid: "__proto__" }, payload), /unknown key/],
    [signed({ alg: "ES256" }, payload), /unknown key/],
    [signed(header, payload, newKeyPair().privateKey), /signature/],
    [signed({ ...header, crit: ["x"], x: 1 }, payload), /signature/],
    [signed(header, { ...payload, sub: "system:serviceaccount:kube-system:bot" }), /claims/],
    [signed(header, { ...payload, "kubernetes.io": undefined }), /claims/],
    [signed(header, { ...payload, exp: undefined }), /claims/],
    [signed(header, { ...payload, aud: ["https://elsewhere"] }), /is for/],
    [signed(header, { ...payload, nbf: start / 1000 + 60 }), /not valid yet/],
    [signed(header, { ...payload, exp: start / 1000 }), /expired/],
  ];
  for (const [bad, why] of refused) await assert.rejects(verify(bad), because(why), String(why));
  assert.equal(await verify(signed(header, { ...payload, iss: "https://other" })), undefined);
  assert.equal(await verify("not.a.token"), undefined);
  clock.time += 3600_000;
  await assert.rejects(verify(token), because(/expired/), "no extended expiry");
  clock.time = start;
  keys.rotate(newKeyPair().pem);
  assert.ok(await verify(token), "an older key still verifies");
  keys.retire(header.kid);
  await assert.rejects(verify(token), because(/unknown key/), "also one whose signature was seen before");
});

test("a token review asks for an audience of its own", async () => {
  const { mint, verify } = cluster();
  const token = await mint({ audiences: ["vault", "x"] });
  assert.deepEqual((await verify(token, ["vault"]))!.audiences, ["vault"]);
  await assert.rejects(verify(token), because(/is for/));
});

test("a token request is refused in Kubernetes' words", async () => {
  const { options, reader } = cluster();
  const ask = (request: Partial<TokenRequest>, name = "bot") => requestToken(options, "a", name, { metadata: {}, spec: {}, ...request });
  const refusal = (code: number, message: string) => (error: unknown) =>
    error instanceof StatusError && error.status.code === code && error.status.message.includes(message);
  await assert.rejects(ask({ spec: { expirationSeconds: 60 } }), refusal(422, "may not specify a duration less than 10 minutes"));
  await assert.rejects(ask({}, "nobody"), refusal(404, 'serviceaccounts "nobody" not found'));
  await assert.rejects(ask({ metadata: { uid: "sa-0" } }), refusal(409, "does not match the UID of the service account (sa-1)"));
  await assert.rejects(ask({ spec: boundTo("ConfigMap", "x") }), refusal(400, "cannot bind token to object of type /v1, Kind=ConfigMap"));
  await assert.rejects(
    ask({ spec: { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "web", uid: "old" } } }),
    refusal(409, "does not match the UID in record"),
  );
  reader.put("", "pods", object("a", "web", "pod-1", { serviceAccountName: "default" }));
  await assert.rejects(ask({ spec: boundTo("Pod", "web") }), refusal(400, "running with different serviceaccount name"));
});
