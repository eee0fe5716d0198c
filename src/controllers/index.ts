/** Every controller: one file each, one line here. */

import type { AnyController } from "../client/controller.ts";
import csrApproval from "./csr-approval.ts";
import deployment from "./deployment/deployment.ts";
import replicaset from "./replicaset.ts";
import { rootCa } from "./root-ca.ts";
import serviceAccount from "./service-account.ts";

/** What controllers can't read from the API. */
export interface ControllerOptions {
  /** PEM of the authority that signs the API server's certificate; pods trust it. */
  readonly rootCa: string;
  /** The range that nodes get their pod ranges from: `10.244.0.0/16`. */
  readonly podCidr: string;
}

export function controllers(options: ControllerOptions): readonly AnyController[] {
  return [csrApproval, deployment, replicaset, rootCa(options.rootCa), serviceAccount];
}
