import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attributes } from "../attributes.ts";
import type { User } from "../user.ts";
import { isAudited } from "./policy.ts";
import { auditRecord } from "./record.ts";

const user = (name: string): User => ({ name, groups: ["g"], extra: Object.create(null), via: "x509" });
const asked = (verb: string, group: string, resource: string, subresource = ""): Attributes => ({
  isResource: true,
  path: "/x",
  verb,
  group,
  version: "v1",
  namespace: "a",
  resource,
  subresource,
  name: "n",
  tail: "",
});

test("writes, refusals, doors and reads of what grants power are recorded; other reads and heartbeats are not", () => {
  const recorded = [
    isAudited(asked("create", "", "pods"), user("ann"), 201),
    isAudited(asked("get", "", "pods"), user("ann"), 403),
    isAudited(asked("get", "", "secrets"), user("system:node:a"), 200),
    isAudited(asked("get", "", "pods", "exec"), user("ann"), undefined),
    isAudited(asked("update", "coordination.k8s.io", "leases"), user("ann"), 200),
    isAudited(undefined, undefined, 401),
    isAudited(asked("get", "", "pods"), user("ann"), 200, true),
  ];
  const passed = [
    isAudited(asked("get", "", "pods"), user("ann"), 200),
    isAudited(asked("watch", "", "configmaps"), user("system:node:a"), 200),
    isAudited(asked("update", "coordination.k8s.io", "leases"), user("system:node:a"), 200),
  ];
  assert.deepEqual([recorded.every(Boolean), passed.some(Boolean)], [true, false]);
});

test("a record tells the peer apart from what the client says, and holds no control characters", () => {
  const record = auditRecord({
    auditId: "ours",
    stage: "ResponseComplete",
    target: "/api/v1/namespaces/a/secrets/n",
    attributes: asked("get", "", "secrets"),
    method: "GET",
    user: user("ann"),
    peerAddress: "192.0.2.1",
    claimedAddresses: ["10.0.0.1"],
    userAgent: "kubectl\u202e\u009b31m",
    clientAuditId: "theirs",
    response: { code: 200 },
    receivedAt: Date.parse("2026-11-24T12:00:00Z"),
    now: Date.parse("2026-11-24T12:00:01Z"),
  });
  assert.deepEqual(record, {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "Metadata",
    auditID: "ours",
    stage: "ResponseComplete",
    requestURI: "/api/v1/namespaces/a/secrets/n",
    verb: "get",
    user: { username: "ann", groups: ["g"] },
    sourceIPs: ["10.0.0.1", "192.0.2.1"],
    userAgent: "kubectl\ufffd\ufffd31m",
    objectRef: { resource: "secrets", namespace: "a", name: "n", apiVersion: "v1" },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: "2026-11-24T12:00:00.000000Z",
    stageTimestamp: "2026-11-24T12:00:01.000000Z",
    rampart: { peerAddress: "192.0.2.1", authenticator: "x509", clientAuditID: "theirs" },
  });
});
