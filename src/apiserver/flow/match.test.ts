/** Which requests a flow schema's rules speak of. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Subject } from "../../api/tables/flowcontrol-v1.ts";
import type { User } from "../../security/user.ts";
import { attributesOf } from "../request-line/attributes.ts";
import { parseTarget } from "../request-line/target.ts";
import { mandatorySchemas } from "./mandatory.ts";
import { isSubject, matchesEverything, matchesRule } from "./match.ts";

const asked = (method: string, target: string) => attributesOf(method, parseTarget(target));
const user = (name: string, ...groups: string[]): User => ({ name, groups, extra: Object.create(null), via: "test" });

test("subjects are users, groups and service accounts", () => {
  const account = (namespace: string, name: string): Subject => ({ kind: "ServiceAccount", serviceAccount: { namespace, name } });
  const cases: [User, Subject, boolean][] = [
    [user("ann"), { kind: "User", user: { name: "ann" } }, true],
    [user("ann"), { kind: "User", user: { name: "*" } }, true],
    [user("ann"), { kind: "User", user: { name: "an" } }, false],
    [user("ann", "ops"), { kind: "Group", group: { name: "ops" } }, true],
    [user("ann"), { kind: "Group", group: { name: "ops" } }, false],
    [user("ann"), { kind: "Group", group: { name: "*" } }, true],
    [user("system:serviceaccount:a:b"), account("a", "b"), true],
    [user("system:serviceaccount:a:b"), account("a", "*"), true],
    [user("system:serviceaccount:ab:b"), account("a", "*"), false],
    [user("system:serviceaccount:a:bc"), account("a", "b"), false],
    [user("ann"), { kind: "User", group: { name: "*" } }, false],
    [user("ann"), { kind: "Robot" }, false],
  ];
  for (const [who, subject, expected] of cases) assert.equal(isSubject(who, [subject]), expected, JSON.stringify([who.name, subject]));
});

test("resource rules look at verb, group, resource with subresource, and namespace", () => {
  const rule = (rest: object) => ({ resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"], clusterScope: true, ...rest }] });
  const pod = asked("GET", "/api/v1/namespaces/x/pods/web");
  const node = asked("GET", "/api/v1/nodes/a");
  assert.equal(matchesRule(rule({}), pod), true);
  assert.equal(matchesRule(rule({ verbs: ["list"] }), pod), false);
  assert.equal(matchesRule(rule({ apiGroups: ["apps"] }), pod), false);
  assert.equal(matchesRule(rule({ resources: ["pods"] }), asked("GET", "/api/v1/namespaces/x/pods/web/status")), false);
  assert.equal(matchesRule(rule({ resources: ["pods/status"] }), asked("GET", "/api/v1/namespaces/x/pods/web/status")), true);
  assert.equal(matchesRule(rule({ namespaces: ["y"] }), pod), false);
  assert.equal(matchesRule(rule({ clusterScope: false }), node), false);
  assert.equal(matchesRule(rule({ namespaces: [] }), node), true);
});

test("path rules name a path, or what lies beneath one", () => {
  const matches = (url: string, path: string) => matchesRule({ nonResourceRules: [{ verbs: ["get"], nonResourceURLs: [url] }] }, asked("GET", path));
  assert.equal(matches("*", "/version"), true);
  assert.equal(matches("/healthz", "/healthz"), true);
  assert.equal(matches("/healthz", "/healthz/etcd"), true);
  assert.equal(matches("/healthz", "/healthzz"), false);
  assert.equal(matches("/openapi/*", "/openapi/v2"), true);
  assert.equal(matches("/openapi/*", "/version"), false);
});

test("the mandatory schemas speak of everything", () => {
  for (const { spec } of Object.values(mandatorySchemas)) assert.equal(spec.rules?.every(matchesEverything), true);
});
