import assert from "node:assert/strict";
import { test } from "node:test";
import type { Secret } from "../../api/tables/core-v1.ts";
import { credentialsFor, repositoryOf } from "./credentials.ts";

function pullSecret(auths: Record<string, object>): Secret {
  return { metadata: {}, type: "kubernetes.io/dockerconfigjson", data: { ".dockerconfigjson": Buffer.from(JSON.stringify({ auths })).toString("base64") } };
}

test("an image's name is completed as every client completes it", () => {
  const names = ["busybox", "me/app:1", "localhost/x", "reg.example:5000/a/b@sha256:aa", "reg.example/a:tag@sha256:aa"];
  assert.deepEqual(names.map(repositoryOf), ["docker.io/library/busybox", "docker.io/me/app", "localhost/x", "reg.example:5000/a/b", "reg.example/a"]);
});

test("a credential is for its registry and below its path, the most specific first", () => {
  const secrets = [
    pullSecret({ "reg.example": { username: "a", password: "1" }, "reg.example/team": { auth: "dDoy" }, "*.corp.example": { username: "c", password: "3" } }),
    pullSecret({}),
  ];
  assert.deepEqual(credentialsFor("reg.example/team/app:1", secrets), [{ auth: "dDoy" }, { username: "a", password: "1" }]);
  assert.deepEqual(credentialsFor("reg.example/other/app", secrets), [{ username: "a", password: "1" }]);
  assert.deepEqual(credentialsFor("x.corp.example/app", secrets), [{ username: "c", password: "3" }]);
  assert.deepEqual(credentialsFor("evil-reg.example/app", secrets), []);
  assert.deepEqual(credentialsFor("a.b.corp.example/app", secrets), []);
  assert.deepEqual(credentialsFor("busybox", [pullSecret({ "https://index.docker.io/v1/": { username: "hub", password: "4" } })]), [
    { username: "hub", password: "4" },
  ]);
  assert.deepEqual(credentialsFor("busybox", [{ metadata: {}, data: { ".dockerconfigjson": "bm90IGpzb24=" } }]), []);
});
