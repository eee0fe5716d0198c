import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import fc from "fast-check";
import { linkRewriter, rewriteUrl } from "./rewrite-links.ts";

const REWRITING = { prefix: "/api/v1/namespaces/a/pods/b/proxy", hosts: new Set(["10.0.0.1:80", "cluster.example:6443"]) };
const { prefix } = REWRITING;

test("the backend's own links lead through the proxy, and no others", () => {
  const cases: [string, string][] = [
    ["/x", `${prefix}/x`],
    ["/x/?q=1#f", `${prefix}/x/?q=1#f`],
    ["http://10.0.0.1:80/x", `${prefix}/x`],
    ["//cluster.example:6443/x", `${prefix}/x`],
    [`${prefix}/x`, `${prefix}/x`],
    ["http://elsewhere.example/x", "http://elsewhere.example/x"],
    ["x/y", "x/y"],
    ["#f", "#f"],
    ["mailto:a@b", "mailto:a@b"],
    ["", ""],
  ];
  for (const [url, expected] of cases) assert.equal(rewriteUrl(url, REWRITING), expected, url);
});

const PAGE = `<!DOCTYPE html><html><head><link rel=x href="/s.css"><script src='/j.js'></script></head>
<body class="/x"><p title="/no">1 < 2 — é</p><A id="a" HREF = "/up">up</A><img alt="" src="rel.png"><a href="http://else/where">x</a><form action="/go"></form></body>`;
const REWRITTEN = PAGE.replace('"/s.css"', `"${prefix}/s.css"`)
  .replace("'/j.js'", `'${prefix}/j.js'`)
  .replace('"/up"', `"${prefix}/up"`)
  .replace('"/go"', `"${prefix}/go"`);

test("a page is rewritten the same wherever its stream is cut", async () => {
  const bytes = Buffer.from(PAGE);
  const property = fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 10 }), async (cuts) => {
    const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
    const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
    assert.equal(await text(Readable.from(chunks).pipe(linkRewriter(REWRITING))), REWRITTEN);
  });
  await fc.assert(property, { numRuns: 100 });
});
