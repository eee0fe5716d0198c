/** `rampart status`: the processes of the cluster, as people or as scripts read them. */

import { resolve } from "node:path";
import { layoutOf } from "../cluster/layout.ts";
import { loadPlan } from "../cluster/plan.ts";
import { isAlive } from "../processes/proc.ts";
import { readState } from "../processes/state.ts";
import { UserError } from "../user-error.ts";

export interface ProcessRow {
  readonly name: string;
  readonly pid: number;
  readonly user: string;
  readonly ready: boolean;
  /** Of an API server that is several. */
  readonly instances?: number;
}

/** @returns the rows that `status` shows: the supervisor, then what it supervises */
export function processRows(data: string): ProcessRow[] {
  const layout = layoutOf(data);
  const state = readState(layout);
  if (!state) return [];
  const { instances = 1 } = loadPlan(layout) ?? {};
  const up = isAlive(state.up) ? [{ name: "up", pid: state.up.pid, user: state.user, ready: state.phase === "ready" }] : [];
  return [
    ...up,
    ...state.processes
      .filter(isAlive)
      .map(({ name, pid, user, ready }) => ({ name, pid, user, ready, ...(name === "apiserver" && instances > 1 && { instances }) })),
  ];
}

export function status(options: { readonly data: string; readonly json: boolean }): void {
  const data = resolve(options.data);
  const rows = processRows(data);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ processes: rows })}\n`);
    return;
  }
  if (!loadPlan(layoutOf(data))) throw new UserError(`There is no cluster in ${data}. \`./rampart up\` makes one.`);
  if (rows.length === 0) {
    process.stdout.write(`The cluster in ${data} is down. \`./rampart up\` starts it again.\n`);
    return;
  }
  const table = [
    ["NAME", "PID", "USER", "READY"],
    ...rows.map(({ name, pid, user, ready, instances }) => [instances ? `${name} × ${instances}` : name, String(pid), user, ready ? "yes" : "no"]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table)
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
}
