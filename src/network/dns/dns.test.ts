import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "dns-packet";
import type { Service } from "../../api/tables/core-v1.ts";
import type { EndpointSlice } from "../../api/tables/discovery-v1.ts";
import { type Directory, resolve } from "./records.ts";
import { answerTo } from "./server.ts";

const services = new Map<string, Service>();
const slices = new Map<string, EndpointSlice[]>();
const serve = (name: string, spec: Partial<Service["spec"]>): unknown =>
  services.set(`default/${name}`, { metadata: { name, namespace: "default" }, spec } as Service);
serve("web", { clusterIP: "10.96.0.7", clusterIPs: ["10.96.0.7"], ports: [{ name: "http", port: 80, protocol: "TCP" }] });
serve("db", { clusterIP: "None", ports: [{ name: "sql", port: 5432 }] });
serve("away", { type: "ExternalName", externalName: "db.example.org" });
slices.set("default/db", [
  {
    metadata: {},
    addressType: "IPv4",
    ports: [{ name: "sql", port: 5432, protocol: "TCP" }],
    endpoints: [
      { addresses: ["10.244.0.2"], hostname: "db-0", conditions: { ready: true } },
      { addresses: ["10.244.1.2"], conditions: { ready: true } },
      { addresses: ["10.244.1.3"], hostname: "db-2", conditions: { ready: false } },
    ],
  },
]);
const directory: Directory = {
  service: (namespace, name) => services.get(`${namespace}/${name}`),
  slices: (namespace, name) => slices.get(`${namespace}/${name}`) ?? [],
  hasNamespace: (name) => name === "default",
  namesOf: (address) => (address === "10.96.0.7" ? ["web.default.svc.cluster.local"] : []),
};
const ask = (name: string, type = "A") => resolve(name, type, "cluster.local", directory);
const data = (name: string, type = "A") => ask(name, type)?.answers.map((answer) => answer.data);

test("a service's name is its cluster address, and has no other", () => {
  assert.deepEqual(data("web.default.svc.cluster.local"), ["10.96.0.7"]);
  assert.deepEqual(ask("web.default.svc.cluster.local", "AAAA"), { exists: true, answers: [], additional: [] });
});

test("a headless service's name is its ready pods", () => {
  assert.deepEqual(data("db.default.svc.cluster.local"), ["10.244.0.2", "10.244.1.2"]);
  assert.deepEqual(data("db-0.db.default.svc.cluster.local"), ["10.244.0.2"]);
  assert.deepEqual(data("10-244-1-2.db.default.svc.cluster.local"), ["10.244.1.2"]);
  assert.equal(ask("db-2.db.default.svc.cluster.local")?.exists, false);
});

test("ports have SRV records", () => {
  assert.deepEqual(data("_http._tcp.web.default.svc.cluster.local", "SRV"), [{ target: "web.default.svc.cluster.local", port: 80, priority: 0, weight: 100 }]);
  assert.deepEqual(
    ask("_sql._tcp.db.default.svc.cluster.local", "SRV")?.additional.map(({ name, data: address }) => `${name} ${address}`),
    ["db-0.db.default.svc.cluster.local 10.244.0.2", "10-244-1-2.db.default.svc.cluster.local 10.244.1.2"],
  );
});

test("what isn't there isn't; what lies between is, without an answer", () => {
  assert.equal(ask("nope.default.svc.cluster.local")?.exists, false);
  assert.equal(ask("web.elsewhere.svc.cluster.local")?.exists, false);
  assert.equal(ask("a.web.default.svc.cluster.local")?.exists, false);
  assert.deepEqual(ask("default.svc.cluster.local"), { exists: true, answers: [], additional: [] });
  assert.equal(ask("example.org"), undefined);
});

test("pods by address, names by address, and names of elsewhere", () => {
  assert.deepEqual(data("10-244-1-2.default.pod.cluster.local"), ["10.244.1.2"]);
  assert.deepEqual(data("7.0.96.10.in-addr.arpa", "PTR"), ["web.default.svc.cluster.local"]);
  assert.deepEqual(data("away.default.svc.cluster.local", "A"), ["db.example.org"]);
});

test("the server answers with the question's own spelling, refuses the world, and survives what is no question", () => {
  const query = (name: string) =>
    answerTo(encode({ type: "query", id: 7, flags: 0x100, questions: [{ type: "A", name }] }), { domain: "cluster.local", resolve: ask }, true);
  const answer = decode(query("WEB.default.svc.cluster.local") ?? Buffer.alloc(0));
  assert.deepEqual(
    { id: answer.id, rcode: "rcode" in answer ? answer.rcode : "", answers: answer.answers?.map((a) => ("data" in a ? [a.name, a.data] : [])) },
    { id: 7, rcode: "NOERROR", answers: [["WEB.default.svc.cluster.local", "10.96.0.7"]] },
  );
  assert.equal((decode(query("example.org") ?? Buffer.alloc(0)).flags ?? 0) & 15, 5);
  assert.equal((decode(query("nope.default.svc.cluster.local") ?? Buffer.alloc(0)).flags ?? 0) & 15, 3);
  assert.equal(answerTo(Buffer.from("garbage"), { domain: "cluster.local", resolve: ask }, true), undefined);
});
