/**
 * Holds the OpenAPI documents to what they were when they equalled kube-apiserver's (test/differential/openapi.ts compares them with recorded ones).
 * After a deliberate change: compare again, then `UPDATE_GOLDEN=1 node --test test/api/openapi.test.ts`.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { schema } from "../../src/api/schemas.ts";
import { resources } from "../../src/api/tables/index.ts";
import { ServedOpenApi } from "../../src/machinery/openapi/served.ts";

const GOLDEN = new URL("openapi.golden.json", import.meta.url);

/** Members by name, prose left out: a description is prose, except where it is the name of a property. */
function facts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(facts);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([key, member]) => key !== "description" || typeof member !== "string");
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, facts(member)]));
}

test("every document says what kube-apiserver's says", async () => {
  const served = new ServedOpenApi({ rows: resources, resolve: schema });
  const index = JSON.parse(Buffer.from(await served.index()).toString()) as { paths: Record<string, { serverRelativeURL: string }> };
  const summary: Record<string, string> = {};
  for (const [path, { serverRelativeURL }] of Object.entries(index.paths)) {
    const { bytes, hash } = (await served.document(path)) ?? assert.fail(path);
    assert.equal(serverRelativeURL, `/openapi/v3/${path}?hash=${hash}`);
    const document = JSON.parse(Buffer.from(await bytes()).toString()) as { paths: Record<string, object>; components: { schemas?: object } };
    const digest = createHash("sha256")
      .update(JSON.stringify(facts(document)))
      .digest("hex")
      .slice(0, 16);
    summary[path] = `${Object.keys(document.paths).length} paths, ${Object.keys(document.components.schemas ?? {}).length} schemas, ${digest}`;
  }
  const swagger = await served.swagger();
  const { paths, definitions, parameters } = JSON.parse(Buffer.from(await swagger.bytes()).toString()) as Record<string, object>;
  const digest = createHash("sha256")
    .update(JSON.stringify(facts({ paths, definitions, parameters })))
    .digest("hex");
  summary.v2 = `${Object.keys(paths ?? {}).length} paths, ${Object.keys(definitions ?? {}).length} definitions, ${digest.slice(0, 16)}`;
  if (process.env.UPDATE_GOLDEN) writeFileSync(GOLDEN, `${JSON.stringify(summary, undefined, 2)}\n`);
  assert.deepEqual(summary, JSON.parse(readFileSync(GOLDEN, "utf8")));
  assert.equal(served.document("apis/nope/v1"), undefined);
  // What changes nothing for a document builds none anew.
  const later = new ServedOpenApi({ rows: resources.filter(({ group }) => group !== "batch"), resolve: schema }, served);
  assert.equal(await later.document("apis/apps/v1"), await served.document("apis/apps/v1"));
  assert.equal(later.document("apis/batch/v1"), undefined);
});
