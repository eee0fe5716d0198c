/**
 * Writes the same to two servers, ours and a real kube-apiserver, and compares every answer.
 *
 *     node test/differential/twin.ts OUR_KUBECONFIG THEIR_KUBECONFIG [ROUNDS] [SEED]
 *
 * Compares codes, reasons, messages, causes and whole objects, what can't be the same aside (times, UIDs, versions). Prints each difference
 * and ends with 1 if there was one.
 */

import assert from "node:assert/strict";
import { isObject } from "../../src/machinery/plain.ts";
import { type Answer, Choices, clientOf, forget, type Subject, Subjects } from "./random-writes.ts";

const [ours, theirs, rounds = "10", seed = "1"] = process.argv.slice(2);
assert(ours && theirs, "usage: twin.ts OUR_KUBECONFIG THEIR_KUBECONFIG [ROUNDS] [SEED]");
const clients = [clientOf(ours), clientOf(theirs)];
const choices = new Choices(Number(seed));

/** What no two servers share, and the order that Kubernetes leaves open. */
function normal(value: unknown, key = ""): unknown {
  if (["uid", "resourceVersion", "creationTimestamp", "time", "deletionTimestamp"].includes(key)) return "…";
  if (Array.isArray(value)) {
    const items = value.map((item) => normal(item));
    return key === "causes" || key === "managedFields" ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (!isObject(value)) return key === "message" && typeof value === "string" ? value.split("\n").sort().join("\n") : value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, normal(member, name)]));
}

let steps = 0;
let differences = 0;

/** @returns whether the write was taken */
async function both(method: string, path: string, document: unknown, type: string): Promise<boolean> {
  const [a, b] = (await Promise.all(clients.map(({ ask }) => ask(method, path, document, type)))) as [Answer, Answer];
  steps++;
  const [left, right] = [JSON.stringify([a.code, normal(a.body)]), JSON.stringify([b.code, normal(b.body)])];
  if (left !== right) {
    differences++;
    console.log(`── ${method} ${path} ${type}\nsent:   ${JSON.stringify(document)}\nours:   ${left}\ntheirs: ${right}`);
  }
  return b.code < 300 && a.code < 300;
}

function oneWrite(subjects: Subjects, subject: Subject, exists: boolean): Promise<boolean> {
  const manager = choices.pick(["m1", "m2", "kubectl"]);
  if (!exists || choices.below(2) === 0) {
    const path = `${subject.path}?fieldManager=${manager}&force=${choices.below(2) === 0}`;
    return both("PATCH", path, subject.document(!exists || choices.below(2) === 0), "application/apply-patch+yaml");
  }
  const path = `${subject.path}?fieldManager=${manager}`;
  if (choices.below(4) === 0) return both("PUT", path, subject.document(true), "application/json");
  const { type, document } = subjects.patch(subject);
  return both("PATCH", path, document, type);
}

for (let round = 0; round < Number(rounds); round++) {
  const subjects = new Subjects(choices, round);
  for (const subject of subjects.all()) {
    let exists = false;
    for (let i = 0; i < 12; i++) exists = (await oneWrite(subjects, subject, exists)) || exists;
    for (const { ask } of clients) await forget(ask, subject.path);
  }
}
for (const { close } of clients) close();
console.log(`${steps} steps, ${differences} differences`);
process.exitCode = differences > 0 ? 1 : 0;
