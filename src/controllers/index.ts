/** Every controller: one file (or folder) each, one line here. */

import type { AnyController } from "../client/controller.ts";
import clusterRoleAggregation from "./cluster-role-aggregation.ts";
import csrApproval from "./csr-approval.ts";
import deployment from "./deployment/deployment.ts";
import endpointSlice from "./endpoint-slice.ts";
import endpoints from "./endpoints.ts";
import garbage from "./garbage/garbage.ts";
import legacyTokenCleaner from "./legacy-token-cleaner.ts";
import namespace from "./namespace/namespace.ts";
import { nodeIpam } from "./node-ipam.ts";
import nodeLifecycle from "./node-lifecycle.ts";
import podGc from "./pod-gc.ts";
import policyTypes from "./policy-types/policy-types.ts";
import pvProtection from "./pv-protection.ts";
import pvcProtection from "./pvc-protection.ts";
import quota from "./quota/quota.ts";
import replicaset from "./replicaset.ts";
import replicationController from "./replication-controller.ts";
import { rootCa } from "./root-ca.ts";
import serviceAccount from "./service-account.ts";
import vacProtection from "./vac-protection.ts";

/** What controllers can't read from the API. */
export interface ControllerOptions {
  /** PEM of the authority that signs the API server's certificate; pods trust it. */
  readonly rootCa: string;
  /** The range that nodes get their pod ranges from: `10.244.0.0/16`. */
  readonly podCidr: string;
}

export function controllers(options: ControllerOptions): readonly AnyController[] {
  return [
    clusterRoleAggregation,
    csrApproval,
    deployment,
    endpointSlice,
    endpoints,
    garbage,
    legacyTokenCleaner,
    namespace,
    nodeIpam(options.podCidr),
    nodeLifecycle,
    podGc,
    policyTypes,
    pvProtection,
    pvcProtection,
    quota,
    replicaset,
    replicationController,
    rootCa(options.rootCa),
    serviceAccount,
    vacProtection,
  ];
}
