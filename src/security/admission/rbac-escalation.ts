/**
 * Nobody gives away a right that he doesn't have: whoever writes a role needs every rule of it, and whoever binds one needs its rules or the verb `bind`;
 * the verb `escalate` on roles lifts the first (Kubernetes keeps the same checks in the storage of the four kinds, pkg/registry/rbac).
 */

import type { KubeObject } from "../../api/kind.ts";
import type { ClusterRole, PolicyRule, RoleBinding, RoleRef } from "../../api/tables/rbac-v1.ts";
import { forbidden, notFound } from "../../machinery/status/status-error.ts";
import type { Authorizer } from "../attributes.ts";
import { groupsText, joinVerbs, missingRules, ruleText } from "../authz/rbac/covers.ts";
import { type Policy, RBAC_GROUP } from "../authz/rbac/policy.ts";
import { changesOnlyOwnership } from "./only-ownership.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];

function ownRules(policy: Policy, request: AdmissionRequest): PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const grant of policy.grantsOf(request.user, request.namespace)) rules.push(...(policy.rulesOf(grant.role, grant.namespace)?.rules ?? []));
  return rules;
}

/** @returns the refusal's words, or undefined where the user holds all of the rules */
function lacking(policy: Policy, request: AdmissionRequest, wanted: readonly PolicyRule[]): string | undefined {
  const missing = missingRules(ownRules(policy, request), wanted);
  if (missing.length === 0) return undefined;
  const lines = [...new Set(joinVerbs(missing).map(ruleText))].toSorted();
  const { name, groups } = request.user;
  return `user ${JSON.stringify(name)} (groups=${groupsText(groups)}) is attempting to grant RBAC permissions not currently held:\n${lines.join("\n")}`;
}

const gathers = (role: KubeObject | undefined) => ((role as ClusterRole | undefined)?.aggregationRule?.clusterRoleSelectors?.length ?? 0) > 0;

/** @param authorizer the whole chain: `escalate` and `bind` may come from any authorizer */
export function rbacEscalation(policy: Policy, authorizer: Authorizer): AdmissionPlugin {
  async function may(request: AdmissionRequest, verb: string, resource: string, name: string): Promise<boolean> {
    const attributes = {
      isResource: true,
      path: "",
      verb,
      group: RBAC_GROUP,
      version: "*",
      namespace: request.namespace,
      resource,
      subresource: "",
      name,
      tail: "",
    };
    return (await authorizer.authorize({ user: request.user, attributes })).decision === "allow";
  }

  async function checkRole(request: AdmissionRequest, role: ClusterRole): Promise<void> {
    if (await may(request, "escalate", request.resource.resource, request.name)) return;
    const why = lacking(policy, request, role.rules ?? []);
    if (why) throw forbidden(request.resource, role.metadata.name ?? "", why);
    // An aggregation rule can gather anything, so only who has everything may set or loosen it.
    if ((gathers(role) || gathers(request.old)) && lacking(policy, request, EVERYTHING)) {
      throw forbidden(request.resource, role.metadata.name ?? "", "must have cluster-admin privileges to use the aggregationRule");
    }
  }

  async function checkBinding(request: AdmissionRequest, binding: RoleBinding): Promise<void> {
    const ref: RoleRef = binding.roleRef;
    const resource = ref.kind === "Role" ? "roles" : "clusterroles";
    if (await may(request, "bind", resource, ref.name)) return;
    const rules = policy.rulesOf(ref, request.namespace);
    if (!rules) throw notFound(request.resource, ref.name); // The role's name under the binding's resource, as Kubernetes says it.
    const why = lacking(policy, request, rules.rules);
    if (why) throw forbidden(request.resource, binding.metadata.name ?? "", why);
  }

  return {
    name: "RBACEscalation",
    on: ["roles", "clusterroles", "rolebindings", "clusterrolebindings"].map((resource) => `${resource}.${RBAC_GROUP}`),
    operations: ["CREATE", "UPDATE"],
    async validate(request) {
      const { object, old } = request;
      if (!object || request.user.groups.includes("system:masters") || changesOnlyOwnership(object, old)) return;
      if (request.resource.resource.endsWith("bindings")) await checkBinding(request, object as RoleBinding);
      else await checkRole(request, object as ClusterRole);
    },
  };
}
