/** Role-based access control: whether one of a user's roles allows a request. Rules only add; silence is "no opinion". */

import type { Authorizer, Decision, Question } from "../../attributes.ts";
import { describe, type Grant, type Policy } from "./policy.ts";

/** A decision's reason, written once a grant. */
const reasons = new WeakMap<Grant, Decision>();

function allowed(grant: Grant): Decision {
  return reasons.getOrInsertComputed(grant, () => ({ decision: "allow", reason: `RBAC: allowed by ${describe(grant)}` }));
}

function missing(grants: readonly Grant[]): string {
  const texts = [
    ...new Set(
      grants.map(({ role }) =>
        role.kind === "Role" || role.kind === "ClusterRole"
          ? `${role.kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(role.name)} not found`
          : `unsupported role reference kind: ${JSON.stringify(role.kind)}`,
      ),
    ),
  ];
  return texts.length === 0 ? "" : `RBAC: ${texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`}`;
}

/** @param policy the index of roles and bindings */
export function rbacAuthorizer(policy: Policy): Omit<Authorizer, "authorize"> & { authorize(question: Question): Decision } {
  return {
    name: "rbac",
    authorize({ user, attributes }) {
      const broken: Grant[] = [];
      for (const grant of policy.grantsOf(user, attributes.namespace)) {
        const rules = policy.rulesOf(grant.role, grant.namespace);
        if (!rules) broken.push(grant);
        else if (rules.allows(attributes)) return allowed(grant);
      }
      return { decision: "none", reason: missing(broken) };
    },
  };
}
