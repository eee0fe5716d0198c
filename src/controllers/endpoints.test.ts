import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lister } from "../api/resource.ts";
import type { Endpoints, Pod, Service } from "../api/tables/core-v1.ts";
import declaration from "./endpoints.ts";

const service: Service = {
  metadata: { name: "web", namespace: "a", uid: "s", labels: { team: "x" } },
  spec: { clusterIP: "10.96.0.7", selector: { app: "web" }, ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: "web" }] },
};

function pod(name: string, more: { readonly ready?: boolean; readonly port?: number; readonly phase?: string; readonly ending?: boolean } = {}): Pod {
  const { ready = true, port = 8080, phase = "Running", ending = false } = more;
  return {
    metadata: { name, namespace: "a", uid: `uid-${name}`, labels: { app: "web" }, ...(ending && { deletionTimestamp: "2026-06-01T00:00:00Z" }) },
    spec: { nodeName: "n", containers: [{ name: "c", resources: {}, ports: [{ name: "web", containerPort: port, protocol: "TCP" }] }] },
    status: { phase, podIP: `10.244.0.${name.slice(1)}`, conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

const lister = (...found: Endpoints[]): Lister<Endpoints> => ({ get: () => found[0], list: () => found, ownedBy: () => [], orphans: () => [] });

function write(pods: readonly Pod[], one: Service = service, ...found: Endpoints[]): { verb: string; object: Endpoints } | undefined {
  const [outcome, ...rest] = declaration.reconcile(one, { pods, endpoints: lister(...found) }, { now: 0 });
  assert.deepEqual(rest, []);
  assert.ok(outcome === undefined || "verb" in outcome);
  return outcome && { verb: outcome.verb, object: outcome.object as Endpoints };
}

const address = (name: string) => ({
  ip: `10.244.0.${name.slice(1)}`,
  nodeName: "n",
  targetRef: { kind: "Pod", namespace: "a", name, uid: `uid-${name}` },
});
const ports = (port: number) => [{ name: "http", port, protocol: "TCP" }];

test("pods with the same port share a subset; those that aren't ready stand apart, those that end or have ended not at all", () => {
  const pods = [pod("p2"), pod("p1"), pod("p3", { ready: false }), pod("p4", { port: 9090 }), pod("p5", { phase: "Succeeded" }), pod("p6", { ending: true })];
  assert.deepEqual(write(pods), {
    verb: "create",
    object: {
      metadata: { name: "web", namespace: "a", labels: { team: "x", "endpoints.kubernetes.io/managed-by": "endpoint-controller" } },
      subsets: [
        { addresses: [address("p1"), address("p2")], notReadyAddresses: [address("p3")], ports: ports(8080) },
        { addresses: [address("p4")], ports: ports(9090) },
      ],
    },
  });
  const published = { ...service, spec: { ...service.spec, publishNotReadyAddresses: true } };
  assert.deepEqual(write([pod("p3", { ready: false })], published)?.object.subsets, [{ addresses: [address("p3")], ports: ports(8080) }]);
});

test("what says the same already isn't written again, and what others noted on it stays", () => {
  const { object } = write([pod("p1")]) ?? assert.fail("nothing was made");
  assert.equal(write([pod("p1")], service, object), undefined);
  const noted = { ...object, metadata: { ...object.metadata, annotations: { note: "kept", "endpoints.kubernetes.io/over-capacity": "truncated" } } };
  const changed = write([pod("p1"), pod("p2")], service, noted);
  assert.equal(changed?.verb, "update");
  assert.deepEqual(changed.object.metadata.annotations, { note: "kept" });
});

test("more than a thousand pods are cut, and it is said", () => {
  const many = Array.from({ length: 1001 }, (_, index) => pod(`p${index}`));
  const { object } = write(many) ?? assert.fail("nothing was made");
  assert.equal(object.subsets?.flatMap(({ addresses }) => addresses ?? []).length, 1000);
  assert.deepEqual(object.metadata.annotations, { "endpoints.kubernetes.io/over-capacity": "truncated" });
});

test("a headless service is marked; one without a selector, or with a name outside, is nobody's business", () => {
  const headless = { ...service, spec: { ...service.spec, clusterIP: "None" } };
  assert.equal(write([pod("p1")], headless)?.object.metadata.labels?.["service.kubernetes.io/headless"], "");
  assert.equal(write([pod("p1")], { ...service, spec: { ports: [{ port: 80 }] } }), undefined);
  assert.equal(write([pod("p1")], { ...service, spec: { ...service.spec, type: "ExternalName", externalName: "x" } }), undefined);
});

test("when the service is gone, what was made for it goes, and what a person made stays", () => {
  const gone = (labels: Record<string, string>) =>
    declaration.gone?.(
      { namespace: "a", name: "web" },
      { pods: [], endpoints: lister({ metadata: { name: "web", namespace: "a", labels }, subsets: [] }) },
      { now: 0 },
    );
  assert.deepEqual(
    gone({ "endpoints.kubernetes.io/managed-by": "endpoint-controller" })?.map((one) => "verb" in one && one.verb),
    ["delete"],
  );
  assert.deepEqual(gone({}), []);
});
