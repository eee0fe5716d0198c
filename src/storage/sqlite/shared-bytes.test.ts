/** Memory that threads share is never used for another object while anyone can read it, writes under way to slow readers included; and it comes back. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { systemClock } from "../../machinery/clock.ts";
import { put } from "../contract/support.ts";
import type { Servable, Store } from "../store.ts";
import { joinStore, sqliteStore } from "./store.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const KEYS = 4;
const CLIENTS = 2;
const READERS = 3;
/** Beyond what a connection's buffers take: most of it waits in the sender's memory. */
const LARGE = 300_000;

interface Client {
  readonly store: Store;
  /** What it knows of each key, until it lets go of it. */
  readonly known: Map<string, Servable>;
}

async function openTwo(t: TestContext): Promise<Client[]> {
  const dir = mkdtempSync(join(tmpdir(), "rampart-store-"));
  const first = await sqliteStore({ file: join(dir, "state.db"), keyFile: join(dir, "sealing.key"), shared: true });
  const stores: Store[] = [first, joinStore(first.ticket(), systemClock)];
  t.after(async () => {
    for (const store of stores.toReversed()) await store.close();
    rmSync(dir, { recursive: true });
  });
  const stop = new AbortController();
  return stores.map((store) => {
    const known = new Map<string, Servable>();
    store.watch({
      prefix: "/",
      from: 1,
      signal: stop.signal,
      onChanges(changes) {
        for (const { key, entry } of changes) {
          if (entry) known.set(key, entry.servable!);
          else known.delete(key);
        }
      },
      onError: (error) => assert.equal(error.name, "StoreClosedError"),
    });
    return { store, known };
  });
}

/** A connection whose reader doesn't read yet. */
async function slowReader(): Promise<{ readonly sender: Socket; whole(): Promise<string> }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : assert.fail("no port");
  const accepted = once(server, "connection");
  const reader = createConnection({ port, host: "127.0.0.1" });
  const [sender] = (await accepted) as [Socket];
  reader.pause();
  server.close();
  return {
    sender,
    async whole() {
      sender.end();
      return Buffer.concat(await reader.toArray()).toString();
    },
  };
}

const key = fc.nat(KEYS - 1).map((n) => `/registry/core/pods/p${n}`);
const client = fc.nat(CLIENTS - 1);
const step = fc.oneof(
  fc.record({ do: fc.constant("write"), key, client, size: fc.constantFrom(10, 4000, LARGE) }),
  fc.record({ do: fc.constant("send"), key, client, reader: fc.nat(READERS - 1) }),
  fc.record({ do: fc.constant("letGo"), key, client }),
  fc.record({ do: fc.constant("delete"), key, client }),
  fc.record({ do: fc.constant("collect") }),
);

test("what arrives is what was sent, in whatever order memory is let go", { timeout: 120_000 }, async (t) => {
  const clients = await openTwo(t);
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const readers = await Promise.all(Array.from({ length: READERS }, slowReader));
      const sent = readers.map(() => "");
      for (const one of steps) {
        if (one.do === "write") {
          const fill = String.fromCharCode(97 + (++serial % 26)).repeat(one.size);
          await clients[one.client]!.store.txn({ if: [], then: [put(one.key, `{"metadata":{"name":"${serial}",\0},"data":"${fill}"}`)] });
        } else if (one.do === "send") {
          const servable = clients[one.client]!.known.get(one.key);
          if (!servable) continue;
          sent[one.reader] += servable.bytes.toString();
          readers[one.reader]!.sender.write(servable.bytes);
        } else if (one.do === "letGo") clients[one.client]!.known.delete(one.key);
        else if (one.do === "delete") await clients[one.client]!.store.txn({ if: [], then: [{ delete: one.key }] });
        else collectGarbage();
      }
      for (const { known } of clients) known.clear();
      collectGarbage();
      for (const one of clients) await one.store.txn({ if: [], then: [put("/registry/core/pods/p0", `{\0}${"!".repeat(LARGE)}`)] });
      for (const [i, reader] of readers.entries()) assert.ok((await reader.whole()) === sent[i], "other bytes arrived than were sent");
    }),
    { numRuns: 25 },
  );
});

test("memory that nobody refers to any more comes back", { timeout: 120_000 }, async (t) => {
  const clients = await openTwo(t);
  const rounds = 300;
  const bytes = 1_000_000;
  const before = process.memoryUsage().rss;
  for (let n = 0; n < rounds; n++) {
    await clients[n % CLIENTS]!.store.txn({ if: [], then: [put(`/registry/core/pods/p${n % KEYS}`, `{"metadata":{\0}}${"x".repeat(bytes)}`)] });
    if (n % 20 === 0) collectGarbage();
  }
  const grown = process.memoryUsage().rss - before;
  assert.ok(grown < (rounds * bytes) / 2, `${grown >> 20} MiB more after ${(rounds * bytes) >> 20} MiB were written`);
});
