/** TokenReview: whose a token is, for which audiences, as whoever asks would see them log in. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { type Raw, send } from "../support/https.ts";

let cluster: ControlPlane;
let admin: Raw;
before(async () => {
  cluster = await startControlPlane();
  admin = { url: cluster.url, ca: cluster.ca, identity: cluster.identity("admin", ["system:masters"]) };
  await create("/api/v1/namespaces", { metadata: { name: "d" } });
  await create("/api/v1/namespaces/d/serviceaccounts", { metadata: { name: "ann" } });
});
after(() => cluster.close());

async function create(path: string, body: object) {
  const answer = await send(admin, "POST", path, { "content-type": "application/json" }, JSON.stringify(body));
  assert.ok(answer.code < 300, `${path}: ${answer.text}`);
  return answer.json();
}
async function tokenFor(audiences?: readonly string[]): Promise<string> {
  return (await create("/api/v1/namespaces/d/serviceaccounts/ann/token", { spec: { audiences } })).status.token;
}
async function review(token: string, audiences?: readonly string[]) {
  return (await create("/apis/authentication.k8s.io/v1/tokenreviews", { spec: { token, audiences } })).status;
}

test("a good token's user has the groups that it logs in with, and the review says for which audiences", async () => {
  const own = await review(await tokenFor());
  assert.deepEqual(own.user.groups, ["system:serviceaccounts", "system:serviceaccounts:d", "system:authenticated"]);
  assert.equal(own.authenticated, true);
  assert.equal(own.audiences.length, 1, "those of the API server itself, where none are asked for");
  assert.deepEqual((await review(await tokenFor(["vault", "web"]), ["vault", "x"])).audiences, ["vault"]);
});

test("a token for somebody else is no good here", async () => {
  const { authenticated, audiences, error } = await review(await tokenFor(["vault"]));
  assert.deepEqual([authenticated, audiences], [undefined, undefined]);
  assert.match(error, /vault/);
});
