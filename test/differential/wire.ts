/**
 * Asks two servers, ours and a real kube-apiserver, for every kind in every wire form, and compares the answers: code, content type, the headers that caches read, body.
 *
 *     node test/differential/wire.ts OUR_KUBECONFIG THEIR_KUBECONFIG DATA_GO
 *
 * DATA_GO is test/integration/etcd/data.go of k8s.io/kubernetes: an object of every kind is made from it on both sides. Prints each difference and ends with 1 if there was one.
 */

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { isObject } from "../../src/machinery/plain.ts";
import { type RawAnswer, type RawRequest, rawClient } from "./raw-client.ts";
import { type Stub, stubs } from "./stubs.ts";

const [, , ours, theirs, data, only = ""] = process.argv;
assert(ours && theirs && data, "usage: wire.ts OUR_KUBECONFIG THEIR_KUBECONFIG DATA_GO [KIND]");
const clients = [rawClient(ours), rawClient(theirs)] as const;
const NAMESPACE = `wire-${Date.now().toString(36)}`;
const meta = (as: string, version = "v1", media = "application/json"): string => `${media};as=${as};v=${version};g=meta.k8s.io`;

const FORMS = [
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
  "application/cbor",
  "application/*",
  "text/plain, */*",
  meta("Table"),
  meta("Table", "v1beta1"),
  meta("Table", "v1", "application/yaml"),
  meta("Table", "v1", "application/vnd.kubernetes.protobuf"),
  `${meta("Table", "v2")}, application/json`,
  meta("PartialObjectMetadata"),
  meta("PartialObjectMetadata", "v1beta1", "application/yaml"),
  meta("PartialObjectMetadata", "v1", "application/vnd.kubernetes.protobuf"),
  meta("PartialObjectMetadataList"),
  meta("PartialObjectMetadataList", "v1", "application/yaml"),
  meta("PartialObjectMetadataList", "v1", "application/vnd.kubernetes.protobuf"),
];

const VOLATILE: ReadonlySet<string> = new Set([
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "time",
  "lastTransitionTime",
  "lastProbeTime",
  "timestamp",
  "timeAdded",
  "clusterIP",
  "clusterIPs",
  "nodePort",
  "healthCheckNodePort",
  "remainingItemCount",
]);

/** What no two servers share. */
function normal(value: unknown, key = ""): unknown {
  if (VOLATILE.has(key) && value !== null && value !== undefined) return "…";
  if (Array.isArray(value)) {
    const items = value.map((item) => normal(item));
    return key === "managedFields" || key === "causes" ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (typeof value === "string")
    return value.replace(/\b(?:10\.96\.\d+\.\d+|\d+(?:s|m\d*s?)|[0-9a-f]{8}-[0-9a-f-]{27})\b|<unknown>|<invalid>|kube-api-access-\w{5}|map\[[^\]]*\]/g, "…");
  if (!isObject(value)) return value;
  // The description of a column is prose.
  const members = Object.entries(value).filter(([name]) => name !== "description" || !("priority" in value));
  return Object.fromEntries(members.map(([name, member]) => [name, normal(member, name)]));
}

function read({ headers, body }: RawAnswer): unknown {
  const type = String(headers["content-type"] ?? "");
  const text = body.toString("utf8");
  try {
    if (type.startsWith("application/json")) return [normal(JSON.parse(text)), text.startsWith("{\n")];
    if (type.startsWith("application/yaml")) return normal(parse(text));
  } catch {
    return text;
  }
  // Protobuf: the envelope's head; what is in it has lengths that depend on the server.
  return type.startsWith("application/vnd.kubernetes")
    ? [
        text.slice(0, 4),
        [...text.slice(0, 120).matchAll(/[\w./]{3,}/g)]
          .slice(0, 4)
          .map(([word]) => word)
          .filter((word) => !/\d{3}/.test(word)),
      ]
    : text;
}

function headersOf({ headers }: RawAnswer): object {
  const kept = [
    "content-type",
    "content-encoding",
    "cache-control",
    "vary",
    "warning",
    "location",
    "allow",
    "retry-after",
    "x-content-type-options",
    "www-authenticate",
  ];
  return { ...Object.fromEntries(kept.map((name) => [name, headers[name]])), etag: headers.etag !== undefined };
}

let asked = 0;
const differences = new Map<string, number>();

function differing(at: string, a: unknown, b: unknown): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  const both = (Array.isArray(a) && Array.isArray(b)) || (isObject(a) && isObject(b));
  if (!both) return [`${at}\n      ours:   ${JSON.stringify(a)?.slice(0, 300)}\n      theirs: ${JSON.stringify(b)?.slice(0, 300)}`];
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) => differing(`${at}/${key}`, left[key], right[key]));
}

async function both(what: string, request: RawRequest): Promise<readonly [RawAnswer, RawAnswer]> {
  const answers = (await Promise.all(clients.map((client) => client.send(request)))) as [RawAnswer, RawAnswer];
  asked++;
  const [a, b] = answers.map((answer) => ({ code: answer.code, headers: headersOf(answer), body: read(answer) }));
  const found = differing("", a, b);
  if (found.length > 0) {
    for (const one of found) differences.set(one.split("\n")[0]!, (differences.get(one.split("\n")[0]!) ?? 0) + 1);
    console.log(`── ${what}: ${request.method ?? "GET"} ${request.path} ${request.headers?.accept ?? ""}\n   ${found.slice(0, 6).join("\n   ")}`);
  }
  return answers;
}

interface Resource {
  readonly name: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
}

async function get(path: string): Promise<Record<string, unknown>> {
  return JSON.parse((await clients[0].send({ path, headers: { accept: "application/json" } })).body.toString());
}

async function description(): Promise<[root: string, resources: readonly Resource[]][]> {
  const aggregated = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"].flatMap((media) => [
    `${media};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`,
    `${media};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList;profile=nopeer`,
    `${media};g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList`,
    `${media};g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,${media}`,
    `${media};g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,${media};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`,
  ]);
  const groups = (await get("/apis")).groups as { versions: { groupVersion: string }[]; name: string }[];
  const roots = ["/api/v1", ...groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => `/apis/${groupVersion}`))];
  for (const path of ["/api", "/apis", "/api/", "/apis/"])
    for (const accept of [...aggregated, ...FORMS]) await both("discovery", { path, headers: { accept } });
  for (const path of [...groups.map(({ name }) => `/apis/${name}`), ...roots, "/version"]) {
    for (const accept of FORMS) await both("discovery", { path, headers: { accept } });
  }
  const found: [string, readonly Resource[]][] = [];
  for (const root of roots) found.push([root, (await get(root)).resources as Resource[]]);
  return found;
}

async function oneKind(root: string, { name, namespaced, verbs }: Resource, stub: Stub | undefined): Promise<void> {
  const collection = namespaced ? `${root}/namespaces/${NAMESPACE}/${name}` : `${root}/${name}`;
  const json = { "content-type": "application/json" };
  const object = stub && { apiVersion: root.replace(/^\/apis?\//, ""), ...stub.object };
  if (object && verbs.includes("create")) {
    for (const accept of [FORMS[0]!, FORMS[2]!, FORMS[6]!, FORMS[11]!, FORMS[14]!]) {
      await both("dry run", { method: "POST", path: `${collection}?dryRun=All`, headers: { ...json, accept }, body: JSON.stringify(object) });
    }
    await both("create", { method: "POST", path: collection, headers: json, body: JSON.stringify(object) });
    if (stub.status) {
      const path = `${collection}/${object.metadata.name}/status`;
      await both("status", { method: "PATCH", path, headers: { "content-type": "application/merge-patch+json" }, body: JSON.stringify(stub.status) });
    }
  }
  const paths = [
    `${collection}/nope`,
    `${collection}?labelSelector=nobody%3Dhere`,
    ...(object ? [`${collection}/${object.metadata.name}`, `${collection}?fieldSelector=metadata.name%3D${object.metadata.name}`] : []),
  ];
  for (const path of paths) {
    for (const accept of FORMS) await both("read", { path, headers: { accept } });
    const joint = path.includes("?") ? "&" : "?";
    for (const query of ["pretty=true", "pretty=false", "includeObject=None", "includeObject=Object", "includeObject=Nope"]) {
      await both("read", { path: `${path}${joint}${query}`, headers: { accept: query.startsWith("pretty") ? FORMS[0]! : FORMS[6]! } });
    }
  }
}

const kinds = await description();
for (const client of clients) {
  const body = JSON.stringify({ metadata: { name: NAMESPACE, labels: { "pod-security.kubernetes.io/enforce": "privileged" } } });
  await client.send({ method: "POST", path: "/api/v1/namespaces", headers: { "content-type": "application/json" }, body });
  const account = JSON.stringify({ metadata: { name: "default" } });
  await client.send({
    method: "POST",
    path: `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`,
    headers: { "content-type": "application/json" },
    body: account,
  });
}
const known = stubs(data, NAMESPACE);
for (const [root, resources] of kinds) {
  const [, group = "", version = ""] = /^\/apis?\/(?:(.*)\/)?(.*)$/.exec(root) ?? [];
  for (const resource of resources.filter(({ name, verbs }) => !name.includes("/") && verbs.includes("list"))) {
    if (!resource.name.includes(only)) continue;
    await oneKind(
      root,
      resource,
      known.find((stub) => stub.group === group && stub.version === version && stub.resource === resource.name),
    );
  }
}
for (const [root, resources] of kinds) {
  for (const { name, namespaced } of resources.filter(({ verbs, name }) => !name.includes("/") && verbs.includes("delete") && name.includes(only))) {
    const [, group = "", version = ""] = /^\/apis?\/(?:(.*)\/)?(.*)$/.exec(root) ?? [];
    const stub = known.find((one) => one.group === group && one.version === version && one.resource === name);
    if (!stub) continue;
    const path = `${namespaced ? `${root}/namespaces/${NAMESPACE}/${name}` : `${root}/${name}`}/${stub.object.metadata.name}?gracePeriodSeconds=0`;
    for (const client of clients) {
      await client.send({ method: "DELETE", path });
      const headers = { "content-type": "application/merge-patch+json" };
      await client.send({ method: "PATCH", path: path.split("?", 1)[0]!, headers, body: '{"metadata":{"finalizers":null}}' });
    }
  }
}
for (const client of clients) client.close();
console.log(
  [...differences]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 40)
    .map(([at, count]) => `${count} × ${at}`)
    .join("\n"),
);
console.log(`${asked} requests, ${known.length} stubs`);
process.exitCode = differences.size > 0 ? 1 : 0;
