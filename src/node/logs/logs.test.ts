import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../machinery/clock.ts";
import { parseLogLine } from "./log-line.ts";
import { type LogOptions, readLog } from "./read-log.ts";

let folder = "";
before(() => {
  folder = mkdtempSync("/tmp/rampart-logs-");
});
after(() => rmSync(folder, { recursive: true }));

const at = (second: number) => `2026-01-01T00:00:0${second}.000000000Z`;
const lines = [`${at(1)} stdout F one`, `${at(2)} stderr F two`, `${at(3)} stdout P thr`, `${at(3)} stdout F ee`, `${at(4)} stdout F `]
  .map((line) => `${line}\n`)
  .join("");

function source(path: string, isRunning: () => boolean = () => false) {
  return { path, clock: systemClock, signal: AbortSignal.timeout(10_000), isRunning: async () => isRunning() };
}
async function read(path: string, options: Partial<LogOptions> = {}): Promise<string> {
  const chunks = await Array.fromAsync(readLog(source(path), { follow: false, timestamps: false, ...options }));
  return Buffer.concat(chunks).toString();
}

test("a line is taken apart, with its newline unless it goes on", () => {
  assert.deepEqual(parseLogLine(Buffer.from(`${at(1)} stderr F a b`)), { time: at(1), stream: "stderr", text: Buffer.from("a b\n") });
  assert.deepEqual(parseLogLine(Buffer.from(`${at(1)} stdout P a`))?.text, Buffer.from("a"));
  assert.deepEqual(parseLogLine(Buffer.from(`${at(1)} stdout F`))?.text, Buffer.from("\n"));
  assert.equal(parseLogLine(Buffer.from("nonsense")), undefined);
  assert.equal(parseLogLine(Buffer.from("a b F c")), undefined);
});

test("a log is read whole, from its end, from a time on, up to a size, by stream, with times", async () => {
  const path = `${folder}/plain`;
  writeFileSync(path, lines);
  assert.equal(await read(path), "one\ntwo\nthree\n\n");
  assert.equal(await read(path, { tailLines: 1 }), "\n");
  assert.equal(await read(path, { tailLines: 3 }), "three\n\n");
  assert.equal(await read(path, { tailLines: 0 }), "");
  assert.equal(await read(path, { tailLines: 99 }), "one\ntwo\nthree\n\n");
  assert.equal(await read(path, { sinceMs: Date.parse(at(3)) }), "three\n\n");
  assert.equal(await read(path, { limitBytes: 5 }), "one\nt");
  assert.equal(await read(path, { stream: "stderr" }), "two\n");
  assert.equal(await read(path, { timestamps: true, tailLines: 5, limitBytes: 35 }), `${at(1)} one\n`);
});

test("the last lines are as many as were asked for, whatever is written meanwhile", async () => {
  const path = `${folder}/busy`;
  writeFileSync(path, lines);
  const reader = readLog(source(path), { follow: false, timestamps: false, tailLines: 2 });
  const first = await reader.next();
  appendFileSync(path, `${at(5)} stdout F five\n`);
  const rest = await Array.fromAsync(reader);
  assert.equal(Buffer.concat([first.value ?? Buffer.alloc(0), ...rest]).toString(), "ee\n\n");
});

test("the end of a long log is found across blocks", async () => {
  const path = `${folder}/long`;
  writeFileSync(path, Array.from({ length: 5000 }, (_, index) => `${at(1)} stdout F ${index} ${"x".repeat(40)}\n`).join(""));
  assert.match(await read(path, { tailLines: 3000 }), /^2000 /);
});

test("a log is followed through its rotation until the container ends, and nothing of its last words is lost", async () => {
  const path = `${folder}/live`;
  writeFileSync(path, `${at(1)} stdout F a\n`);
  let running = true;
  const seen: string[] = [];
  const done = (async () => {
    for await (const chunk of readLog(
      source(path, () => running),
      { follow: true, timestamps: false },
    ))
      seen.push(chunk.toString());
  })();
  await sleep(300);
  appendFileSync(path, `${at(2)} stdout F b\n`);
  await sleep(500);
  renameSync(path, `${path}.1`);
  writeFileSync(path, `${at(3)} stdout F c\n`);
  await sleep(500);
  running = false;
  appendFileSync(path, `${at(4)} stdout F d\n`);
  await done;
  assert.deepEqual(seen, ["a\n", "b\n", "c\n", "d\n"]);
});
