/** Cluster addresses and node ports: chosen, kept, freed, and never given twice. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answered, startApi } from "../../../../test/support/api.ts";

const SERVICES = "/api/v1/namespaces/default/services";
const ADDRESSES = "/apis/networking.k8s.io/v1/ipaddresses";

const service = (name: string, spec: object = {}): object => ({ metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });
const names = (answer: Answered): string[] => answer.object.items.map((one: { metadata: { name: string } }) => one.metadata.name);
const message = (answer: Answered): unknown => [answer.code, answer.object.message];

test("a Service gets an address of its own, whose IPAddress lives as long as it", async () => {
  await using api = await startApi();
  const { spec } = (await api.create(SERVICES, service("a"))).object;
  assert.match(spec.clusterIP, /^10\.96\./);
  assert.deepEqual([spec.clusterIPs, spec.ipFamilies, spec.ipFamilyPolicy], [[spec.clusterIP], ["IPv4"], "SingleStack"]);
  const address = (await api.get(`${ADDRESSES}/${spec.clusterIP}`)).object;
  assert.deepEqual(address.spec.parentRef, { resource: "services", namespace: "default", name: "a" });
  assert.deepEqual(address.metadata.labels, { "ipaddress.kubernetes.io/ip-family": "IPv4", "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io" });

  const updated = await api.update(`${SERVICES}/a`, { metadata: { name: "a" }, spec: { ports: [{ port: 81 }] } });
  assert.equal(updated.object.spec.clusterIP, spec.clusterIP, "an update that leaves the address out keeps it");
  await api.delete(`${SERVICES}/a`);
  assert.deepEqual(names(await api.get(ADDRESSES)), []);
});

test("an address that is asked for is given once", async () => {
  await using api = await startApi();
  assert.equal((await api.create(SERVICES, service("a", { clusterIP: "10.96.0.10" }))).code, 201);
  assert.deepEqual(message(await api.create(SERVICES, service("b", { clusterIP: "10.96.0.10" }))), [
    422,
    'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
  ]);
  assert.deepEqual(message(await api.create(SERVICES, service("b", { clusterIP: "1.2.3.4" }))), [
    422,
    'Service "b" is invalid: spec.clusterIPs: Invalid value: ["1.2.3.4"]: failed to allocate IP 1.2.3.4: the provided network does not match the current range',
  ]);
  assert.deepEqual(message(await api.create(SERVICES, service("a", { clusterIP: "10.96.0.10" }))), [409, 'services "a" already exists']);
  assert.equal((await api.delete(`${SERVICES}/a`)).code, 200);
  assert.equal((await api.create(SERVICES, service("b", { clusterIP: "10.96.0.10" }))).code, 201);
});

test("a small range is handed out whole to creates that come at once, and then is full", async () => {
  await using api = await startApi({ serviceRange: "10.0.0.0/27" });
  const answers = await Promise.all(Array.from({ length: 34 }, (_, i) => api.create(SERVICES, service(`s${i}`))));
  const given = answers.filter(({ code }) => code === 201).map(({ object }) => object.spec.clusterIP);
  assert.equal(given.length, 30, JSON.stringify(answers.filter(({ code }) => code !== 201).map(message)));
  assert.equal(new Set(given).size, 30);
  assert.deepEqual(new Set(names(await api.get(ADDRESSES))), new Set(given));
  assert.match(answers.find(({ code }) => code !== 201)!.object.message, /range is full/);
});

test("headless and external Services have no address; a change of type frees it", async () => {
  await using api = await startApi();
  const headless = (await api.create(SERVICES, service("h", { clusterIP: "None", selector: { a: "b" } }))).object.spec;
  assert.deepEqual([headless.clusterIPs, headless.ipFamilies, headless.ipFamilyPolicy], [["None"], ["IPv4"], "SingleStack"]);
  const free = (await api.create(SERVICES, service("f", { clusterIP: "None" }))).object.spec;
  assert.deepEqual([free.ipFamilies, free.ipFamilyPolicy], [["IPv4", "IPv6"], "RequireDualStack"]);
  await api.create(SERVICES, service("a", { type: "NodePort" }));
  const changed = await api.update(`${SERVICES}/a`, { metadata: { name: "a" }, spec: { type: "ExternalName", externalName: "x.y" } });
  assert.equal(changed.code, 200, changed.text);
  assert.equal(changed.object.spec.clusterIP, undefined);
  assert.deepEqual(names(await api.get(ADDRESSES)), []);
  const back = await api.update(`${SERVICES}/a`, service("a"));
  assert.match(back.object.spec.clusterIP, /^10\.96\./);
});

test("node ports are unique, kept by updates, shared by the protocols of one port, and freed", async () => {
  await using api = await startApi();
  const ports = [
    { name: "t", port: 80, protocol: "TCP" },
    { name: "u", port: 80, protocol: "UDP" },
  ];
  const made = (await api.create(SERVICES, service("a", { type: "NodePort", ports }))).object;
  const port = made.spec.ports[0].nodePort;
  assert.ok(port >= 30_000 && port <= 32_767);
  assert.equal(made.spec.ports[1].nodePort, port);
  assert.deepEqual(message(await api.create(SERVICES, service("b", { type: "NodePort", ports: [{ port: 80, nodePort: port }] }))), [
    422,
    `Service "b" is invalid: spec.ports[0].nodePort: Invalid value: ${port}: provided port is already allocated`,
  ]);
  assert.match(
    (await api.create(SERVICES, service("b", { type: "NodePort", ports: [{ port: 80, nodePort: 80 }] }))).object.message,
    /spec\.ports\[0\]\.nodePort: Invalid value: 80: provided port is not in the valid range\. The range of valid ports is 30000-32767$/,
  );
  const kept = await api.update(`${SERVICES}/a`, service("a", { type: "NodePort", ports }));
  assert.equal(kept.object.spec.ports[0].nodePort, port);
  const freed = await api.update(`${SERVICES}/a`, service("a", { type: "ClusterIP", ports }));
  assert.equal(freed.object.spec.ports[0].nodePort, undefined);
  assert.equal((await api.create(SERVICES, service("b", { type: "NodePort", ports: [{ port: 80, nodePort: port }] }))).code, 201);
});

test("a port that many ask for at once is given to one", async () => {
  await using api = await startApi();
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => api.create(SERVICES, service(`s${i}`, { type: "NodePort", ports: [{ port: 80, nodePort: 30_500 }] }))),
  );
  assert.deepEqual(answers.map(({ code }) => code).toSorted(), [201, 422, 422, 422, 422, 422, 422, 422]);
});
