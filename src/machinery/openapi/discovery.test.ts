/** Discovery: documents as kube-apiserver writes them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResourceTable } from "../schema/table.ts";
import { Discovery, etag, storageVersionHash } from "./discovery.ts";

const ALL = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const CHANGE = ["get", "patch", "update"];
const row = (group: string, version: string, kind: string, resource: string, more: Partial<ResourceTable> = {}): ResourceTable => ({
  group,
  version,
  kind,
  resource,
  singular: kind.toLowerCase(),
  namespaced: true,
  verbs: ALL,
  struct: "",
  subresources: [],
  ...more,
});
const resources: readonly ResourceTable[] = [
  row("storagemigration.k8s.io", "v1", "StorageVersionMigration", "storageversionmigrations"),
  row("events.k8s.io", "v1", "Event", "events"),
  row("autoscaling", "v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
  row("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
  row("apps", "v1", "Deployment", "deployments", {
    shortNames: ["deploy"],
    categories: ["all"],
    subresources: [
      { name: "scale", kind: "Scale", verbs: CHANGE, group: "autoscaling", version: "v1", struct: "" },
      { name: "status", kind: "Deployment", verbs: CHANGE, struct: "" },
    ],
  }),
  row("apps", "v1", "ControllerRevision", "controllerrevisions"),
  row("", "v1", "Event", "events"),
  row("", "v1", "Pod", "pods", { subresources: [{ name: "eviction", kind: "Eviction", verbs: ["create"], group: "policy", version: "v1", struct: "" }] }),
  row("", "v1", "Binding", "bindings", { verbs: ["create"] }),
];
const discovery = new Discovery(resources);

test("groups and versions stand in the order of APIService priorities", () => {
  const list = discovery.groupList() as { groups: { name: string; preferredVersion: { groupVersion: string } }[] };
  assert.deepEqual(
    list.groups.map((group) => group.preferredVersion.groupVersion),
    ["apps/v1", "events.k8s.io/v1", "autoscaling/v2", "storagemigration.k8s.io/v1"],
  );
});

test("a group that isn't built in comes last", () => {
  const foos = ["v1", "v1beta1", "v2"].map((version) => row("com.example", version, "Foo", "foos"));
  const more = new Discovery([...foos, ...resources]);
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
    storageVersionHash(resources.find((one) => one.group === group && one.version === version && one.resource === resource) ?? assert.fail());
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
  assert.deepEqual(pods?.subresources?.[0], { subresource: "eviction", responseKind: { group: "policy", version: "v1", kind: "Eviction" }, verbs: ["create"] });
  const all = discovery.aggregated("apis") as { items: { metadata: { name: string } }[] };
  assert.equal(all.items.length, 4);
  assert.match(etag(Buffer.from("x")), /^"[0-9A-F]{128}"$/);
});

test("what another server serves stands at its priority, in place of what has the same group and version here", () => {
  const foreign = (group: string, version: string, groupPriority: number, versionPriority: number) => ({
    ...{ group, version, groupPriority, versionPriority, resources: [{ resource: "things" }], freshness: "Stale" as const },
  });
  const discovery = new Discovery(resources, [
    foreign("first.example.com", "v1", 19_000, 1),
    foreign("last.example.com", "v1alpha1", 10, 5),
    foreign("last.example.com", "v1", 10, 1),
    foreign("apps", "v1", 17_800, 15),
  ]);
  const { items } = discovery.aggregated("apis") as {
    items: { metadata: { name: string }; versions: { version: string; resources: object[]; freshness: string }[] }[];
  };
  const names = items.map(({ metadata }) => metadata.name);
  assert.deepEqual([names[0], names[1], names.at(-1)], ["first.example.com", "apps", "last.example.com"]);
  const versionsOf = (name: string) => items.find(({ metadata }) => metadata.name === name)?.versions;
  assert.deepEqual(versionsOf("apps"), [{ version: "v1", resources: [{ resource: "things" }], freshness: "Stale" }]);
  assert.deepEqual(
    versionsOf("last.example.com")?.map(({ version }) => version),
    ["v1alpha1", "v1"],
  );
  assert.equal(discovery.resources("apps", "v1"), undefined); // The other server answers it.
});
