/**
 * Tells two servers, ours and a real kube-apiserver, the same stories, in which what was written first decides about what comes later: admission policies,
 * rules of custom resources. Compares codes, reasons, causes, warnings and objects; the servers must be without the stories' objects.
 *
 *     node test/differential/stories.ts OUR_KUBECONFIG THEIR_KUBECONFIG [STORY]
 *
 * Prints each difference and ends with 1 if there was one. Known: what a JSON patch that doesn't fit is said to lack.
 */

import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parse } from "yaml";
import { isObject } from "../../src/machinery/plain.ts";
import { type Ask, clientOf } from "./random-writes.ts";

/** `METHOD PATH` and the body, where a method is also one of the patches, or how long to wait until everyone knows what was written. */
type Step = Readonly<Record<string, unknown>> | { readonly waitMs: number };

const CHANGING: ReadonlySet<string> = new Set([
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "managedFields",
  "lastTransitionTime",
  "continue",
  "deletionTimestamp",
]);
const PATCHES: ReadonlyMap<string, string> = new Map([
  ["PATCH", "application/merge-patch+json"],
  ["JSON-PATCH", "application/json-patch+json"],
  ["STRATEGIC-PATCH", "application/strategic-merge-patch+json"],
  ["APPLY", "application/apply-patch+yaml"],
]);
/** What a decoder minds is told in the words of Go. */
const GO_TYPE = /(cannot be handled as a \w+): .*/s;
/** Kubernetes prints objects and lists under the names of its own source. */
const GO_VALUE = /Invalid value: (?:[[{].*|"\{.*|null): /s;
const [ours = "", theirs = "", only = ""] = process.argv.slice(2);

/** What can't be the same is left out; the rest is in one order. */
function settled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(settled);
  if (!isObject(value))
    return typeof value === "string"
      ? value
          .replace(/selfType\d+/g, "selfType")
          .replace(GO_TYPE, "$1: …")
          .replace(GO_VALUE, "Invalid value: …: ")
      : value;
  const kept = Object.entries(value).filter(([name]) => !CHANGING.has(name));
  const entries = kept.map(([name, member]) => [name, name === "causes" ? sortedCauses(member) : settled(member)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function sortedCauses(causes: unknown): unknown {
  return Array.isArray(causes) ? causes.map((cause) => JSON.stringify(settled(cause))).sort() : causes;
}

async function tell(ask: Ask, steps: readonly Step[]): Promise<string[]> {
  const answers: string[] = [];
  for (const step of steps) {
    if (typeof step.waitMs === "number") {
      await setTimeout(step.waitMs);
      continue;
    }
    const [[asked = "", body] = []] = Object.entries(step);
    const [method = "", path = ""] = asked.split(" ");
    const type = PATCHES.get(method);
    const answer = await (type ? ask("PATCH", path, body, type) : ask(method, path, body));
    const { message, ...rest } = answer.body;
    const told: unknown = isObject(rest.details) && Array.isArray(rest.details.causes) && rest.details.causes.length > 1 ? "…" : message; // It joins the causes as they come.
    answers.push(JSON.stringify([answer.code, settled({ ...rest, ...(told !== undefined && { message: settled(told) }) }), answer.warnings.toSorted()]));
  }
  return answers;
}

let differences = 0;
for (const file of globSync("test/differential/stories/*.yaml").sort()) {
  const story = basename(file, ".yaml");
  if (only !== "" && only !== story) continue;
  const steps: readonly Step[] = parse(readFileSync(file, "utf8"));
  const clients = [ours, theirs].map(clientOf);
  const [mine = [], other = []] = await Promise.all(clients.map(({ ask }) => tell(ask, steps)));
  for (const client of clients) client.close();
  const asked = steps.filter((step) => !("waitMs" in step));
  for (const [i, answer] of mine.entries()) {
    if (answer === other[i]) continue;
    differences++;
    console.log(`── ${story}: ${JSON.stringify(asked[i])}\nours:   ${answer}\ntheirs: ${other[i]}`);
  }
  console.log(`${story}: ${asked.length} compared`);
}
console.log(`${differences} differences`);
process.exit(differences === 0 ? 0 : 1);
