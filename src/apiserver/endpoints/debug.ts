/** `/debug`: where the processor's time and the memory go, and how much is logged. Only for those whose role names these paths. */

import { Session } from "node:inspector/promises";
import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import type { Log } from "../../machinery/log.ts";
import { badRequest } from "../../machinery/status/status-error.ts";
import type { Call } from "../call.ts";
import { PlainError } from "../plain-error.ts";
import { answerHeaders } from "../respond/headers.ts";
import { answerJson } from "../respond/text.ts";
import type { EndpointRow } from "./table.ts";

const DEFAULT_SECONDS = 30;
const MAX_SECONDS = 300;
/** From this verbosity on everything is logged. */
const DEBUG_VERBOSITY = 4;
const ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const INDEX = "/debug/pprof/";

export function debugEndpoints(log: Log, after: (delayMs: number, callback: () => void) => void): EndpointRow[] {
  let profiling = false;

  async function profile(call: Call): Promise<void> {
    const seconds = secondsOf(call);
    if (profiling) throw new PlainError(500, "Could not enable CPU profiling: cpu profiling already in use");
    profiling = true;
    const session = new Session();
    try {
      session.connect();
      await session.post("Profiler.enable");
      await session.post("Profiler.start");
      await new Promise<void>((resolve) => {
        after(seconds * 1000, resolve);
        call.exchange.signal.addEventListener("abort", () => resolve(), { once: true });
      });
      const { profile: taken } = await session.post("Profiler.stop");
      download(call, "profile.cpuprofile", JSON.stringify(taken));
    } finally {
      profiling = false;
      session.disconnect();
    }
  }

  return [
    { path: INDEX, methods: ["GET"], run: index },
    { path: "/debug/pprof/profile", methods: ["GET"], run: profile },
    {
      path: "/debug/pprof/heap",
      methods: ["GET"],
      run: (call) =>
        answerJson(call, { memory: process.memoryUsage(), heap: getHeapStatistics(), spaces: getHeapSpaceStatistics(), resources: process.resourceUsage() }),
    },
    {
      path: "/debug/pprof/cmdline",
      methods: ["GET"],
      run: (call) => call.exchange.answer(200, text(call), Buffer.from(process.argv.join("\0"))),
    },
    { path: "/debug/flags/v", methods: ANY_METHOD, run: (call) => setVerbosity(call, log) },
  ];
}

function index(call: Call): void {
  const lines = [
    "profile?seconds=30: a CPU profile for V8's tools (Chrome DevTools, cpupro)",
    "heap: what the heap is made of",
    "cmdline: how the process was started",
  ];
  call.exchange.answer(200, text(call), Buffer.from(`${INDEX}\n\n${lines.join("\n")}\n`));
}

async function setVerbosity(call: Call, log: Log): Promise<void> {
  if (call.exchange.method !== "PUT") throw new PlainError(406, "unsupported http method");
  const value = (await call.exchange.body(64)).toString();
  if (!/^\d{1,9}$/.test(value)) throw new PlainError(400, `strconv.ParseUint: parsing ${JSON.stringify(value)}: invalid syntax`);
  log.setLevel?.(Number(value) >= DEBUG_VERBOSITY ? "debug" : "info");
  call.exchange.answer(200, text(call), Buffer.from(`successfully set klog.logging.verbosity to ${value}`));
}

function secondsOf(call: Call): number {
  const asked = call.query.get("seconds");
  if (asked === null || asked === "") return DEFAULT_SECONDS;
  const seconds = Number(asked);
  if (!(seconds > 0 && seconds <= MAX_SECONDS)) throw badRequest(`seconds must be a number above 0 and not above ${MAX_SECONDS}`);
  return seconds;
}

function text(call: Call): Record<string, string | readonly string[]> {
  return { ...answerHeaders(call, "text/plain; charset=utf-8"), "x-content-type-options": "nosniff" };
}

function download(call: Call, name: string, body: string): void {
  const headers = answerHeaders(call, "application/json");
  headers["content-disposition"] = `attachment; filename="${name}"`;
  call.exchange.answer(200, headers, Buffer.from(body));
}
