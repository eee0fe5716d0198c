import assert from "node:assert/strict";
import { test } from "node:test";
import { runControllers } from "../../../test/support/controllers.ts";
import { until } from "../../../test/support/until.ts";
import { ConfigMap, Namespace, Secret } from "../../api/resources.ts";
import type { Namespace as NamespaceObject } from "../../api/tables/core-v1.ts";
import { startControlPlane } from "../../cli/control-plane.ts";
import namespaces from "./namespace.ts";

test("a namespace that is deleted is emptied and goes; one that something holds up says what, and goes once it is let go", async () => {
  await using cluster = await startControlPlane();
  await using running = await runControllers(cluster, [namespaces]);
  const { client } = running;
  for (const name of ["plain", "held", "other"]) {
    await client.create(Namespace, { metadata: { name }, spec: {} });
    await client.create(ConfigMap, { metadata: { name: "a", namespace: name } });
    await client.create(Secret, { metadata: { name: "b", namespace: name } });
  }
  await client.patch(ConfigMap, "held", "a", { metadata: { finalizers: ["example.org/wait"] } });
  await client.delete(Namespace, "", "plain");
  await client.delete(Namespace, "", "held");
  await until("gone", async () => !(await client.find(Namespace, "", "plain")));

  const isTrue = (namespace: NamespaceObject, type: string) => namespace.status?.conditions?.find((one) => one.type === type && one.status === "True");
  const held = await until("said", async () => {
    const found = await client.get<NamespaceObject>(Namespace, "", "held");
    return isTrue(found, "NamespaceContentRemaining") && isTrue(found, "NamespaceFinalizersRemaining") && found;
  });
  assert.equal(held.status?.phase, "Terminating");
  assert.match(isTrue(held, "NamespaceContentRemaining")?.message ?? "", /^Some resources are remaining: configmaps has 1 resource instances$/i);
  assert.match(
    isTrue(held, "NamespaceFinalizersRemaining")?.message ?? "",
    /^Some content in the namespace has finalizers remaining: example\.org\/wait in 1 resource instances$/,
  );
  assert.equal(await client.find(Secret, "held", "b"), undefined);
  await assert.rejects(client.create(ConfigMap, { metadata: { name: "late", namespace: "held" } }), /because it is being terminated/);

  await client.patch(ConfigMap, "held", "a", { metadata: { finalizers: null } });
  await until("gone", async () => !(await client.find(Namespace, "", "held")));
  assert.ok(await client.find(ConfigMap, "other", "a"), "what nobody deleted stays");
});
