import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../../test/support/until.ts";
import { type ControlPlane, startControlPlane } from "../cli/control-plane.ts";
import { createDialer, PURPOSES } from "../machinery/dialer.ts";
import { Transport } from "./transport.ts";

/** A transport, and how many connections it has opened. */
function transportOf(cluster: ControlPlane, token?: () => string): { transport: Transport; opened: () => number } {
  const dialer = createDialer();
  const target = { purpose: PURPOSES.apiserver, host: "127.0.0.1", port: Number(new URL(cluster.url).port) };
  let opened = 0;
  const transport = new Transport({
    open: () => {
      opened++;
      return dialer.http2(target, { ca: cluster.ca, ...(token ? {} : cluster.identity("admin", ["system:masters"])), alpn: ["h2"] });
    },
    ...(token && { token }),
    userAgent: "test",
  });
  return { transport, opened: () => opened };
}

const get = (path: string) => ({ method: "GET", path });

test("requests share one connection, and one that broke is opened again", async () => {
  await using cluster = await startControlPlane();
  const { transport, opened } = transportOf(cluster);
  const answers = await Promise.all(Array.from({ length: 20 }, () => transport.request(get("/version"))));
  assert.deepEqual(new Set(answers.map(({ code }) => code)), new Set([200]));
  assert.equal(opened(), 1);
  transport.renew();
  assert.equal((await transport.request(get("/api/v1/namespaces/none"))).code, 404, "an answer of 400 and above is an answer");
  assert.equal(opened(), 2);
  await transport.close();
  await assert.rejects(transport.request(get("/version")), /the client is closed/);
});

test("a token is asked for anew for each request", async () => {
  await using cluster = await startControlPlane();
  const tokens = ["one", "two"];
  const asked: string[] = [];
  const { transport } = transportOf(cluster, () => {
    asked.push(tokens[asked.length] ?? "none");
    return asked.at(-1) ?? "";
  });
  for (const _ of tokens) assert.equal((await transport.request(get("/version"))).code, 401);
  assert.deepEqual(asked, tokens);
  await transport.close();
});

test("a watch is read line by line until its reader has enough or throws; a refusal is an error", async () => {
  await using cluster = await startControlPlane();
  const { transport } = transportOf(cluster);
  const stopping = new AbortController();
  const fail = (code: number, text: string): Error => new Error(`${code} ${text}`);
  const types: string[] = [];
  const path = "/api/v1/namespaces?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
  const reading = transport.lines({ path, signal: stopping.signal, fail }, (line) => types.push(JSON.parse(line).type));
  await until("a bookmark", async () => types.includes("BOOKMARK"));
  stopping.abort();
  await reading;
  assert.deepEqual(new Set(types), new Set(["ADDED", "BOOKMARK"]));
  const { signal } = new AbortController();
  await assert.rejects(
    transport.lines({ path, signal, fail }, () => {
      throw new Error("enough");
    }),
    /enough/,
  );
  await assert.rejects(
    transport.lines({ path: "/api/v1/none?watch=1", signal, fail }, () => {}),
    /^Error: 404 /,
  );
  await transport.close();
});

test("a server that is gone is told as an error, at once", async () => {
  const cluster = await startControlPlane();
  const { transport } = transportOf(cluster);
  await transport.request(get("/version"));
  await cluster.close();
  await assert.rejects(transport.request(get("/version")));
  await transport.close();
});
