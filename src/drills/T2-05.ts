/** Comes with service-account tokens that are forged, stolen from another purpose, too old, too young, or left over from what is gone. */

import { createPublicKey, type JsonWebKeyInput } from "node:crypto";
import { drill, type Finding, seen } from "./drill.ts";
import { denied } from "./expect.ts";
import { podOf, restrictedSpec } from "./pods.ts";
import { jsonPost, type Room } from "./room.ts";
import { altered, ownKey, signed, takeApart, withHmac, withoutSignature } from "./token-forge.ts";
import type { Sent } from "./wire.ts";

const UNAUTHORIZED = denied({ status: 401, reason: "Unauthorized" });
/** A server may remember a good token for so long after its end. */
const FORGET_WAIT_MS = 15_000;
const HOUR = 3600;
/** What the kubelet asks for, and what kube-apiserver stretches to a year for it. */
const STRETCHED_SECONDS = 3607;

const maps = (room: Room): string => `/api/v1/namespaces/${room.namespace}/configmaps`;
const accounts = (room: Room): string => `/api/v1/namespaces/${room.namespace}/serviceaccounts`;

/** Shows a token and asks for what its account may see. */
function shows(room: Room, token: string, what: string): Promise<Finding> {
  return room.bearer(token).tries(what, { method: "GET", path: maps(room) });
}

/** Shows a token with each verb that its account may use. */
async function showsWithEveryVerb(room: Room, token: string, what: string): Promise<Finding[]> {
  const eve = room.bearer(token);
  const findings: Finding[] = [];
  for (const { verb, sent } of everyVerb(room)) findings.push(await eve.tries(`${what}, to ${verb}`, sent));
  return findings;
}

function everyVerb(room: Room): { readonly verb: string; readonly sent: Sent }[] {
  const [all, one] = [maps(room), `${maps(room)}/drilled`];
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "drilled" } };
  return [
    { verb: "create", sent: jsonPost(all, map) },
    { verb: "get", sent: { method: "GET", path: one } },
    { verb: "list", sent: { method: "GET", path: all } },
    { verb: "watch", sent: { method: "GET", path: `${all}?watch=1&timeoutSeconds=1` } },
    { verb: "update", sent: { ...jsonPost(one, map), method: "PUT" } },
    { verb: "patch", sent: { method: "PATCH", path: one, type: "application/merge-patch+json", body: '{"data":{"a":"b"}}' } },
    { verb: "apply", sent: { method: "PATCH", path: `${one}?fieldManager=drill`, type: "application/apply-patch+yaml", body: JSON.stringify(map) } },
    { verb: "delete", sent: { method: "DELETE", path: one } },
    { verb: "deletecollection", sent: { method: "DELETE", path: all } },
  ];
}

/** Tokens that no key of the cluster signed, or not as they are. */
async function forgeries(room: Room): Promise<Record<string, string>> {
  const good = await room.token("eve");
  const parts = takeApart(good);
  const answer = await room.admin.send({ method: "GET", path: "/openid/v1/jwks", headers: { accept: "application/jwk-set+json, application/json" } });
  const { keys } = JSON.parse(answer.text) as { keys: JsonWebKeyInput["key"][] };
  const published = createPublicKey({ key: keys[0]!, format: "jwk" }).export({ type: "spki", format: "pem" }).toString();
  const key = ownKey(parts);
  const kid = (id: string) => signed({ ...parts, header: { ...parts.header, kid: id } }, key);
  const subject = { sub: `system:serviceaccount:${room.namespace}:default` };
  return {
    "no algorithm": withoutSignature(parts, "none"),
    "no algorithm, spelled otherwise": withoutSignature(parts, "nOnE"),
    "the right algorithm and no signature": withoutSignature(parts, String(parts.header.alg)),
    "HMAC with the public key": withHmac(parts, published),
    "HMAC with nothing": withHmac(parts, ""),
    "another key under the right key id": signed(parts, key),
    "an unknown key id": kid("unknown"),
    "a key id that is a path": kid("../../../dev/null"),
    "a key id that is a name of JavaScript's": kid("__proto__"),
    "no key id": signed({ ...parts, header: { alg: parts.header.alg, typ: "JWT" } }, key),
    "a key of its own in the header": signed({ ...parts, header: { ...parts.header, jwk: keys[0], jku: "https://127.0.0.1:1/keys" } }, key),
    "another subject under a good signature": altered(good, subject),
    "a longer life under a good signature": altered(good, { exp: 4_000_000_000 }),
  };
}

/** Tokens that the cluster's own key signed and that say the wrong thing: what a thief of the key could not even use. */
async function misfits(room: Room, key: string): Promise<Record<string, string>> {
  const parts = takeApart(await room.token("eve"));
  const now = Math.floor(Date.now() / 1000);
  const says = (claims: Readonly<Record<string, unknown>>) => signed({ ...parts, claims: { ...parts.claims, ...claims } }, key);
  const bound = parts.claims["kubernetes.io"] as { serviceaccount: object };
  return {
    expired: says({ iat: now - 2 * HOUR, nbf: now - 2 * HOUR, exp: now - 1 }),
    "not yet valid": says({ nbf: now + HOUR, exp: now + 2 * HOUR }),
    "without an end": says({ exp: undefined }),
    "from another issuer": says({ iss: "https://elsewhere.invalid" }),
    "for another audience": says({ aud: ["elsewhere"] }),
    "for no audience": says({ aud: [] }),
    "of an account with another UID": says({
      "kubernetes.io": { ...bound, serviceaccount: { ...bound.serviceaccount, uid: "00000000-0000-4000-8000-000000000000" } },
    }),
    "of another account than it is bound to": says({ sub: `system:serviceaccount:${room.namespace}:default` }),
  };
}

/** Waits until a server that remembers good tokens has forgotten this one. */
async function untilForgotten(room: Room, token: string, what: string): Promise<Finding> {
  for (let waited = 0; ; waited += 250) {
    const finding = await shows(room, token, what);
    if (finding.answer?.code !== 200 || waited >= FORGET_WAIT_MS) return finding;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Tokens that were good until what they are bound to went away. */
async function orphans(room: Room): Promise<Finding[]> {
  const pods = `/api/v1/namespaces/${room.namespace}/pods`;
  const node = room.newName();
  room.atEnd(() => room.admin.send({ method: "DELETE", path: `/api/v1/nodes/${node}` }));
  await room.admin.must("POST", pods, podOf("bound", { ...restrictedSpec(), serviceAccountName: "eve" }));
  await room.admin.must("POST", "/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: node }, spec: { unschedulable: true } });
  await room.account("gone", [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] }]);
  const bind = (kind: string, name: string) => room.token("eve", { boundObjectRef: { apiVersion: "v1", kind, name } });
  const tokens = { pod: await bind("Pod", "bound"), node: await bind("Node", node), account: await room.token("gone") };
  const findings: Finding[] = [];
  for (const [what, token] of Object.entries(tokens)) {
    const { answer } = await shows(room, token, what);
    findings.push(seen(`a token while its ${what} lives`, answer?.code === 200 ? undefined : `it was refused: ${answer?.code}`));
  }
  await room.admin.must("DELETE", `${pods}/bound?gracePeriodSeconds=0`);
  findings.push(await untilForgotten(room, tokens.pod, "the pod is deleted"));
  await room.admin.must("DELETE", `/api/v1/nodes/${node}`);
  findings.push(await untilForgotten(room, tokens.node, "the node is deleted"));
  await room.admin.must("DELETE", `${accounts(room)}/gone`);
  findings.push(await untilForgotten(room, tokens.account, "the account is deleted"));
  await room.admin.must("POST", accounts(room), { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "gone" } });
  findings.push(await shows(room, tokens.account, "another account has the name"));
  return findings;
}

/** A token that is asked for an hour lives an hour. */
async function stretched(room: Room): Promise<Finding> {
  await room.admin.must("POST", `/api/v1/namespaces/${room.namespace}/pods`, podOf("stretched", { ...restrictedSpec(), serviceAccountName: "eve" }));
  const asked = { expirationSeconds: STRETCHED_SECONDS, boundObjectRef: { apiVersion: "v1", kind: "Pod", name: "stretched" } };
  const { exp, iat } = takeApart(await room.token("eve", asked)).claims as { exp: number; iat: number };
  const lives = exp - iat;
  return seen("the life of a pod's token", lives > STRETCHED_SECONDS + 60 ? `asked for ${STRETCHED_SECONDS} s, it lives ${lives} s` : undefined);
}

export default drill({
  id: "T2-05",
  threat: 2,
  boundary: "B4",
  actor: "A1",
  title: "Service-account token abuse",
  defence:
    "A token is good only as the cluster's own key signed it, for this server, in its time, and while its account and the pod or node it is bound to live; no life is stretched.",
  needs: "control-plane",
  async setup(room) {
    const verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
    await room.account("eve", [{ apiGroups: [""], resources: ["configmaps"], verbs }]);
  },
  async attack(room) {
    const false_ = await forgeries(room);
    const key = room.machine?.tokenKey();
    const wrong = key === undefined ? {} : await misfits(room, key);
    const foreign = { "for another audience, from the cluster itself": await room.token("eve", { audiences: ["elsewhere.invalid"] }) };
    const findings: Finding[] = [];
    for (const [what, token] of Object.entries({ ...false_, ...wrong, ...foreign })) findings.push(...(await showsWithEveryVerb(room, token, what)));
    return [...findings, ...(await orphans(room)), await stretched(room)];
  },
  async twin(room) {
    const plain = await room.token("eve");
    const parts = takeApart(plain);
    const key = room.machine?.tokenKey();
    const tokens = { "as it was given": plain, ...(key !== undefined && { "signed again with the cluster's key": signed(parts, key) }) };
    const eve = room.as("eve").user;
    const findings: Finding[] = [];
    for (const [what, token] of Object.entries(tokens)) {
      for (const { verb, sent } of everyVerb(room))
        findings.push({ ...(await room.bearer(token, eve).tries(`${what}, to ${verb}`, sent)), ...(sent.method === "GET" && { unrecorded: true as const }) });
    }
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: plain } };
    findings.push(await room.admin.tries("its review", jsonPost("/apis/authentication.k8s.io/v1/tokenreviews", review)));
    return findings;
  },
  expect: UNAUTHORIZED,
});
