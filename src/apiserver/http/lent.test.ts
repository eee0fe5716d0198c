/** Lent memory is only used again once nobody reads it: real clients that read slowly, break off or hang up are never shown another answer's bytes. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { request as requestHttp1 } from "node:https";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { newAuthority, newIdentity } from "../../machinery/certificates/issue.ts";
import { systemClock } from "../../machinery/clock.ts";
import { giveBack, isLent, LENT_BYTES, lend, packed } from "./lent.ts";
import { listen } from "./listener.ts";

const HOUR_MS = 3_600_000;
const CHUNKS = 5;
const ANSWERS = 120;

test("memory that was given back is lent again, and only once", () => {
  const first = lend(100);
  assert.equal(first.length, 100);
  giveBack(first);
  giveBack(first);
  const second = lend(50);
  const third = lend(LENT_BYTES);
  assert.equal(second.buffer, first.buffer);
  assert.notEqual(third.buffer, first.buffer);
  assert.equal(isLent(lend(LENT_BYTES + 1)), false, "what is larger is not lent");
  giveBack(second);
  giveBack(third);
});

test("parts are packed as full as may be, those that belong together into one piece", () => {
  const groups = [
    [Buffer.from("a"), Buffer.from("b")],
    [Buffer.alloc(LENT_BYTES - 3, "c")],
    [Buffer.from("d"), Buffer.from("e")],
    [Buffer.alloc(LENT_BYTES + 1, "f")],
  ];
  const next = packed(() => groups.shift());
  const pieces: string[] = [];
  for (let piece = next(); piece; piece = next()) pieces.push(piece.toString());
  assert.deepEqual(pieces, [`ab${"c".repeat(LENT_BYTES - 3)}`, "de", "f".repeat(LENT_BYTES + 1)]);
});

test("an answer's bytes are its own, however its reader and others behave", async () => {
  const now = Date.now();
  const authority = newAuthority({ commonName: "door", lifetimeMs: HOUR_MS, now });
  const server = newIdentity(authority, {
    subject: { commonName: "server" },
    names: { ips: ["127.0.0.1"] },
    usages: ["server auth"],
    lifetimeMs: HOUR_MS,
    now,
  });
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    certificate: server.cert,
    key: server.key,
    clock: systemClock,
    handle(exchange) {
      let left = CHUNKS;
      exchange.answerFrom(200, {}, () => (left-- > 0 ? lend(LENT_BYTES - 1).fill(Number(exchange.target.slice(1))) : undefined));
    },
  });
  const sessions = [1, 2, 3].map(() => connectHttp2(`https://127.0.0.1:${listener.port}`, { ca: authority.cert, settings: { initialWindowSize: 1 << 20 } }));

  async function read(mark: number): Promise<void> {
    const manner = mark % 4; // Reads all, reads slowly, breaks off, or (over HTTP/1.1) hangs up.
    let taken = 0;
    const source = manner === 3 || mark % 7 === 0 ? await overHttp1(mark) : sessions[mark % sessions.length]!.request({ ":path": `/${mark}` });
    source.on("error", () => {});
    for await (const chunk of source) {
      assert.ok((chunk as Buffer).equals(Buffer.alloc(chunk.length, mark)), `answer ${mark} shows bytes of another`);
      taken += (chunk as Buffer).length;
      if (manner === 1) await sleep(mark % 5);
      if (manner >= 2 && taken > LENT_BYTES / 2) return void source.destroy();
    }
    assert.equal(taken, CHUNKS * (LENT_BYTES - 1));
  }
  async function overHttp1(mark: number) {
    const request = requestHttp1({ host: "127.0.0.1", port: listener.port, ca: authority.cert, path: `/${mark}`, agent: false }).end();
    const [response] = await once(request, "response");
    return response;
  }

  try {
    const marks = Array.from({ length: ANSWERS }, (_, index) => 1 + index);
    for (let at = 0; at < marks.length; at += 24) await Promise.all(marks.slice(at, at + 24).map(read));
  } finally {
    for (const session of sessions) session.destroy();
    await listener.close(0);
  }
});
