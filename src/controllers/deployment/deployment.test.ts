import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lister } from "../../api/resource.ts";
import type { Deployment, DeploymentSpec, ReplicaSet } from "../../api/tables/apps-v1.ts";
import type { Outcome } from "../../client/controller.ts";
import { REVISION } from "./annotations.ts";
import declaration from "./deployment.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const template = (image: string) => ({ metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image, resources: {} }] } });

function deployment(spec: Partial<DeploymentSpec> = {}, image = "v2"): Deployment {
  const rolling = { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } };
  return {
    metadata: { name: "web", namespace: "default", uid: "d", generation: 1 },
    spec: { replicas: 4, progressDeadlineSeconds: 600, selector: { matchLabels: { app: "web" } }, template: template(image), strategy: rolling, ...spec },
  };
}

function set(name: string, image: string, replicas: number, available = replicas, revision = "1"): ReplicaSet {
  return {
    metadata: {
      name,
      namespace: "default",
      uid: name,
      generation: 1,
      labels: { app: "web" },
      annotations: { [REVISION]: revision, "deployment.kubernetes.io/desired-replicas": "4", "deployment.kubernetes.io/max-replicas": "5" },
    },
    spec: { replicas, selector: {}, template: template(image) },
    status: { replicas, availableReplicas: available, readyReplicas: available, observedGeneration: 1 },
  };
}

function lister(sets: readonly ReplicaSet[]): Lister<ReplicaSet> {
  return { get: (_, name) => sets.find((one) => one.metadata.name === name), list: () => sets, ownedBy: () => sets, orphans: () => [] };
}

/** What is done to replica sets: `scale NAME TO`, `create NAME N`, `delete NAME`. */
function steps(outcomes: readonly Outcome<string>[]): string[] {
  return outcomes.flatMap((outcome) => {
    if (!("verb" in outcome) || outcome.on.resource !== "replicasets") return [];
    const { verb, object, patch } = outcome;
    const body = patch?.body as { spec?: { replicas?: number } } | undefined;
    if (verb === "create") return [`create ${(object as ReplicaSet).spec.replicas}`];
    if (verb === "delete") return [`delete ${object.metadata.name}`];
    return body?.spec?.replicas === undefined ? [] : [`scale ${object.metadata.name} ${body.spec.replicas}`];
  });
}

const run = (one: Deployment, owned: readonly ReplicaSet[]) => declaration.reconcile(one, { owned, orphans: [], every: lister(owned) }, { now: NOW });

test("a first template gets a replica set of full size", () => {
  assert.deepEqual(steps(run(deployment(), [])), ["create 4"]);
});

test("a new template begins with the surge beside the old set", () => {
  assert.deepEqual(steps(run(deployment(), [set("old", "v1", 4)])), ["create 1"]);
});

test("the old set shrinks only as far as availability allows", () => {
  assert.deepEqual(steps(run(deployment(), [set("old", "v1", 4), set("new", "v2", 1, 0, "2")])), ["scale old 3"]);
  assert.deepEqual(steps(run(deployment(), [set("old", "v1", 3), set("new", "v2", 1, 0, "2")])), ["scale new 2"]);
  assert.deepEqual(steps(run(deployment(), [set("old", "v1", 3), set("new", "v2", 2, 0, "2")])), [], "three must stay available: nothing may go");
});

test("old replicas that serve nobody go first", () => {
  assert.deepEqual(steps(run(deployment(), [set("old", "v1", 4, 2), set("new", "v2", 1, 1, "2")])), ["scale old 2"]);
});

test("Recreate waits until the old are gone", () => {
  const spec = { strategy: { type: "Recreate" } };
  assert.deepEqual(steps(run(deployment(spec), [set("old", "v1", 4)])), ["scale old 0"]);
  const ending = { ...set("old", "v1", 0, 0), status: { replicas: 0, terminatingReplicas: 2 } };
  assert.deepEqual(steps(run(deployment(spec), [ending])), []);
  assert.deepEqual(steps(run(deployment(spec), [set("old", "v1", 0)])), ["create 4"]);
});

test("a scaling in the middle of a rollout is shared out", () => {
  assert.deepEqual(
    steps(run(deployment({ replicas: 8 }), [set("old", "v1", 4), set("new", "v2", 1, 1, "2")])).toSorted(),
    ["scale new 2", "scale old 8"].toSorted(),
  );
});

test("a paused deployment rolls nothing out", () => {
  assert.deepEqual(steps(run(deployment({ paused: true }), [set("old", "v1", 4)])), []);
});

test("old sets beyond the history are deleted, oldest revision first, once the rollout is complete", () => {
  const idle = ["1", "2", "3"].map((revision) => set(`r${revision}`, `v0${revision}`, 0, 0, revision));
  assert.deepEqual(steps(run(deployment({ revisionHistoryLimit: 1 }), [...idle, set("new", "v2", 4, 4, "4")])), ["delete r1", "delete r2"]);
});

test("revisions count on beyond what a double holds", () => {
  const [write] = run(deployment(), [set("old", "v1", 4, 4, "3546343826724305832")]).filter((outcome) => "verb" in outcome && outcome.verb === "create");
  assert.equal(write && "object" in write ? write.object.metadata.annotations?.[REVISION] : undefined, "3546343826724305833");
});

test("the conditions say what holds and what moves", () => {
  const last = run(deployment(), [set("new", "v2", 4, 4, "1")]).findLast((outcome) => "verb" in outcome && outcome.subresource === "status");
  const body = last && "patch" in last ? (last.patch?.body as { status: { conditions: { type: string; status: string; reason: string }[] } }) : undefined;
  assert.deepEqual(
    body?.status.conditions.map(({ type, status, reason }) => [type, status, reason]),
    [
      ["Available", "True", "MinimumReplicasAvailable"],
      ["Progressing", "True", "NewReplicaSetAvailable"],
    ],
  );
});
