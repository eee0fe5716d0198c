/**
 * What many definitions of custom resources cost, by hand: `node --expose-gc test/bench/definitions.ts [COUNT]`. Memory is that of this whole process: the
 * server, its store and the client.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { send } from "../support/https.ts";

const COUNT = Number(process.argv[2] ?? 500);
const TOGETHER = 5;
const PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const text = "What the field is for, in as many words as most definitions have for it, so that they are as large as those that one meets.";
const field = { type: "string", description: text, maxLength: 100 };
const many = (count: number, name: string, value: object) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}${i}`, value]));
const part = { type: "object", description: "A part.", properties: many(20, "field", field) };
const schema = { type: "object", properties: { spec: { type: "object", properties: many(40, "part", part) } } };

function definition(i: number): object {
  const group = `g${i % 50}.example.com`;
  const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }];
  return { metadata: { name: `things${i}.${group}` }, spec: { group, scope: "Namespaced", names: { plural: `things${i}`, kind: `Thing${i}` }, versions } };
}

function call({ url, ca, identity }: ControlPlane, method: string, path: string, body?: object) {
  const headers = body ? { "content-type": "application/json" } : {};
  return send({ url, ca, identity: identity("admin", ["system:masters"]) }, method, path, headers, body && JSON.stringify(body));
}

async function served(cluster: ControlPlane): Promise<void> {
  const last = COUNT - 1;
  while ((await call(cluster, "GET", `/apis/g${last % 50}.example.com/v1/things${last}`)).code !== 200) await sleep(20);
}

function report(what: string, since?: number): void {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const took = since === undefined ? "" : `${((performance.now() - since) / 1000).toFixed(1)} s`;
  const [heap, outside, all] = [heapUsed, external, rss].map((bytes) => `${(bytes / 1e6).toFixed(0)} MB`.padStart(8));
  console.log(`${what.padEnd(36)} ${took.padStart(8)}   heap ${heap}   outside ${outside}   resident ${all}`);
}

const directory = mkdtempSync(join(tmpdir(), "rampart-definitions-"));
const first = await startControlPlane({ directory });
report("an empty server");
let began = performance.now();
for (let i = 0; i < COUNT; i += TOGETHER) {
  await Promise.all(Array.from({ length: Math.min(TOGETHER, COUNT - i) }, (_, k) => call(first, "POST", PATH, definition(i + k))));
}
await served(first);
report(`${COUNT} definitions made and served`, began);
const { keys } = first;
await first.close();
report("the server ended");
began = performance.now();
const second = await startControlPlane({ directory, keys });
await served(second);
report(`started with ${COUNT} definitions`, began);
await second.close();
rmSync(directory, { recursive: true });
