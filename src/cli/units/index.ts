/** Every unit of a cluster: the table of processes, as one list. */

import { run } from "../../machinery/run.ts";
import { type ClusterContext, ownCommand, wants } from "../cluster/context.ts";
import { ensureBridge } from "../machine/bridge.ts";
import { task, type Unit } from "../processes/unit.ts";
import { apiServerUnit, auditdUnit, controllersUnit, dnsUnits, schedulerUnit, signerUnit } from "./control-plane.ts";

/** @returns the units, and what closes the supervisor's own half of them */
export async function unitsOf(context: ClusterContext): Promise<{ readonly units: readonly Unit[]; close(): void }> {
  const auditd = auditdUnit(context);
  // A process of its own: it must know every controller, and the supervisor stays small.
  const addons = task("addons", "Roles and services of the cluster's own parts", ["apiserver"], async () => {
    await run(ownCommand(context, ["addons", "--data", context.layout.data, ...(context.withNodes ? ["--with-nodes"] : [])]));
  });
  const controlPlane = [auditd, apiServerUnit(context), addons, signerUnit(context), controllersUnit(context), schedulerUnit(context)];
  const nodes = context.withNodes
    ? [task("bridge", "Bridge", [], () => ensureBridge(context.plan)), ...dnsUnits(context), ...(await unitsOfNodes(context))]
    : [];
  const chosen = [...controlPlane, ...nodes].filter((unit) => wants(context, unit.name));
  const names = new Set(chosen.map(({ name }) => name));
  const first = context.withNodes ? (unit: Unit) => (unit.name === "apiserver" ? [...unit.after, "bridge"] : unit.after) : (unit: Unit) => unit.after;
  // What `--only` leaves out is taken to be there already.
  const units = chosen.map((unit) => ({ ...unit, after: first(unit).filter((name) => names.has(name)) }));
  return { units, close: () => auditd.close() };
}

/** Loaded only where there are nodes. */
async function unitsOfNodes(context: ClusterContext): Promise<readonly Unit[]> {
  const { nodeUnits } = await import("./nodes.ts");
  return context.plan.nodes.flatMap((name) => nodeUnits(context, name));
}
