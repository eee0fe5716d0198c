/** `rampart verify`: attacks a live cluster with every drill and prints what came of it, by threat. */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { readKubeconfig } from "../../client/kubeconfig.ts";
import type { Drill } from "../../drills/drill.ts";
import { type Cluster, type Result, runDrill } from "../../drills/harness.ts";
import { drills } from "../../drills/index.ts";
import { threats } from "../../drills/threats.ts";
import { createDialer } from "../../machinery/dialer.ts";
import { systemRandom } from "../../machinery/random.ts";
import { layoutOf } from "../cluster/layout.ts";
import { drillMachine } from "../machine/drill-machine.ts";
import { runningState } from "../processes/state.ts";
import { UserError } from "../user-error.ts";

export interface VerifyOptions {
  readonly data: string;
  /** Another cluster's administrator: the same attacks, but for those that need its machine. */
  readonly kubeconfig: string | undefined;
  readonly only: readonly string[];
  readonly json: boolean;
}

const SIGNS = { passed: "✓", failed: "✗", skipped: "–" } as const;
/** A drill that fails in many ways is told by the first few. */
const REASONS_SHOWN = 8;

export async function verify(options: VerifyOptions): Promise<void> {
  const chosen = choose(options.only);
  const { cluster, remark } = clusterOf(options);
  const results: Result[] = [];
  let threat = 0;
  if (remark && !options.json) process.stdout.write(`${remark}\n`);
  for (const drill of chosen) {
    const result = await runDrill(drill, cluster);
    results.push(result);
    if (options.json) continue;
    if (drill.threat !== threat) process.stdout.write(`\nThreat ${drill.threat}: ${threats[drill.threat]}\n`);
    threat = drill.threat;
    process.stdout.write(lines(result));
  }
  const count = (outcome: Result["outcome"]): number => results.filter((one) => one.outcome === outcome).length;
  if (options.json) process.stdout.write(`${JSON.stringify({ drills: results.map(row) }, null, 2)}\n`);
  else process.stdout.write(`\n${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped\n`);
  if (count("failed") > 0) process.exitCode = 1;
}

function choose(ids: readonly string[]): Drill[] {
  const unknown = ids.filter((id) => !drills.some((drill) => drill.id === id));
  if (unknown.length > 0) throw new UserError(`There is no drill ${unknown.join(", ")}. There are ${drills.map(({ id }) => id).join(", ")}.`);
  return drills.filter(({ id }) => ids.length === 0 || ids.includes(id));
}

function clusterOf({ data, kubeconfig }: VerifyOptions): { cluster: Cluster; remark: string } {
  const layout = layoutOf(resolve(data));
  const file = kubeconfig === undefined ? layout.adminKubeconfig : resolve(kubeconfig);
  if (!existsSync(file)) throw new UserError(`There is no kubeconfig ${file}. \`./rampart up\` makes a cluster; --kubeconfig names another one's.`);
  const reach = { access: readKubeconfig(file), dialer: createDialer(), random: systemRandom };
  if (kubeconfig !== undefined) return { cluster: reach, remark: "" };
  if (!runningState(layout)) throw new UserError(`No cluster is running from ${layout.data}. \`./rampart up\` starts it; --kubeconfig names another one's.`);
  const machine = drillMachine(layout);
  if (!("unusable" in machine)) return { cluster: { ...reach, machine }, remark: "" };
  return { cluster: reach, remark: `The cluster's machine can't be touched from here, so audit records are not looked for: ${machine.unusable}` };
}

function lines({ drill, outcome, why, checked, records, tookMs }: Result): string {
  const proof = outcome === "skipped" ? "" : `${checked} checks${records === undefined ? ", no records looked for" : `, ${records} records`}`;
  const head = `  ${SIGNS[outcome]} ${drill.id}  ${drill.title} (${drill.actor}, ${drill.boundary})  ${outcome}${proof && ` · ${proof}`} · ${(tookMs / 1000).toFixed(1)} s`;
  const rest = why.length > REASONS_SHOWN ? [`… and ${why.length - REASONS_SHOWN} more`] : [];
  return [head, ...[...why.slice(0, REASONS_SHOWN), ...rest].map((reason) => `        ${reason}`)].map((line) => `${line}\n`).join("");
}

function row({ drill, outcome, why, checked, records, tookMs }: Result): object {
  const { id, threat, boundary, actor, title } = drill;
  return { id, threat, boundary, actor, title, outcome, why, checked, ...(records !== undefined && { records }), tookMs: Math.round(tookMs) };
}
