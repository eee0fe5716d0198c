/**
 * Asks a real kube-apiserver whether patches, ownership and server-side apply come out the same there.
 *
 *     node test/differential/apply.ts KUBECONFIG [ROUNDS] [SEED]
 *
 * Each round writes one object many times, by apply, update and each patch type, as several managers, and compares the object and its
 * managedFields after every write with what our functions make of the same step. Prints each difference and ends with 1 if there was one.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { parse } from "yaml";
import { kinds } from "../../src/api/index.ts";
import { managedApply } from "../../src/machinery/apply/apply.ts";
import { ApplyConflict } from "../../src/machinery/apply/conflict.ts";
import { managedUpdate } from "../../src/machinery/apply/update.ts";
import { jsonPatch } from "../../src/machinery/patch/json-patch.ts";
import { mergePatch } from "../../src/machinery/patch/merge-patch.ts";
import { strategicMergePatch } from "../../src/machinery/patch/strategic-merge.ts";
import { isObject, type Plain } from "../../src/machinery/plain.ts";
import { StatusError } from "../../src/machinery/status/status-error.ts";

const [file, rounds = "20", seedText = "1"] = process.argv.slice(2);
assert(file, "usage: apply.ts KUBECONFIG [ROUNDS] [SEED]");
const config = parse(readFileSync(file, "utf8"));
const server = new URL(config.clusters[0].cluster.server);
const decoded = (text: string): Buffer => Buffer.from(text, "base64");
const agent = new Agent({
  ca: decoded(config.clusters[0].cluster["certificate-authority-data"]),
  cert: decoded(config.users[0].user["client-certificate-data"]),
  key: decoded(config.users[0].user["client-key-data"]),
  keepAlive: true,
});

let state = Number(seedText);
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
const some = <T>(list: readonly T[]): T[] => list.filter(() => random(2) === 0).sort(() => random(3) - 1);

function ask(method: string, path: string, body?: unknown, type = "application/json"): Promise<{ code: number; body: Plain }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: server.hostname, port: server.port, agent, method, path, headers: { "content-type": type, "user-agent": "differ" } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => resolve({ code: answer.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString()) }));
      },
    );
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const kindOf = (apiVersion: string, name: string): (typeof kinds)[number] =>
  kinds.find((kind) => kind.apiVersion === apiVersion && kind.name === name) ?? assert.fail(`no ${name}`);
const KEYS = ["a", "b", "c", "d"];
const values = (): Plain => Object.fromEntries(some(KEYS).map((key) => [key, pick(["1", "2"])]));
const dropEmpty = (object: Plain): Plain => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

interface Subject {
  readonly kind: (typeof kinds)[number];
  readonly path: string;
  readonly resetFields?: readonly string[];
  document(full: boolean): Plain;
}

function metadata(name: string): Plain {
  return dropEmpty({
    name,
    labels: random(2) ? values() : undefined,
    annotations: random(3) === 0 ? values() : undefined,
    finalizers: random(3) === 0 ? some(["x.io/a", "x.io/b", "x.io/c"]) : undefined,
  });
}

function container(name: string): Plain {
  return dropEmpty({
    name,
    image: pick(["i:1", "i:2"]),
    args: random(3) === 0 ? some(KEYS) : undefined,
    env: random(2) ? some(KEYS).map((key) => ({ name: key, value: pick(["1", "2"]) })) : undefined,
    ports: random(3) === 0 ? some([80, 81]).map((containerPort) => dropEmpty({ containerPort, protocol: pick([undefined, "TCP", "UDP"]) })) : undefined,
    resources: random(3) === 0 ? { limits: dropEmpty({ cpu: pick(["1", "2", undefined]), memory: pick(["1Gi", undefined]) }) } : undefined,
  });
}

function subjects(round: number): Subject[] {
  const config = { kind: kindOf("v1", "ConfigMap"), path: `/api/v1/namespaces/default/configmaps/differ-${round}` };
  const workload = { kind: kindOf("apps/v1", "Deployment"), path: `/apis/apps/v1/namespaces/default/deployments/differ-${round}`, resetFields: ["status"] };
  return [
    {
      ...config,
      document: () => dropEmpty({ apiVersion: "v1", kind: "ConfigMap", metadata: metadata(`differ-${round}`), data: random(4) ? values() : undefined }),
    },
    {
      ...workload,
      document: (full) => {
        const names = some(["a", "b", "c"]);
        return {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: metadata(`differ-${round}`),
          spec: dropEmpty({
            replicas: pick([0, 1, 2, undefined]),
            selector: full ? { matchLabels: { app: "x" } } : undefined,
            strategy: random(4) === 0 ? { type: "RollingUpdate", rollingUpdate: { maxSurge: pick([1, "50%"]) } } : undefined,
            template: {
              metadata: { labels: { app: "x", ...values() } },
              spec: dropEmpty({
                containers: (full && names.length === 0 ? ["a"] : names).map(container),
                nodeSelector: random(3) === 0 ? values() : undefined,
                tolerations: random(4) === 0 ? some(KEYS).map((key) => ({ key, operator: "Exists" })) : undefined,
              }),
            },
          }),
        };
      },
    },
  ];
}

let steps = 0;
let differences = 0;
function differ(what: string, ours: unknown, theirs: unknown, context: unknown): void {
  differences++;
  console.log(`── ${what}\nours:   ${JSON.stringify(ours)}\ntheirs: ${JSON.stringify(theirs)}\nstep:   ${JSON.stringify(context)}`);
}
const NEW = "(now)";
/** Steps are faster than the clock's seconds, so only whether there is a time can be compared. */
const withoutTimes = (entries: unknown): unknown =>
  ((entries ?? []) as Plain[]).map((entry) => ({ ...entry, time: entry.time !== undefined })).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
/** What a schema-less merge leaves and decoding drops: nulls and empty containers of optional fields. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (!isObject(value)) return value;
  const members = Object.entries(value)
    .filter(([, member]) => member !== null)
    .map(([key, member]) => [key, bare(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => !(typeof member === "object" && member !== null && Object.keys(member).length === 0)));
}
/** Whether all of ours stands in theirs, lists in the same order: theirs also has defaults. */
function within(ours: unknown, theirs: unknown): boolean {
  if (Array.isArray(ours)) return Array.isArray(theirs) && ours.length === theirs.length && ours.every((item, i) => within(item, theirs[i]));
  if (isObject(ours)) return isObject(theirs) && Object.entries(ours).every(([key, value]) => within(value, theirs[key]));
  return ours === theirs;
}
const content = (object: Plain): unknown => {
  const { managedFields: _m, resourceVersion: _r, generation: _g, ...rest } = object.metadata as Plain;
  return bare({ ...object, metadata: rest });
};

async function step(subject: Subject, live: Plain | undefined): Promise<Plain | undefined> {
  const { kind, path, resetFields } = subject;
  const manager = pick(["m1", "m2", "kubectl"]);
  const time = NEW;
  const common = { schema: kind.schema, apiVersion: kind.apiVersion, kind: kind.name, manager, time, ...(resetFields && { fields: { resetFields } }) };
  steps++;
  const how = live === undefined ? "apply" : pick(["apply", "apply", "apply", "update", "merge", "strategic", "json"]);
  if (how === "apply") {
    const patch = subject.document(live === undefined || random(2) === 0);
    const force = random(2) === 0;
    const theirs = await ask("PATCH", `${path}?fieldManager=${manager}&force=${force}`, patch, "application/apply-patch+yaml");
    let ours: { object: Plain; managedFields: unknown } | StatusError;
    try {
      ours = managedApply({ ...common, live, patch, force });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      ours = error;
    }
    const context = { how, manager, force, patch, live };
    if (ours instanceof StatusError) {
      const causes = (list: unknown): string[] => ((list ?? []) as Plain[]).map((cause) => JSON.stringify([cause.reason, cause.message, cause.field])).sort();
      if (ours.status.code !== theirs.code) differ("code", ours.status, theirs.body, context);
      else if (ours instanceof ApplyConflict) {
        const expected = causes((theirs.body.details as Plain).causes);
        if (JSON.stringify(causes(ours.status.details?.causes)) !== JSON.stringify(expected)) differ("causes", ours.status, theirs.body, context);
      } else if (ours.status.message !== theirs.body.message) differ("message", ours.status.message, theirs.body.message, context);
      return live;
    }
    // An apply may be well and the object not: validation is not ours here.
    if (theirs.code === 422) return live;
    if (theirs.code >= 300) {
      differ("code", 200, theirs.body, context);
      return live;
    }
    compareWith(ours.object, ours.managedFields, theirs.body, context);
    return theirs.body;
  }
  assert(live);
  const document = subject.document(true);
  let patched: Plain;
  let theirs: { code: number; body: Plain };
  let context: unknown;
  const query = `${path}?fieldManager=${manager}`;
  if (how === "update") {
    patched = { ...document, metadata: { ...(document.metadata as Plain), uid: (live.metadata as Plain).uid } };
    context = { how, manager, document, live };
    theirs = await ask("PUT", query, patched);
  } else if (how === "json") {
    const patch = some([
      { op: "add", path: "/metadata/labels", value: values() },
      { op: "remove", path: "/metadata/annotations" },
      { op: "add", path: "/data/a", value: "9" },
      { op: "add", path: "/spec/template/spec/containers/0/resources/limits", value: { cpu: "1" } },
      { op: "add", path: "/spec/template/spec/containers/-", value: container("d") },
      { op: "test", path: "/spec/replicas", value: 1 },
      { op: "copy", from: "/metadata/labels", path: "/metadata/annotations" },
      { op: "move", from: "/spec/template/spec/containers/0/args", path: "/spec/template/spec/containers/0/command" },
      { op: "replace", path: "/spec/template/spec/containers/0/image", value: "i:9" },
    ]).slice(0, 2);
    context = { how, manager, patch, live };
    theirs = await ask("PATCH", query, patch, "application/json-patch+json");
    const failed = attempt(() => jsonPatch(live, patch, kind.schema) as Plain);
    if (failed instanceof StatusError) return refusal(failed, theirs, live, context);
    patched = failed;
  } else {
    const patch = random(2) === 0 ? document : { metadata: { labels: Object.fromEntries(some(KEYS).map((key) => [key, pick(["1", null])])) } };
    context = { how, manager, patch, live };
    theirs = await ask("PATCH", query, patch, how === "merge" ? "application/merge-patch+json" : "application/strategic-merge-patch+json");
    patched = how === "merge" ? mergePatch(live, patch) : strategicMergePatch(live, patch, kind.schema);
  }
  if (theirs.code === 422) return live;
  if (theirs.code >= 300) {
    differ("code", 200, theirs.body, context);
    return live;
  }
  // Theirs is decoded and defaulted, and that is what ownership is computed from.
  const next = { ...theirs.body, metadata: { ...(theirs.body.metadata as Plain), managedFields: (patched.metadata as Plain).managedFields } };
  const managedFields = managedUpdate({ ...common, live, next });
  compareWith(patched, managedFields, theirs.body, context);
  return theirs.body;
}

function attempt<T>(run: () => T): T | StatusError {
  try {
    return run();
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
}

function refusal(ours: StatusError, theirs: { code: number; body: Plain }, live: Plain, context: unknown): Plain {
  if (ours.status.code !== theirs.code || ours.status.message !== theirs.body.message) differ("refusal", ours.status, theirs.body, context);
  return live;
}

function compareWith(object: Plain, managedFields: unknown, theirs: Plain, context: unknown): void {
  const [a, b] = [withoutTimes(managedFields), withoutTimes((theirs.metadata as Plain).managedFields)];
  if (JSON.stringify(a) !== JSON.stringify(b)) differ("managedFields", a, b, context);
  if (!within(content(object), content(theirs))) differ("object", content(object), content(theirs), context);
}

for (let round = 0; round < Number(rounds); round++) {
  for (const subject of subjects(round)) {
    let live: Plain | undefined;
    for (let i = 0; i < 12; i++) {
      live = await step(subject, live);
    }
    await ask("PATCH", subject.path, { metadata: { finalizers: null } }, "application/merge-patch+json");
    await ask("DELETE", subject.path);
  }
}
agent.destroy();
console.log(`${steps} steps, ${differences} differences`);
process.exitCode = differences > 0 ? 1 : 0;
