/**
 * Writes good and bad objects of many kinds to two servers, ours and a real kube-apiserver, and compares the answers and how `kubectl get` shows
 * what was written.
 *
 *     node test/differential/rules.ts OUR_KUBECONFIG THEIR_KUBECONFIG [GROUP]
 *
 * Compares codes, causes, warnings and whole objects, what can't be the same aside: times, UIDs, versions, and values in messages, which
 * Kubernetes prints under the names of its own source. Prints each difference and ends with 1 if there was one. A few are known: an APIService's
 * and a flow schema's status, which a controller of Kubernetes' own sets at once, the finalizer of admission at a volume attributes
 * class, and the word `(default)` at a storage class that is asked for by name.
 */

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parse } from "yaml";
import { newAuthority, newIdentity } from "../../src/machinery/certificates/issue.ts";
import { newKeyPair } from "../../src/machinery/certificates/keys.ts";
import { newRequest } from "../../src/machinery/certificates/request.ts";
import { isObject } from "../../src/machinery/plain.ts";
import { type Answer, type Ask, clientOf } from "./random-writes.ts";

/** Verbs: `create`, `update [SUBRESOURCE]`, `patch [strategic] NAME[/SUBRESOURCE]`, `get`, `list`. */
interface Case {
  readonly path: string;
  readonly steps: readonly Readonly<Record<string, unknown>>[];
}

const TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1";
const CHANGING: ReadonlySet<string> = new Set([
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "deletionTimestamp",
  "managedFields",
  "controller-uid",
  "batch.kubernetes.io/controller-uid",
  "authentication.kubernetes.io/credential-id",
]);

const [ours, theirs, group = "*"] = process.argv.slice(2);
assert(ours && theirs, "usage: rules.ts OUR_KUBECONFIG THEIR_KUBECONFIG [GROUP]");
const clients = [clientOf(ours), clientOf(theirs)] as const;
const values = certificates();
let compared = 0;
let differences = 0;

/** Words in the cases that stand for something that must be made. */
function certificates(): ReadonlyMap<string, string> {
  const authority = newAuthority({ commonName: "ca", lifetimeMs: 3_600_000, now: Date.now() });
  const leaf = newIdentity(authority, { subject: { commonName: "leaf" }, lifetimeMs: 3_600_000, now: Date.now(), usages: ["client auth"] }).cert;
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return new Map([
    ["$REQUEST", base64(newRequest(newKeyPair(), { commonName: "c", organizations: ["o"] }))],
    ["$REQUEST_DER", newRequest(newKeyPair(), { commonName: "" }).split("-----")[2]!.replaceAll("\n", "")],
    ["$AUTHORITY", authority.cert],
    ["$AUTHORITY_TWICE", authority.cert + authority.cert],
    ["$LEAF", leaf],
    ["$LEAF_BASE64", base64(leaf)],
    ["$LEAVES_BASE64", base64(leaf + leaf)],
  ]);
}

function filledIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filledIn);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filledIn(member)]));
  if (typeof value !== "string" || !value.startsWith("$")) return value;
  const [, letter, count] = /^\$REPEAT_(.)_(\d+)$/.exec(value) ?? [];
  return letter ? letter.repeat(Number(count)) : (values.get(value) ?? value);
}

/** What no two servers share. */
function normal(value: unknown, key = ""): unknown {
  if (CHANGING.has(key)) return value === undefined ? value : "…";
  if (Array.isArray(value)) {
    const items = value.map((item) => normal(item));
    return key === "causes" ? items.map((item) => JSON.stringify(item)).sort() : items;
  }
  if (!isObject(value)) return key === "message" && typeof value === "string" ? withoutValues(value) : value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, name === "message" && value.kind === "Status" ? "…" : normal(value[name], name)]));
}

/** Structs stand in messages under the names of Kubernetes' source. */
function withoutValues(message: string): string {
  return message.replace(/value: [{[].*[}\]]: /s, "value: …: ").replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "…");
}

/** Columns, and cells without ages. */
function table({ code, body }: Answer): unknown {
  if (code !== 200) return code;
  const definitions = (body.columnDefinitions ?? []) as { name: string; type: string; format: string; priority: number }[];
  const rows = (body.rows ?? []) as { cells: unknown[] }[];
  const cell = (value: unknown) => (typeof value === "string" && /^\d+[sm]\d*s?$|^\d{4}-|[0-9a-f]{8}-[0-9a-f]{4}/.test(value) ? "…" : value);
  return {
    columns: definitions.map(({ name, type, format, priority }) => `${name} ${type} ${format} ${priority}`),
    rows: rows.map(({ cells }) => cells.slice(0, definitions.length).map(cell)),
  };
}

function compare(what: string, sent: unknown, left: unknown, right: unknown): void {
  compared++;
  const [a, b] = [JSON.stringify(left), JSON.stringify(right)];
  if (a === b) return;
  differences++;
  console.log(`── ${what}\nsent:   ${JSON.stringify(sent)}\nours:   ${a}\ntheirs: ${b}`);
}

async function both(method: string, path: string, document?: unknown, type?: string): Promise<void> {
  const [left, right] = await Promise.all(clients.map(({ ask }) => ask(method, path, document, type)));
  const seen = (answer: Answer | undefined) => [answer?.code, normal(answer?.body), answer?.warnings.toSorted()];
  compare(`${method} ${path}`, document, seen(left), seen(right));
}

/** @returns the name of what the step may have made */
async function take(path: string, step: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  const [[text = "", sent] = []] = Object.entries(step);
  const [verb, ...words] = text.split(" ");
  const document = filledIn(sent);
  const name = isObject(document) && isObject(document.metadata) ? String(document.metadata.name) : "";
  if (verb === "create") await both("POST", path, document);
  else if (verb === "update") await both("PUT", [path, name, ...words].join("/"), document);
  else if (verb === "get") await both("GET", `${path}/${document}`);
  else if (verb === "list") await both("GET", `${path}?${document}`);
  else {
    assert.equal(verb, "patch", text);
    const type = words.length > 1 ? "application/strategic-merge-patch+json" : "application/merge-patch+json";
    await both("PATCH", `${path}/${words.at(-1)}`, document, type);
    return undefined;
  }
  return name || undefined;
}

/** Deletes what may have finalizers that no controller here clears. */
async function forget(ask: Ask, path: string): Promise<void> {
  await ask("PATCH", path, { metadata: { finalizers: null } }, "application/merge-patch+json");
  await ask("DELETE", path, { propagationPolicy: "Background" });
}

async function run({ path, steps }: Case): Promise<void> {
  const names = new Set<string>();
  for (const step of steps) {
    const name = await take(path, step);
    if (name) names.add(name);
  }
  for (const name of names) {
    if (name.includes("/")) continue; // No such object can be.
    const at = `${path}/${encodeURIComponent(name)}`;
    const [left, right] = await Promise.all(clients.map(({ ask }) => ask("GET", at, undefined, undefined, TABLE)));
    compare(`table ${at}`, undefined, left && table(left), right && table(right));
    for (const { ask } of clients) await forget(ask, at);
  }
}

const open = { metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } } };
for (const { ask } of clients) await ask("PATCH", "/api/v1/namespaces/default", open, "application/merge-patch+json");
for (const file of globSync(`${import.meta.dirname}/cases/${group}.yaml`).sort()) {
  console.log(`# ${basename(file, ".yaml")}`);
  for (const one of parse(readFileSync(file, "utf8")) as Case[]) await run(one);
}
for (const { close } of clients) close();
console.log(`${compared} compared, ${differences} differences`);
process.exitCode = differences > 0 ? 1 : 0;
