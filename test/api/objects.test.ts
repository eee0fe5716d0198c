/** Objects over real sockets and the real store: a server that begins again has everything, and watches go on where they were. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:https";
import { test } from "node:test";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { sqliteStore } from "../../src/storage/sqlite/store.ts";
import { type RawAnswer, send } from "../support/https.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

class Admin {
  readonly #raw: Parameters<typeof send>[0];
  constructor(cluster: ControlPlane) {
    this.#raw = { url: cluster.url, ca: cluster.ca, identity: cluster.identity("admin", ["system:masters"]) };
  }
  send(method: string, path: string, body?: unknown, type = "application/json"): Promise<RawAnswer> {
    return send(this.#raw, method, path, body === undefined ? {} : { "content-type": type }, body === undefined ? undefined : JSON.stringify(body));
  }
  /** Watches until `count` events have come. @returns `TYPE NAME` of each */
  async watch(path: string, count: number): Promise<string[]> {
    const { url, ca, identity } = this.#raw;
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, ca, cert: identity!.cert, key: identity!.key, path, agent: false });
    sent.end();
    const [response] = await once(sent, "response");
    assert.equal(response.statusCode, 200);
    const events: string[] = [];
    let rest = "";
    for await (const chunk of response) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const { type, object } = JSON.parse(line);
        events.push(`${type} ${object.metadata.name}`);
      }
      if (events.length >= count) break;
    }
    sent.destroy();
    return events;
  }
}

test("a server that begins again has every object, allocation and version, and a watch goes on where it was", async (t) => {
  const directory = await temporaryDirectory(t);
  const open = () => sqliteStore({ file: `${directory}/state.db`, keyFile: `${directory}/key` });
  let resume = "";
  let address = "";
  {
    await using cluster = await startControlPlane({ store: await open() });
    const admin = new Admin(cluster);
    for (const name of ["a", "b", "c"]) assert.equal((await admin.send("POST", MAPS, { metadata: { name }, data: { of: name } })).code, 201);
    resume = (await admin.send("GET", `${MAPS}/a`)).json().metadata.resourceVersion;
    await admin.send("DELETE", `${MAPS}/b`);
    await admin.send("PATCH", `${MAPS}/c`, { data: { more: "x" } }, "application/merge-patch+json");
    address = (await admin.send("POST", "/api/v1/namespaces/default/services", { metadata: { name: "s" }, spec: { ports: [{ port: 80 }] } })).json().spec
      .clusterIP;
  }
  await using cluster = await startControlPlane({ store: await open() });
  const admin = new Admin(cluster);
  const list = (await admin.send("GET", MAPS)).json();
  assert.deepEqual(
    list.items.map(({ metadata, data }: { metadata: { name: string }; data: unknown }) => [metadata.name, data]),
    [
      ["a", { of: "a" }],
      ["c", { of: "c", more: "x" }],
    ],
  );
  assert.deepEqual(await admin.watch(`${MAPS}?watch=1&resourceVersion=${resume}`, 4), ["ADDED b", "ADDED c", "DELETED b", "MODIFIED c"]);
  const taken = await admin.send("POST", "/api/v1/namespaces/default/services", {
    metadata: { name: "t" },
    spec: { clusterIP: address, ports: [{ port: 80 }] },
  });
  assert.equal(taken.code, 422);
  assert.match(taken.json().message, /provided IP is already allocated/);
});

test("writers that meet on one object lose nothing", async () => {
  await using cluster = await startControlPlane();
  const admin = new Admin(cluster);
  await admin.send("POST", MAPS, { metadata: { name: "a" } });
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, i) => admin.send("PATCH", `${MAPS}/a`, { data: { [`k${i}`]: "v" } }, "application/merge-patch+json")),
  );
  assert.deepEqual(
    answers.filter(({ code }) => code !== 200).map(({ text }) => text),
    [],
  );
  assert.equal(Object.keys((await admin.send("GET", `${MAPS}/a`)).json().data).length, 24);
});
