/**
 * In a cluster whose default roles were written for other controllers, these need their own: applied at the start, where the process's user may.
 * In a cluster of `rampart up` it may not, and needn't: the roles stand there already.
 */

import { ClusterRole, ClusterRoleBinding, SelfSubjectAccessReview } from "../api/resources.ts";
import type { Client } from "../client/client.ts";
import { type AnyController, permissionsOf, rulesOf } from "../client/controller.ts";

const GROUP = "rbac.authorization.k8s.io";
const MANAGER = "rampart-controllers";

/** @returns whether the roles were applied */
export async function grantRoles(client: Client, controllers: readonly AnyController[]): Promise<boolean> {
  const resourceAttributes = { group: GROUP, resource: "clusterroles", verb: "escalate" };
  const review = await client.create(SelfSubjectAccessReview, { metadata: {}, spec: { resourceAttributes } });
  if (!review.status?.allowed) return false;
  for (const controller of controllers) {
    const account = controller.declaration.name;
    const metadata = { name: `system:rampart:controller:${account}` };
    await client.apply(ClusterRole, { metadata, rules: rulesOf(permissionsOf(controller)) }, MANAGER);
    await client.apply(
      ClusterRoleBinding,
      {
        metadata,
        roleRef: { apiGroup: GROUP, kind: "ClusterRole", name: metadata.name },
        subjects: [{ kind: "ServiceAccount", name: account, namespace: "kube-system" }],
      },
      MANAGER,
    );
  }
  return true;
}
