/**
 * Compares our OpenAPI documents with recorded ones, prose left out.
 *
 *     node test/differential/openapi.ts FOLDER [V2]
 *
 * FOLDER has one file a document of v3, named by its path (`apis_apps_v1.json`), as kube-apiserver served it; V2 is its `/openapi/v2`. Prints each
 * difference and ends with 1 if there was one.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { schema } from "../../src/api/schemas.ts";
import { resources } from "../../src/api/tables/index.ts";
import { ServedOpenApi } from "../../src/machinery/openapi/served.ts";

const [, , folder, v2] = process.argv;
assert(folder, "usage: openapi.ts FOLDER [V2]");
let differences = 0;

/** Prints where two values differ, by path; lists of required names and kinds count as sets. */
function compare(at: string, ours: unknown, theirs: unknown): void {
  if (typeof ours === "object" && ours !== null && typeof theirs === "object" && theirs !== null && Array.isArray(ours) === Array.isArray(theirs)) {
    const [a, b] = [ours as Record<string, unknown>, theirs as Record<string, unknown>];
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      // A description is prose, except where it is the name of a property.
      if (key === "description" && typeof (a[key] ?? b[key]) === "string") continue;
      compare(`${at}/${key}`, a[key], b[key]);
    }
  } else if (ours !== theirs) {
    differences++;
    if (differences <= 200) console.log(`${at}\n  ours:   ${JSON.stringify(ours)?.slice(0, 200)}\n  theirs: ${JSON.stringify(theirs)?.slice(0, 200)}`);
  }
}

/** Shared parameters are named by a hash that covers their prose: they are compared where they are used. */
function compareSwagger(ours: string, theirs: string): void {
  const [a, b] = [ours, theirs].map((text) => {
    const { parameters, ...document } = JSON.parse(text);
    return JSON.parse(JSON.stringify(document), (_key, value) =>
      typeof value?.$ref === "string" && value.$ref.startsWith("#/parameters/") ? parameters[value.$ref.slice("#/parameters/".length)] : value,
    );
  });
  compare("v2", a, b);
}

const served = new ServedOpenApi({ rows: resources, resolve: schema });
const started = performance.now();
const index = JSON.parse(Buffer.from(await served.index()).toString()) as { paths: Record<string, object> };
console.log(`built in ${Math.round(performance.now() - started)} ms`);
const recorded = readdirSync(folder).filter((name) => name.endsWith(".json"));
for (const file of recorded) {
  const path = Object.keys(index.paths).find((one) => `${one.replaceAll("/", "_")}.json` === file);
  const document = path === undefined ? undefined : await served.document(path);
  compare(
    file.replace(".json", ""),
    document && JSON.parse(Buffer.from(await document.bytes()).toString()),
    JSON.parse(readFileSync(`${folder}/${file}`, "utf8")),
  );
}
assert(recorded.length > 20, "too few documents");
if (v2 !== undefined) compareSwagger(Buffer.from(await (await served.swagger()).bytes()).toString(), readFileSync(v2, "utf8"));
compare("index", Object.keys(index.paths).length, recorded.length);
console.log(`${recorded.length} documents, ${differences} differences`);
process.exitCode = differences > 0 ? 1 : 0;
