import assert from "node:assert/strict";
import { test } from "node:test";
import { runControllers } from "../../test/support/controllers.ts";
import { until } from "../../test/support/until.ts";
import { ConfigMap, Secret } from "../api/resources.ts";
import { startControlPlane } from "../cli/control-plane.ts";
import { controller } from "./controller.ts";

const secretFor = (name: string, namespace: string, uid: string) => ({
  metadata: { name, namespace, ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name, uid, controller: true, blockOwnerDeletion: true }] },
});

test("a controller is called for its objects and for what they own, writes what it declared, and sees its own writes before it looks again", async () => {
  await using cluster = await startControlPlane();
  const looked: number[] = [];
  const gone: string[] = [];
  const mirror = controller({
    name: "test-mirror",
    for: ConfigMap,
    watches: { owned: Secret.ownedBy(ConfigMap) },
    writes: [Secret.create],
    reconcile({ metadata: { name = "", namespace = "", uid = "", labels } }, { owned }) {
      if (labels?.mirrored !== "yes") return [];
      looked.push(owned.length);
      return owned.length === 0 ? [Secret.create(secretFor(name, namespace, uid))] : [];
    },
    gone: ({ name }) => {
      gone.push(name);
      return [];
    },
  });
  await using running = await runControllers(cluster, [mirror]);
  const { client } = running;
  await client.create(ConfigMap, { metadata: { name: "a", namespace: "default", labels: { mirrored: "yes" } } });
  const first = await until("mirrored", () => client.find(Secret, "default", "a"));
  // Many changes at once: never a second secret, for each look sees the first.
  for (let turn = 0; turn < 10; turn++) await client.patch(ConfigMap, "default", "a", { data: { turn: String(turn) } });
  await client.delete(Secret, "default", "a");
  await until(
    "mirrored again",
    async () => (await client.find(Secret, "default", "a"))?.metadata.uid !== first.metadata.uid && (await client.find(Secret, "default", "a")),
  );
  assert.equal(looked.filter((owned) => owned === 0).length, 2, `looked at ${looked}`);
  await client.delete(ConfigMap, "default", "a");
  await until("told", async () => gone.includes("a"));
});

test("what fails is tried again, later and later, and said by the controller itself; what can't be mended isn't tried", async () => {
  await using cluster = await startControlPlane();
  const tries = new Map<string, number>();
  const failures: string[] = [];
  const failing = controller({
    name: "test-failing",
    for: ConfigMap,
    watches: {},
    writes: [Secret.create, Secret.delete, ConfigMap.patch],
    reconcile(map) {
      const { name = "", namespace = "" } = map.metadata;
      tries.set(name, (tries.get(name) ?? 0) + 1);
      if (name === "invalid") return [Secret.create({ metadata: { name: "Not A Name", namespace } })];
      if (name === "absent") return [Secret.delete({ metadata: { name: "none", namespace } })];
      if (name === "same") return [ConfigMap.patch(map, { data: { a: "b" } })];
      return [];
    },
    failed(map, { write, error }) {
      failures.push(`${map.metadata.name}: ${write.verb} ${write.on.resource}: ${(error as Error).message.slice(0, 30)}`);
      return [];
    },
  });
  await using running = await runControllers(cluster, [failing]);
  const { client } = running;
  for (const name of ["invalid", "absent"]) await client.create(ConfigMap, { metadata: { name, namespace: "default" } });
  const same = await client.create(ConfigMap, { metadata: { name: "same", namespace: "default" }, data: { a: "b" } });
  await until("tried again", async () => (tries.get("invalid") ?? 0) >= 4);
  assert.match(failures[0] ?? "", /^invalid: create secrets: Secret "Not A Name" is invalid/);
  assert.ok(failures.every((one) => one.startsWith("invalid")));
  assert.equal(tries.get("absent"), 1);
  assert.equal(tries.get("same"), 1);
  assert.equal(
    (await client.get(ConfigMap, "default", "same")).metadata.resourceVersion,
    same.metadata.resourceVersion,
    "a change that changes nothing isn't sent",
  );
});

test("a controller may do what it declared, and nothing else", async () => {
  await using cluster = await startControlPlane();
  const errors: unknown[] = [];
  const sly = controller({
    name: "test-sly",
    for: ConfigMap,
    watches: {},
    writes: [ConfigMap.patch],
    reconcile: (map) => [ConfigMap.patch(map, { data: { seen: "yes" } })],
    failed: (_, { error }) => {
      errors.push(error);
      return [];
    },
  });
  await using running = await runControllers(cluster, [sly]);
  await running.client.create(ConfigMap, { metadata: { name: "a", namespace: "default" }, data: { made: "yes" } });
  const patched = await until("patched", async () => {
    const found = await running.client.get(ConfigMap, "default", "a");
    return found.data?.seen === "yes" && found;
  });
  assert.deepEqual(errors, []);
  assert.equal(patched.metadata.managedFields?.at(-1)?.manager, "rampart-test-sly");
  const review = {
    spec: { user: "system:serviceaccount:kube-system:test-sly", resourceAttributes: { verb: "delete", resource: "configmaps", namespace: "default" } },
  };
  const answer = await running.client.json<{ status: { allowed: boolean } }>("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review);
  assert.equal(answer.status.allowed, false);
});
