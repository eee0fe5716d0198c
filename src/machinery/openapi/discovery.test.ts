/** Discovery: documents as kube-apiserver writes them, from rows by hand and from the imported tables. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { resources } from "../../api/tables/resources.ts";
import { Discovery, etag, storageVersionHash } from "./discovery.ts";

const discovery = new Discovery(resources);

test("groups and versions stand in the order of APIService priorities", () => {
  const list = discovery.groupList() as { groups: { name: string; preferredVersion: { groupVersion: string } }[] };
  assert.deepEqual(
    list.groups.slice(0, 6).map((group) => group.name),
    ["apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling"],
  );
  assert.equal(list.groups.at(-1)?.name, "storagemigration.k8s.io");
  assert.equal(list.groups[5]?.preferredVersion.groupVersion, "autoscaling/v2");
});

test("a group that isn't built in comes last", () => {
  const row = {
    group: "com.example",
    version: "v1",
    kind: "Foo",
    resource: "foos",
    singular: "foo",
    namespaced: true,
    verbs: ["get"],
    struct: "",
    subresources: [],
  };
  const more = new Discovery([row, { ...row, version: "v1beta1" }, { ...row, version: "v2" }, ...resources]);
  const list = more.groupList() as { groups: { name: string; versions: { version: string }[] }[] };
  assert.deepEqual([list.groups.at(-1)?.name, list.groups.at(-1)?.versions.map((one) => one.version)], ["com.example", ["v2", "v1", "v1beta1"]]);
});

test("resources of a version, with subresources after each", () => {
  const apps = discovery.resources("apps", "v1") as { resources: { name: string }[] };
  assert.deepEqual(
    apps.resources.filter(({ name }) => name.startsWith("deployments")),
    [
      {
        name: "deployments",
        singularName: "deployment",
        namespaced: true,
        kind: "Deployment",
        verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        shortNames: ["deploy"],
        categories: ["all"],
        storageVersionHash: "8aSe+NMegvE=",
      },
      { name: "deployments/scale", singularName: "", namespaced: true, group: "autoscaling", version: "v1", kind: "Scale", verbs: ["get", "patch", "update"] },
      { name: "deployments/status", singularName: "", namespaced: true, kind: "Deployment", verbs: ["get", "patch", "update"] },
    ],
  );
  assert.equal(discovery.resources("apps", "v2"), undefined);
  assert.equal("apiVersion" in (discovery.resources("", "v1") as object), false);
  assert.equal(discovery.group("nope"), undefined);
});

test("events and autoscalers of an older version carry the hash of the stored one", () => {
  const hash = (group: string, version: string, resource: string): string | undefined =>
    storageVersionHash(resources.find((row) => row.group === group && row.version === version && row.resource === resource) ?? assert.fail());
  assert.equal(hash("events.k8s.io", "v1", "events"), hash("", "v1", "events"));
  assert.equal(hash("autoscaling", "v1", "horizontalpodautoscalers"), hash("autoscaling", "v2", "horizontalpodautoscalers"));
  assert.equal(hash("", "v1", "bindings"), undefined);
});

test("the aggregated form holds everything once", () => {
  const core = discovery.aggregated("api") as {
    items: { versions: { resources: { resource: string; responseKind: object; scope: string; subresources?: object[] }[] }[] }[];
  };
  const pods = core.items[0]?.versions[0]?.resources.find(({ resource }) => resource === "pods");
  assert.deepEqual([pods?.scope, pods?.responseKind], ["Namespaced", { group: "", version: "", kind: "Pod" }]);
  assert.deepEqual(pods?.subresources?.[3], { subresource: "eviction", responseKind: { group: "policy", version: "v1", kind: "Eviction" }, verbs: ["create"] });
  const all = discovery.aggregated("apis") as { items: { metadata: { name: string } }[] };
  assert.equal(all.items.length, 21);
  assert.match(etag(Buffer.from("x")), /^"[0-9A-F]{128}"$/);
});
