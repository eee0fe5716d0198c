/** `rampart addons`, run by `up` once the API server answers: applies what the cluster's own parts need. */

import { connectByKubeconfig } from "../../client/connect.ts";
import { applyAddons } from "../cluster/addons.ts";
import { layoutOf } from "../cluster/layout.ts";
import { loadPlan } from "../cluster/plan.ts";
import { UserError } from "../user-error.ts";

export interface AddonsOptions {
  readonly data: string;
  readonly withNodes: boolean;
}

export async function addons({ data, withNodes }: AddonsOptions): Promise<void> {
  const layout = layoutOf(data);
  const plan = loadPlan(layout);
  if (!plan) throw new UserError(`There is no cluster in ${data}.`);
  const client = connectByKubeconfig(layout.adminKubeconfig, "up");
  try {
    await applyAddons({ layout, plan, withNodes }, client);
  } finally {
    await client.transport.close();
  }
}
