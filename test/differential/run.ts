/**
 * Sends the same requests, made from a seed, to Rampart and to a real kube-apiserver, and compares what they answer: status code, reason, causes, warnings and
 * the object, without what can't be the same.
 *
 *     node test/differential/run.ts --kube KUBECONFIG [--ours KUBECONFIG] [--seed N] [--count M] [--kinds a,b] [--details FILE] [--examples] [--messages]
 *
 * Without `--ours` a control plane is started in this process. Prints the differences, like ones together and the most frequent first, and ends with 1 if there was
 * one. `--details` writes each request and both answers to a file. What is meant to differ stands in docs/differences.md.
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { kinds } from "../../src/api/index.ts";
import { startControlPlane } from "../../src/cli/control-plane.ts";
import { Choices, type Kind } from "./random-writes.ts";
import { customOf } from "./run/custom.ts";
import { deleteCollectionStep, deleteStep, forgetAll } from "./run/deletions.ts";
import { anyStep, createStep } from "./run/lives.ts";
import { goodObject, sampledKinds, spot } from "./run/objects.ts";
import { oddBody, oddMethod, oddNames, oddPath } from "./run/oddities.ts";
import { listStep, watchStep } from "./run/reads.ts";
import { Report } from "./run/report.ts";
import { type Server, serverOf, serverOfFile } from "./run/servers.ts";
import { type Settings, Story } from "./run/story.ts";

const CUSTOM_WEIGHT = 4;

const { values } = parseArgs({
  options: {
    kube: { type: "string" },
    ours: { type: "string" },
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "5000" },
    kinds: { type: "string" },
    details: { type: "string" },
    examples: { type: "boolean", default: false },
    messages: { type: "boolean", default: false },
  },
});
assert(values.kube, "usage: run.ts --kube KUBECONFIG [--ours KUBECONFIG] [--seed N] [--count M] [--kinds a,b] [--details FILE] [--examples] [--messages]");

const cluster = values.ours ? undefined : await startControlPlane();
const servers: readonly [Server, Server] = [cluster ? serverOf(cluster.adminKubeconfig) : serverOfFile(values.ours!), serverOfFile(values.kube)];
const structs = new Map(kinds.map((kind) => [`${kind.apiVersion} ${kind.name}`, kind.table.struct]));
const report = new Report(values.details);
const settings: Settings = {
  servers,
  report,
  withMessages: values.messages,
  structOf: (apiVersion, kind) => (kind === "Status" ? "meta.v1.Status" : structs.get(`${apiVersion} ${kind}`)),
};
const wanted = values.kinds?.split(",");
const choices = new Choices(Number(values.seed));
/** Of this run alone, and always of the same length. */
const run = `d${Date.now().toString(36).slice(-7)}`;
const custom = customOf(run);
/** Of the many kinds the custom ones are to be no rarer than one in ten. */
const all = [...sampledKinds, ...Array.from({ length: CUSTOM_WEIGHT }, () => custom.kinds).flat()];
const some = all.filter(({ resource }) => !wanted || wanted.includes(resource));
assert(some.length > 0, "no such kind");
let number = 0;

await Promise.all(servers.map(prepare));
await custom.define(servers);
while (report.sent < Number(values.count)) {
  const kind = choices.pick(some);
  const tale = choices.below(10);
  const choicesOfStory = new Choices(choices.below(2 ** 31));
  if (tale < 4) await life(kind, choicesOfStory);
  else if (tale < 7) await creates(kind, choicesOfStory);
  else if (tale < 9) await reads(kind, choicesOfStory);
  else await oddities(kind, choicesOfStory);
}
await Promise.all(servers.flatMap((server) => namespaces().map((name) => server.ask({ method: "DELETE", path: `/api/v1/namespaces/${name}` }))));
await custom.forget(servers);
report.print(values.examples);
for (const server of servers) server.close();
await cluster?.close();
process.exitCode = report.different > 0 ? 1 : 0;

function namespaces(): string[] {
  return [run, `${run}-apart`];
}

/** Namespaces in which everybody may do everything, with the account that pods need. */
async function prepare({ ask }: Server): Promise<void> {
  const type = "application/json";
  for (const name of namespaces()) {
    await ask({
      method: "POST",
      path: "/api/v1/namespaces",
      type,
      body: JSON.stringify({ metadata: { name, labels: { "pod-security.kubernetes.io/enforce": "privileged" } } }),
    });
    await ask({ method: "POST", path: `/api/v1/namespaces/${name}/serviceaccounts`, type, body: JSON.stringify({ metadata: { name: "default" } }) });
  }
}

/** An object made, changed a few times, and deleted. */
async function life(kind: Kind, choices: Choices): Promise<void> {
  const where = spot(kind, run, number++);
  const good = goodObject(choices, where, number, run, custom.samples);
  const story = new Story(settings, choices);
  const code = await story.step(`${kind.resource}: create`, createStep(where, good, choices.below(3), 0), true);
  for (let i = 3 + choices.below(6); i > 0 && code < 300 && !story.parted; i--) {
    const { what, make, keeps = false } = anyStep(choices, where, good);
    await story.step(`${kind.resource}: ${what}`, make, keeps);
  }
  if (code < 300 && !story.parted) await story.step(`${kind.resource}: delete`, deleteStep(`${where.path}/${where.name}`, false));
  await forgetIt(where.path, where.name, story);
}

/** What may have been made, under the name that was asked for or under one that was generated. */
async function forgetIt(path: string, name: string, story: Story): Promise<void> {
  if (!story.made) return;
  await forgetAll(servers, `${path}/${name}`);
  for (const made of story.generated) await forgetAll(servers, `${path}/${encodeURIComponent(made)}`);
}

/** Good objects with a few bad places. */
async function creates(kind: Kind, choices: Choices): Promise<void> {
  for (let i = 0; i < 5; i++) {
    const where = spot(kind, run, number++);
    const good = goodObject(choices, where, number, run, custom.samples);
    const story = new Story(settings, choices);
    await story.step(`${kind.resource}: create`, createStep(where, good, choices.below(2), 1 + choices.below(2)), true);
    await forgetIt(where.path, where.name, story);
  }
}

/** A few objects, read in every way, and then deleted together. */
async function reads(kind: Kind, choices: Choices): Promise<void> {
  const mark = `${run}-${number}`;
  const spots = Array.from({ length: 3 }, () => spot(kind, run, number++));
  const story = new Story(settings, choices);
  const listed = kind.table.verbs.includes("list");
  for (const [i, where] of spots.entries()) {
    if (!listed && i > 0) continue;
    const good = goodObject(choices, where, number - 3 + i, run, custom.samples);
    const labels = { mark, differ: choices.pick(["a", "b", "c"]) };
    await story.step(
      `${kind.resource}: create`,
      () => ({
        method: "POST",
        path: where.path,
        type: "application/json",
        body: JSON.stringify({ ...good, metadata: { ...(good.metadata as object), labels } }),
      }),
      false,
    );
  }
  for (let i = 0; i < 6 && listed && !story.parted; i++) {
    if (choices.below(20) === 0) await story.step(`${kind.resource}: watch`, watchStep(spots[0]!, `mark=${mark}`));
    else await story.step(`${kind.resource}: list`, listStep(spots[0]!, `mark=${mark}`), true);
  }
  if (!story.parted && kind.table.verbs.includes("deletecollection"))
    await story.step(`${kind.resource}: delete collection`, deleteCollectionStep(spots[0]!.path, `mark=${mark}`));
  for (const where of spots) if (listed) await forgetAll(servers, `${where.path}/${where.name}`);
}

async function oddities(kind: Kind, choices: Choices): Promise<void> {
  for (let i = 0; i < 4; i++) {
    const where = spot(kind, run, number++);
    const good = goodObject(choices, where, number, run, custom.samples);
    const story = new Story(settings, choices);
    const [what, make] = choices.pick([
      ["path", oddPath],
      ["method", oddMethod(where)],
      ["body", oddBody(where, good)],
      ["names", oddNames(where, good)],
    ] as const);
    await story.step(what === "path" ? "odd path" : `${kind.resource}: odd ${what}`, make, what === "names" || what === "body");
    await forgetIt(where.path, where.name, story);
  }
}
