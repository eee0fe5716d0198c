/** Every unit of a cluster: the table of processes, as one list. */

import { connectByKubeconfig } from "../../client/connect.ts";
import { applyAddons } from "../cluster/addons.ts";
import { type ClusterContext, wants } from "../cluster/context.ts";
import { ensureBridge } from "../machine/bridge.ts";
import { task, type Unit } from "../processes/unit.ts";
import { apiServerUnit, auditdUnit, controllersUnit, dnsUnits, schedulerUnit, signerUnit } from "./control-plane.ts";
import { nodeUnits } from "./nodes.ts";

/** @returns the units, and what closes the supervisor's own half of them */
export function unitsOf(context: ClusterContext): { readonly units: readonly Unit[]; close(): void } {
  const auditd = auditdUnit(context);
  const client = connectByKubeconfig(context.layout.adminKubeconfig, "up");
  const addons = task("addons", "Roles and services of the cluster's own parts", ["apiserver"], () => applyAddons(context, client));
  const controlPlane = [auditd, apiServerUnit(context), addons, signerUnit(context), controllersUnit(context), schedulerUnit(context)];
  const nodes = context.withNodes
    ? [task("bridge", "Bridge", [], () => ensureBridge(context.plan)), ...dnsUnits(context), ...context.plan.nodes.flatMap((name) => nodeUnits(context, name))]
    : [];
  const chosen = [...controlPlane, ...nodes].filter((unit) => wants(context, unit.name));
  const names = new Set(chosen.map(({ name }) => name));
  const first = context.withNodes ? (unit: Unit) => (unit.name === "apiserver" ? [...unit.after, "bridge"] : unit.after) : (unit: Unit) => unit.after;
  // What `--only` leaves out is taken to be there already.
  const units = chosen.map((unit) => ({ ...unit, after: first(unit).filter((name) => names.has(name)) }));
  return {
    units,
    close: () => {
      auditd.close();
      void client.transport.close();
    },
  };
}
