/** What controllers and an administrator would do to a namespace before pods are made in it: a `default` account, and a label that admits any pod. */

import assert from "node:assert/strict";
import type { KubeObject } from "../../src/api/kind.ts";
import type { ControlPlane } from "../../src/cli/control-plane.ts";

export async function openNamespace({ server }: ControlPlane, name: string): Promise<void> {
  const { loopback } = server;
  const labels = { "pod-security.kubernetes.io/enforce": "privileged" };
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } } satisfies KubeObject;
  const created = await loopback.send("POST", "/api/v1/namespaces", namespace);
  if (created.code === 409) {
    const labelled = await loopback.send("PATCH", `/api/v1/namespaces/${name}`, { metadata: { labels } }, "application/merge-patch+json");
    assert.equal(labelled.code, 200);
  } else assert.equal(created.code, 201);
  const account = await loopback.send("POST", `/api/v1/namespaces/${name}/serviceaccounts`, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "default" },
  });
  assert.ok(account.code === 201 || account.code === 409);
}
