/**
 * Asks a real kube-apiserver whether patches, ownership and server-side apply come out the same there.
 *
 *     node test/differential/apply.ts KUBECONFIG [ROUNDS] [SEED]
 *
 * Each round writes each object many times, by apply, update and each patch type, as several managers, and compares the object and its
 * managedFields after every write with what our functions make of the same step. Prints each difference and ends with 1 if there was one.
 */

import assert from "node:assert/strict";
import { type Applied, managedApply } from "../../src/machinery/apply/apply.ts";
import { ApplyConflict } from "../../src/machinery/apply/conflict.ts";
import { managedUpdate } from "../../src/machinery/apply/update.ts";
import { jsonPatch } from "../../src/machinery/patch/json-patch.ts";
import { mergePatch } from "../../src/machinery/patch/merge-patch.ts";
import { strategicMergePatch } from "../../src/machinery/patch/strategic-merge.ts";
import { isObject, type Plain } from "../../src/machinery/plain.ts";
import { StatusError } from "../../src/machinery/status/status-error.ts";
import { type Answer, Choices, clientOf, forget, type Subject, Subjects } from "./random-writes.ts";

const [file, rounds = "20", seed = "1"] = process.argv.slice(2);
assert(file, "usage: apply.ts KUBECONFIG [ROUNDS] [SEED]");
const { ask, close } = clientOf(file);
const choices = new Choices(Number(seed));

let steps = 0;
let differences = 0;
function differ(what: string, ours: unknown, theirs: unknown, context: unknown): void {
  differences++;
  console.log(`── ${what}\nours:   ${JSON.stringify(ours)}\ntheirs: ${JSON.stringify(theirs)}\nstep:   ${JSON.stringify(context)}`);
}

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

function content(object: Plain): unknown {
  const { managedFields: _m, resourceVersion: _r, generation: _g, ...rest } = object.metadata as Plain;
  return bare({ ...object, metadata: rest });
}

function attempt<T>(run: () => T): T | StatusError {
  try {
    return run();
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
}

function compareWith(object: Plain, managedFields: unknown, theirs: Plain, context: unknown): void {
  const [a, b] = [withoutTimes(managedFields), withoutTimes((theirs.metadata as Plain).managedFields)];
  if (JSON.stringify(a) !== JSON.stringify(b)) differ("managedFields", a, b, context);
  if (!within(content(object), content(theirs))) differ("object", content(object), content(theirs), context);
}

function compareRefusal(ours: StatusError, theirs: Answer, context: unknown): void {
  const causes = (list: unknown): string =>
    JSON.stringify(((list ?? []) as Plain[]).map((cause) => JSON.stringify([cause.reason, cause.message, cause.field])).sort());
  if (ours.status.code !== theirs.code) differ("code", ours.status, theirs.body, context);
  else if (!(ours instanceof ApplyConflict)) {
    if (ours.status.message !== theirs.body.message) differ("message", ours.status.message, theirs.body.message, context);
  } else if (causes(ours.status.details?.causes) !== causes((theirs.body.details as Plain).causes)) differ("causes", ours.status, theirs.body, context);
}

/** @returns the object as it then stands */
async function applyStep(subject: Subject, live: Plain | undefined, manager: string): Promise<Plain | undefined> {
  const { kind, path, fields } = subject;
  const patch = subject.document(live === undefined || choices.below(2) === 0);
  const force = choices.below(2) === 0;
  const theirs = await ask("PATCH", `${path}?fieldManager=${manager}&force=${force}`, patch, "application/apply-patch+yaml");
  const request = { schema: kind.schema, apiVersion: kind.apiVersion, kind: kind.name, manager, time: "(now)", live, patch, force, fields };
  const ours: Applied | StatusError = attempt(() => managedApply(request));
  const context = { how: "apply", manager, force, patch, live };
  if (ours instanceof StatusError) compareRefusal(ours, theirs, context);
  else if (theirs.code < 300) {
    compareWith(ours.object, ours.managedFields, theirs.body, context);
    return theirs.body;
  } else if (theirs.code !== 422) differ("code", 200, theirs.body, context); // Validation is not compared here.
  return live;
}

function patched(type: string, live: Plain, document: unknown, { kind }: Subject): Plain | StatusError {
  if (type === "application/merge-patch+json") return attempt(() => mergePatch(live, document));
  return attempt(() =>
    type === "application/json-patch+json" ? (jsonPatch(live, document, kind.schema) as Plain) : strategicMergePatch(live, document, kind.schema),
  );
}

async function changeStep(subjects: Subjects, subject: Subject, live: Plain, manager: string): Promise<Plain> {
  const { kind, path, fields } = subject;
  const { type, document } = choices.below(4) === 0 ? { type: "application/json", document: subject.document(true) } : subjects.patch(subject);
  const context = { type, manager, document, live };
  const ours = type === "application/json" ? (document as Plain) : patched(type, live, document, subject);
  const theirs = await ask(type === "application/json" ? "PUT" : "PATCH", `${path}?fieldManager=${manager}`, document, type);
  if (ours instanceof StatusError) {
    compareRefusal(ours, theirs, context);
    return live;
  }
  if (theirs.code === 422) return live;
  if (theirs.code >= 300) {
    differ("code", 200, theirs.body, context);
    return live;
  }
  // Theirs is decoded and defaulted, and that is what ownership is computed from.
  const next = { ...theirs.body, metadata: { ...(theirs.body.metadata as Plain), managedFields: (ours.metadata as Plain).managedFields } };
  const managedFields = managedUpdate({ schema: kind.schema, apiVersion: kind.apiVersion, manager, time: "(now)", live, next, fields });
  compareWith(ours, managedFields, theirs.body, context);
  return theirs.body;
}

for (let round = 0; round < Number(rounds); round++) {
  const subjects = new Subjects(choices, round);
  for (const subject of subjects.all()) {
    let live: Plain | undefined;
    for (let i = 0; i < 12; i++) {
      const manager = choices.pick(["m1", "m2", "kubectl"]);
      live = live === undefined || choices.below(2) === 0 ? await applyStep(subject, live, manager) : await changeStep(subjects, subject, live, manager);
      steps++;
    }
    await forget(ask, subject.path);
  }
}
close();
console.log(`${steps} steps, ${differences} differences`);
process.exitCode = differences > 0 ? 1 : 0;
