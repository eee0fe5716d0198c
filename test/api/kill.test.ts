/** The API server, every other time with two instances, is killed in the middle of a write load, fifty times: what it acknowledged is there when it is back. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigMap } from "../../src/api/resources.ts";
import type { ConfigMap as ConfigMapObject } from "../../src/api/tables/core-v1.ts";
import type { Client } from "../../src/client/client.ts";
import { connect } from "../../src/client/connect.ts";
import { serverFiles } from "../support/server-process.ts";

const ROUNDS = 50;
const WRITERS = 8;
/** The kill comes at any moment of a burst, also before its first answer. */
const KILL_WITHIN_MS = 150;

test("what the API server acknowledged survives kill -9, fifty times", { timeout: 400_000 }, async (t) => {
  const files = await serverFiles(t);
  const admin = files.identity("admin", ["system:masters"]);
  const access = { server: files.url, ca: files.ca, certificate: () => admin };

  /** Name → what was written, of every write that was answered. */
  const acknowledged = new Map<string, string>();
  let serial = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const server = await files.start({ instances: 1 + (round % 2) });
    const client = connect({ access, component: "kill-test" });
    try {
      const { items } = await client.list(ConfigMap, "default");
      const there = new Map(items.map((item) => [item.metadata.name, item.data?.n]));
      for (const [name, value] of acknowledged) assert.equal(there.get(name), value, `${name} was acknowledged before kill ${round}`);
      if (round === ROUNDS) break;
      const writing = Promise.all(Array.from({ length: WRITERS }, () => writeUntilItFails(client)));
      await sleep(Math.random() * KILL_WITHIN_MS);
      server.kill("SIGKILL");
      await once(server, "exit");
      await writing;
    } finally {
      server.kill("SIGKILL");
      await client.transport.close();
    }
  }
  assert.ok(acknowledged.size > ROUNDS, `only ${acknowledged.size} writes were acknowledged`);
  t.diagnostic(`${acknowledged.size} acknowledged writes over ${ROUNDS} kills`);

  async function writeUntilItFails(client: Client): Promise<void> {
    for (;;) {
      const name = `w-${serial++}`;
      const object: ConfigMapObject = { metadata: { name, namespace: "default" }, data: { n: String(serial) } };
      try {
        await client.create(ConfigMap, object);
      } catch {
        return;
      }
      acknowledged.set(name, object.data?.n ?? "");
    }
  }
});
