/**
 * Asks two servers, ours and a real kube-apiserver, what they say of bodies with unknown and repeated fields in every form, and of odd options of reads and deletes.
 *
 *     node test/differential/validation.ts OUR_KUBECONFIG THEIR_KUBECONFIG
 *
 * Prints where code, warnings or the Status differ and ends with 1 if there was one. What depends on a store's revisions (410, "current: 5") is left out.
 */

import assert from "node:assert/strict";
import { type RawAnswer, type RawRequest, rawClient } from "./raw-client.ts";

const [, , ours, theirs] = process.argv;
assert(ours && theirs, "usage: validation.ts OUR_KUBECONFIG THEIR_KUBECONFIG");
const clients = [rawClient(ours), rawClient(theirs)] as const;
const namespace = `validation-${Date.now().toString(36)}`;
const MAPS = `/api/v1/namespaces/${namespace}/configmaps`;
const JSON_TYPE = "application/json";
let asked = 0;
let differences = 0;

function seen({ code, headers, body }: RawAnswer): string {
  let said = "";
  try {
    const { kind, reason, message, details } = JSON.parse(body.toString());
    if (kind === "Status") said = JSON.stringify([reason, message, details]);
  } catch {
    said = body.toString().slice(0, 200);
  }
  const steady = said
    .replace(/resourceVersion\W+\d+/g, "RV")
    .replace(/current: \d+/g, "current")
    .replace(/in record \(\d+\)/g, "in record")
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "UID")
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, "TIME");
  return JSON.stringify([code, headers.warning, steady]);
}

async function both(request: RawRequest): Promise<void> {
  const [a, b] = (await Promise.all(clients.map((client) => client.send(request)))).map(seen);
  asked++;
  if (a === b) return;
  differences++;
  console.log(`── ${request.method ?? "GET"} ${request.path}\n   sent:   ${request.body ?? ""}\n   ours:   ${a}\n   theirs: ${b}`);
}

const write = (method: string, path: string, type: string, body: string): Promise<void> => both({ method, path, headers: { "content-type": type }, body });
const map = (members: string): string => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},${members}}`;

for (const client of clients) {
  const headers = { "content-type": JSON_TYPE };
  await client.send({ method: "POST", path: "/api/v1/namespaces", headers, body: JSON.stringify({ metadata: { name: namespace } }) });
  await client.send({ method: "POST", path: MAPS, headers, body: map('"data":{"a":"1"}') });
}

const PATCHES: readonly (readonly [type: string, body: string])[] = [
  ["application/merge-patch+json", '{"data":{"a":"3","a":"4"}}'],
  ["application/merge-patch+json", '{"nope":1,"metadata":{"foo":2}}'],
  ["application/strategic-merge-patch+json", '{"nope":1,"data":{"a":"3","a":"4"},"metadata":{"foo":2}}'],
  ["application/strategic-merge-patch+json", '{"data":{"a":"3","a":"4"},"data":{"b":"1"}}'],
  ["application/json-patch+json", '[{"op":"add","path":"/nope","value":1}]'],
  ["application/json-patch+json", '[{"op":"add","op":"add","path":"/data/q","value":"1","foo":2}]'],
  ["application/apply-patch+yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\nnope: 1\n"],
  ["application/apply-patch+yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: '1'\n  a: '2'\n"],
];
for (const validation of ["Ignore", "Warn", "Strict", "", "strict"]) {
  const query = `?dryRun=All${validation && `&fieldValidation=${validation}`}`;
  const another = map('"data":{"a":"1","a":"2"},"nope":1,"nope":2').replace('"x"', '"y"');
  await write("POST", MAPS + query, JSON_TYPE, another);
  await write("POST", MAPS + query, "application/yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\n  name: z\nnope: 1\n");
  await write("POST", MAPS + query, "application/yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y, foo: 1}\nnope: 1\n");
  await write("PUT", `${MAPS}/x${query}`, JSON_TYPE, map('"data":{"a":"1","a":"2"},"nope":1'));
  for (const [type, body] of PATCHES) await write("PATCH", `${MAPS}/x${query}${type.includes("apply") ? "&fieldManager=m&force=true" : ""}`, type, body);
  const scale = '{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"nope"},"spec":{"replicas":1,"foo":1}}';
  await write("PUT", `/apis/apps/v1/namespaces/${namespace}/deployments/nope/scale${query}`, JSON_TYPE, scale);
  await write("DELETE", `${MAPS}/nope${query}`, JSON_TYPE, '{"apiVersion":"v1","kind":"DeleteOptions","foo":1}');
}

const READS = [
  "resourceVersionMatch=Exact",
  "resourceVersionMatch=Nope&resourceVersion=1",
  "resourceVersionMatch=Exact&resourceVersion=0",
  "resourceVersionMatch=NotOlderThan&resourceVersion=0",
  "resourceVersion=abc",
  "resourceVersion=999999999",
  "resourceVersion=999999999&resourceVersionMatch=Exact",
  "continue=x&limit=1&resourceVersionMatch=Exact&resourceVersion=5",
  "limit=abc",
  "limit=-1",
  "sendInitialEvents=true",
  "sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
  "watch=true&sendInitialEvents=true",
  "watch=true&sendInitialEvents=true&resourceVersionMatch=Exact",
  "watch=true&resourceVersionMatch=NotOlderThan",
  "watch=true&resourceVersion=abc",
  "watch=true&limit=x",
  "watch=true&timeoutSeconds=x",
  "timeoutSeconds=x",
  "timeout=x",
  "labelSelector=a%3D%3D%3Db",
  "labelSelector=a%20in%20(",
  "fieldSelector=nope%3D1",
  "fieldSelector=metadata.name",
  "allowWatchBookmarks=x",
  "dryRun=All",
  "shardSelector=abc",
];
const DELETES = [
  "ignoreStoreReadErrorWithClusterBreakingPotential=true&gracePeriodSeconds=1",
  "ignoreStoreReadErrorWithClusterBreakingPotential=true&propagationPolicy=Orphan",
  "propagationPolicy=x",
  "gracePeriodSeconds=x",
  "orphanDependents=true&propagationPolicy=Orphan",
  "dryRun=x",
  "uid=nope&dryRun=All",
  "resourceVersion=1&dryRun=All",
];
for (const query of READS) await both({ path: `${MAPS}?${query}`, forMs: 5000 });
for (const query of ["resourceVersion=abc", "resourceVersion=999999999", "resourceVersion=0", "export=true"]) await both({ path: `${MAPS}/x?${query}` });
for (const query of DELETES) {
  await both({ method: "DELETE", path: `${MAPS}/x?${query}` });
  await both({ method: "DELETE", path: `${MAPS}?${query}&labelSelector=nobody` });
}

for (const client of clients) {
  await client.send({ method: "DELETE", path: `/api/v1/namespaces/${namespace}` });
  client.close();
}
console.log(`${asked} requests, ${differences} differences`);
process.exitCode = differences > 0 ? 1 : 0;
