import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { MemoryReader } from "../../../../test/support/memory-reader.ts";
import type { ClusterRole } from "../../../api/tables/rbac-v1.ts";
import { defaultObjects, missingDefaults } from "./reconcile.ts";

const GROUP = "rbac.authorization.k8s.io";

/** Keys sorted, so that the digest speaks of content only. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, canonical(each)]),
  );
}

test("the default roles and bindings are those that a kube-apiserver v1.37.2 makes", () => {
  const digests = Object.fromEntries(
    ["clusterroles", "clusterrolebindings", "roles", "rolebindings"].map((resource) => {
      const objects = defaultObjects()
        .filter((each) => each.resource === resource)
        .map(({ object: { apiVersion: _version, kind: _kind, ...rest } }) => canonical(rest))
        .map((each) => JSON.stringify(each))
        .toSorted();
      return [resource, `${objects.length} ${createHash("sha256").update(objects.join("\n")).digest("hex").slice(0, 16)}`];
    }),
  );
  // Taken from a running kube-apiserver's lists, without apiVersion, kind, null rules and what a server adds.
  assert.deepEqual(digests, {
    clusterroles: "73 2c264700d275c8cf",
    clusterrolebindings: "54 8889b5dbff93e05b",
    roles: "7 e491adfd41c53aa3",
    rolebindings: "7 0086c8b743263123",
  });
});

test("what is missing is added, what was added stays, what opted out is left alone", () => {
  const reader = new MemoryReader();
  assert.equal(missingDefaults(reader).length, 141);
  for (const { resource, object } of defaultObjects()) reader.put(GROUP, resource, object);
  assert.deepEqual(missingDefaults(reader), []);
  const change = (name: string, to: (role: ClusterRole) => void) => {
    const role = structuredClone(reader.get<ClusterRole>(GROUP, "clusterroles", "", name)!);
    to(role);
    reader.put(GROUP, "clusterroles", role);
  };
  const own = { verbs: ["get"], apiGroups: ["example.com"], resources: ["things"] };
  change("system:basic-user", (role) => {
    role.rules = [own];
  });
  change("system:discovery", (role) => {
    role.rules = [];
    role.metadata.annotations = { "rbac.authorization.kubernetes.io/autoupdate": "false" };
  });
  const [write, ...others] = missingDefaults(reader);
  assert.deepEqual(others, []);
  assert.equal(write?.verb, "update");
  assert.deepEqual((write!.object as ClusterRole).rules?.[0], own);
  assert.equal((write!.object as ClusterRole).rules?.length, 4);
});
