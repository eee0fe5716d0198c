import assert from "node:assert/strict";
import { test } from "node:test";
import { type Api, startApi } from "../../../../test/support/api.ts";
import { systemClock } from "../../../machinery/clock.ts";
import { resourceQuota } from "./resource-quota.ts";

const QUOTAS = "/api/v1/namespaces/default/resourcequotas";
const MAPS = "/api/v1/namespaces/default/configmaps";
const PODS = "/api/v1/namespaces/default/pods";

async function quotaOf(api: Api, name: string, hard: object, used: object, more: object = {}): Promise<void> {
  assert.equal((await api.create(QUOTAS, { metadata: { name }, spec: { hard, ...more } })).code, 201);
  const told = await api.patch(`${QUOTAS}/${name}/status`, "application/merge-patch+json", { status: { hard, used } });
  assert.equal(told.code, 200, told.text);
}

const usedOf = async (api: Api, name: string) => (await api.get(`${QUOTAS}/${name}`)).object.status.used;
const pod = (name: string, requests: object, more: object = {}) => ({
  metadata: { name },
  spec: { containers: [{ name: "c", image: "i", resources: { requests } }], ...more },
});

test("of many creates at once as many pass as the quota has room for, each charged with what it made", async () => {
  await using api = await startApi({ plugins: [resourceQuota(systemClock)] });
  await quotaOf(api, "q", { configmaps: "5", "count/configmaps": "7" }, { configmaps: "0", "count/configmaps": "0" });
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => api.create(MAPS, { metadata: { name: `m${i}` } })));
  assert.deepEqual([answers.filter(({ code }) => code === 201).length, answers.filter(({ code }) => code === 403).length], [5, 15]);
  assert.deepEqual(await usedOf(api, "q"), { configmaps: "5", "count/configmaps": "5" });
  assert.equal(
    answers.find(({ code }) => code === 403)?.object.message.replace(/"m\d+"/, '"m"'),
    'configmaps "m" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=5, limited: configmaps=5',
  );
});

test("a write that fails, or is only tried, costs nothing", async () => {
  await using api = await startApi({ plugins: [resourceQuota(systemClock)] });
  await quotaOf(api, "q", { configmaps: "9" }, { configmaps: "0" });
  assert.equal((await api.create(MAPS, { metadata: { name: "m" } })).code, 201);
  assert.equal((await api.create(MAPS, { metadata: { name: "m" } })).code, 409);
  assert.equal((await api.create(`${MAPS}?dryRun=All`, { metadata: { name: "n" } })).code, 201);
  assert.deepEqual(await usedOf(api, "q"), { configmaps: "1" });
});

test("pods are charged by their scopes, must say what is counted, and an unmeasured quota lets nothing through", async () => {
  await using api = await startApi({ plugins: [resourceQuota(systemClock)] });
  await quotaOf(api, "high", { pods: "1" }, { pods: "0" }, { scopeSelector: { matchExpressions: [{ scopeName: "Terminating", operator: "Exists" }] } });
  await quotaOf(api, "cpu", { cpu: "1", "limits.memory": "1Gi" }, { cpu: "0", "limits.memory": "0" });
  assert.match((await api.create(PODS, pod("a", { cpu: "1" }))).object.message, /forbidden: failed quota: cpu: must specify limits.memory for: c$/);
  await api.patch(`${QUOTAS}/cpu/status`, "application/merge-patch+json", { status: { hard: { "limits.memory": null }, used: { "limits.memory": null } } });
  assert.equal((await api.create(PODS, pod("a", { cpu: "600m" }))).code, 201);
  assert.match((await api.create(PODS, pod("b", { cpu: "600m" }))).object.message, /exceeded quota: cpu, requested: cpu=600m, used: cpu=600m, limited: cpu=1$/);
  assert.deepEqual([await usedOf(api, "high"), await usedOf(api, "cpu")], [{ pods: "0" }, { cpu: "600m" }]);
  // An update with its version in hand is charged too, and a quota that another changed is no conflict of the object's.
  const made = (await api.get(`${PODS}/a`)).object;
  const ending = await api.update(`${PODS}/a`, { ...made, spec: { ...made.spec, activeDeadlineSeconds: 60 } });
  assert.equal(ending.code, 200, ending.text);
  assert.deepEqual([await usedOf(api, "high"), await usedOf(api, "cpu")], [{ pods: "1" }, { cpu: "600m" }]);
  await api.patch(`${QUOTAS}/cpu/status`, "application/merge-patch+json", { status: { used: { cpu: null } } });
  assert.match((await api.create(PODS, pod("c", { cpu: "1m" }))).object.message, /status unknown for quota: cpu, resources: cpu$/);
});
