/** Writes into a cluster role that gathers others what they allow together; whoever decides by it gathers for himself (Kubernetes pkg/controller/clusterroleaggregation). */

import type { Operation } from "../api/resource.ts";
import { ClusterRole } from "../api/resources.ts";
import type { ClusterRole as ClusterRoleObject, PolicyRule } from "../api/tables/rbac-v1.ts";
import { controller } from "../client/controller.ts";
import { equal } from "../machinery/plain.ts";
import { labelSelector } from "../machinery/selectors/labels.ts";

/** It grants what it doesn't have itself. */
const writeRules: Operation<"patch clusterroles", [role: ClusterRoleObject, body: unknown]> = Object.assign(
  (role: ClusterRoleObject, body: unknown) => ClusterRole.patch(role, body),
  { needs: [...ClusterRole.patch.needs, { group: ClusterRole.group, resource: ClusterRole.resource, verb: "escalate" }] },
);

export default controller({
  name: "clusterrole-aggregation-controller",
  for: ClusterRole,
  watches: { roles: ClusterRole.inSameNamespace() },
  writes: [writeRules],
  reconcile(role, { roles }) {
    const selectors = role.aggregationRule?.clusterRoleSelectors?.map(labelSelector);
    if (!selectors) return [];
    const others = roles.filter(({ metadata }) => metadata.name !== role.metadata.name && selectors.some((selector) => selector.matches(metadata.labels)));
    const rules = together(others.toSorted((a, b) => ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1)));
    return equal(rules, role.rules ?? [])
      ? []
      : [
          writeRules(role, {
            metadata: { uid: role.metadata.uid, ...(role.metadata.resourceVersion && { resourceVersion: role.metadata.resourceVersion }) },
            rules,
          }),
        ];
  },
});

/** Each rule once, in the order of the roles' names. */
function together(roles: readonly ClusterRoleObject[]): PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const rule of roles.flatMap((role) => role.rules ?? [])) if (!rules.some((known) => equal(known, rule))) rules.push(rule);
  return rules;
}
