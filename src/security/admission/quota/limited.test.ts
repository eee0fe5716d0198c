import assert from "node:assert/strict";
import { test } from "node:test";
import { type Api, startApi } from "../../../../test/support/api.ts";
import { systemClock } from "../../../machinery/clock.ts";
import { readAdmissionConfiguration } from "../configuration.ts";
import { resourceQuota } from "./resource-quota.ts";

const NAMESPACE = "/api/v1/namespaces/default";
const CONFIGURATION = `
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: ResourceQuota
  configuration:
    apiVersion: apiserver.config.k8s.io/v1
    kind: ResourceQuotaConfiguration
    limitedResources:
    - resource: pods
      matchScopes:
      - {scopeName: PriorityClass, operator: In, values: [cluster-services]}
    - resource: configmaps
      matchContains: [count/]
    - {resource: persistentvolumeclaims, matchContains: [.storageclass.storage.k8s.io/requests.storage]}
`;
const { limitedResources } = readAdmissionConfiguration(CONFIGURATION, () => assert.fail("there is no file"));

async function quotaOf(api: Api, name: string, hard: object, used: object, more: object = {}): Promise<void> {
  assert.equal((await api.create(`${NAMESPACE}/resourcequotas`, { metadata: { name }, spec: { hard, ...more } })).code, 201);
  const told = await api.patch(`${NAMESPACE}/resourcequotas/${name}/status`, "application/merge-patch+json", { status: { hard, used } });
  assert.equal(told.code, 200, told.text);
}
const pod = (name: string, priorityClassName?: string) => ({
  metadata: { name },
  spec: { containers: [{ name: "c", image: "i" }], ...(priorityClassName && { priorityClassName }) },
});

test("a limited priority class needs a quota of its scope, and other pods need none", async () => {
  await using api = await startApi({ plugins: [resourceQuota(systemClock, limitedResources)] });
  assert.equal((await api.create(`${NAMESPACE}/pods`, pod("plain"))).code, 201);
  const refused = await api.create(`${NAMESPACE}/pods`, pod("high", "cluster-services"));
  assert.deepEqual([refused.code, refused.object.message], [500, "insufficient quota to match these scopes: [{PriorityClass In [cluster-services]}]"]);
  const scopeSelector = { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["cluster-services"] }] };
  await quotaOf(api, "high", { pods: "1" }, { pods: "0" }, { scopeSelector });
  assert.equal((await api.create(`${NAMESPACE}/pods`, pod("high", "cluster-services"))).code, 201);
  assert.match((await api.create(`${NAMESPACE}/pods`, pod("higher", "cluster-services"))).object.message, /exceeded quota: high, requested: pods=1/);
  assert.equal((await api.create(`${NAMESPACE}/pods`, pod("other"))).code, 201);
});

test("a limited amount needs a quota that counts it, and a write that asks for nothing more needs none", async () => {
  await using api = await startApi({ plugins: [resourceQuota(systemClock, limitedResources)] });
  const refused = await api.create(`${NAMESPACE}/configmaps`, { metadata: { name: "m" } });
  assert.deepEqual([refused.code, refused.object.message], [403, 'configmaps "m" is forbidden: insufficient quota to consume: count/configmaps']);
  const claim = { metadata: { name: "c" }, spec: { storageClassName: "gold", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } };
  assert.match(
    (await api.create(`${NAMESPACE}/persistentvolumeclaims`, claim)).object.message,
    /insufficient quota to consume: gold.storageclass.storage.k8s.io\/requests.storage$/,
  );
  await quotaOf(api, "maps", { "count/configmaps": "1" }, { "count/configmaps": "0" });
  assert.equal((await api.create(`${NAMESPACE}/configmaps`, { metadata: { name: "m" } })).code, 201);
  await api.request("DELETE", `${NAMESPACE}/resourcequotas/maps`);
  assert.equal((await api.patch(`${NAMESPACE}/configmaps/m`, "application/merge-patch+json", { data: { a: "b" } })).code, 200);
});

test("a configuration may lie in a file of its own, and what isn't known is refused", () => {
  const outer = (more: string) => `{apiVersion: apiserver.config.k8s.io/v1, kind: AdmissionConfiguration, plugins: [${more}]}`;
  const inner = "{apiVersion: apiserver.config.k8s.io/v1, kind: ResourceQuotaConfiguration, limitedResources: [{resource: pods}]}";
  assert.deepEqual(
    readAdmissionConfiguration(outer("{name: ResourceQuota, path: quota.yaml}"), (path) => (path === "quota.yaml" ? inner : assert.fail(path))),
    { limitedResources: [{ apiGroup: "", resource: "pods", matchContains: [], matchScopes: [] }] },
  );
  const wrong = (text: string, why: RegExp) => assert.throws(() => readAdmissionConfiguration(text, () => inner.replace("resource: pods", "kind: Pod")), why);
  wrong(outer("{name: PodSecurity, path: x}"), /"PodSecurity" takes no configuration/);
  wrong(outer("{name: ResourceQuota, path: x}"), /limitedResources\[0\] has no field "kind"/);
  wrong("{apiVersion: v1, kind: Pod}", /Cannot read a v1 Pod/);
});
