/** `/livez`, `/readyz` and `/healthz`: whether the server lives, and for those who may ask, each check by name (k8s.io/apiserver, pkg/server/healthz). */

import type { Call } from "../call.ts";
import { answerText } from "../respond/text.ts";
import { isOpen } from "./open-paths.ts";
import type { HealthSeries } from "./slis.ts";
import type { EndpointRow } from "./table.ts";

export interface HealthCheck {
  readonly name: string;
  /** Which of the three paths ask it. */
  readonly on: readonly HealthPath[];
  /** Throws, or rejects, when something is wrong; clients don't learn what. */
  check(): void | Promise<void>;
  /** Failing is part of starting and stopping: nothing to write in the log. */
  readonly expected?: true;
}

export type HealthPath = "livez" | "readyz" | "healthz";

const METHODS = ["GET", "HEAD", "POST"];

/** @param series note what each check says */
export function healthEndpoints(checks: readonly HealthCheck[], series: HealthSeries): EndpointRow[] {
  const paths: readonly HealthPath[] = ["livez", "readyz", "healthz"];
  return paths.flatMap((path) => {
    const own = checks.filter((check) => check.on.includes(path));
    const single = own.map((check) => ({ path: `/${path}/${check.name}`, methods: METHODS, run: (call: Call) => answerOne(call, path, check, series) }));
    return [{ path: `/${path}`, methods: METHODS, run: (call: Call) => answerAll(call, path, own, series) }, ...single];
  });
}

async function answerAll(call: Call, path: HealthPath, checks: readonly HealthCheck[], series: HealthSeries): Promise<void> {
  const excluded = new Set(call.query.getAll("exclude"));
  const lines: string[] = [];
  let failed = false;
  for (const check of checks) {
    if (excluded.delete(check.name)) lines.push(`[+]${check.name} excluded: ok`);
    else if (await passes(call, path, check, series)) lines.push(`[+]${check.name} ok`);
    else {
      lines.push(`[-]${check.name} failed: reason withheld`);
      failed = true;
    }
  }
  if (excluded.size > 0)
    lines.push(`warn: some health checks cannot be excluded: no matches for ${[...excluded].map((name) => JSON.stringify(name)).join(", ")}`);
  const details = isOpen(call) ? "" : `${lines.join("\n")}\n`;
  if (failed) answerText(call, 500, `${details}${path} check failed\n`);
  else answerText(call, 200, call.query.has("verbose") ? `${details}${path} check passed\n` : "ok");
}

async function answerOne(call: Call, path: HealthPath, check: HealthCheck, series: HealthSeries): Promise<void> {
  if (await passes(call, path, check, series)) answerText(call, 200, "ok");
  else answerText(call, 500, "internal server error: reason withheld\n");
}

async function passes(call: Call, path: HealthPath, check: HealthCheck, series: HealthSeries): Promise<boolean> {
  try {
    await check.check();
    series.note(check.name, path, true);
    return true;
  } catch (error) {
    series.note(check.name, path, false);
    const { log } = call.context.front;
    if (!check.expected) log.warn("a health check failed", { check: check.name, error: String(error) });
    return false;
  }
}
