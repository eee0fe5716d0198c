import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lister } from "../api/resource.ts";
import type { Node, Pod, Service } from "../api/tables/core-v1.ts";
import type { EndpointSlice } from "../api/tables/discovery-v1.ts";
import declaration from "./endpoint-slice.ts";

const service = (spec: Partial<Service["spec"]> = {}): Service => ({
  metadata: { name: "web", namespace: "default", uid: "s" },
  spec: { clusterIP: "10.96.0.7", selector: { app: "web" }, ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: "web" }], ...spec },
});

function pod(name: string, more: { readonly ready?: boolean; readonly ending?: boolean; readonly port?: number } = {}): Pod {
  const { ready = true, ending = false, port = 8080 } = more;
  return {
    metadata: { name, namespace: "default", uid: name, labels: { app: "web" }, ...(ending && { deletionTimestamp: "2026-06-01T00:00:00Z" }) },
    spec: { nodeName: "n", containers: [{ name: "c", resources: {}, ports: [{ name: "web", containerPort: port, protocol: "TCP" }] }] },
    status: {
      phase: "Running",
      podIP: `10.244.0.${name.slice(1)}`,
      podIPs: [{ ip: `10.244.0.${name.slice(1)}` }],
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
    },
  };
}

const nodes: Lister<Node> = { get: () => undefined, list: () => [], ownedBy: () => [], orphans: () => [] };

/** What is done: `create 2 endpoints at 8080`, `update …`, `delete NAME`. */
function done(one: Service, pods: readonly Pod[], slices: readonly EndpointSlice[] = []): string[] {
  return declaration.reconcile(one, { slices, pods, nodes }, { now: 0 }).flatMap((write) => {
    if (!("verb" in write)) return [];
    const slice = write.object as EndpointSlice;
    if (write.verb === "delete") return [`delete ${slice.metadata.name}`];
    return [`${write.verb} ${slice.endpoints?.length} endpoints at ${slice.ports?.map(({ port }) => port).join()}`];
  });
}

/** The slice as it would stand after the first write. */
function made(one: Service, pods: readonly Pod[], name = "web-a"): EndpointSlice {
  const [write] = declaration.reconcile(one, { slices: [], pods, nodes }, { now: 0 });
  assert.ok(write && "verb" in write && write.verb === "create");
  const slice = write.object as EndpointSlice;
  return { ...slice, metadata: { ...slice.metadata, name } };
}

test("a service's pods stand in one slice, by the port that each pod gives the name", () => {
  assert.deepEqual(done(service(), [pod("p1"), pod("p2")]), ["create 2 endpoints at 8080"]);
  assert.deepEqual(done(service(), [pod("p1"), pod("p2", { port: 9090 })]).toSorted(), ["create 1 endpoints at 8080", "create 1 endpoints at 9090"]);
});

test("what stands already is left alone, and one pod more is one update", () => {
  const slice = made(service(), [pod("p1")]);
  assert.deepEqual(done(service(), [pod("p1")], [slice]), []);
  assert.deepEqual(done(service(), [pod("p1"), pod("p2")], [slice]), ["update 2 endpoints at 8080"]);
});

test("a pod that ends still serves, and isn't ready", () => {
  const [endpoint] = made(service(), [pod("p1", { ending: true })]).endpoints ?? [];
  assert.deepEqual(endpoint?.conditions, { ready: false, serving: true, terminating: true });
  const [published] = made(service({ publishNotReadyAddresses: true }), [pod("p1", { ready: false })]).endpoints ?? [];
  assert.deepEqual(published?.conditions, { ready: true, serving: false, terminating: false });
});

test("a service without pods keeps an empty slice, and one without a selector is nobody's business", () => {
  assert.deepEqual(done(service(), []), ["create 0 endpoints at "]);
  assert.deepEqual(
    declaration.reconcile({ ...service(), spec: { ports: [{ port: 80 }] } } as Service, { slices: [], pods: [pod("p1")], nodes }, { now: 0 }),
    [],
  );
});

test("a hundred and one pods need two slices, and a slice too many goes", () => {
  const many = Array.from({ length: 101 }, (_, index) => pod(`p${index + 1}`));
  assert.deepEqual(done(service(), many).toSorted(), ["create 1 endpoints at 8080", "create 100 endpoints at 8080"]);
  const spare = made(service(), [pod("p9", { port: 7070 })], "web-b");
  assert.deepEqual(done(service(), [pod("p1")], [made(service(), [pod("p1")]), spare]), ["delete web-b"]);
});
