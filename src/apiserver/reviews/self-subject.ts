/** SelfSubjectReview: who the server takes the caller for. SelfSubjectRulesReview: what the caller may do in a namespace. */

import type { SelfSubjectReview } from "../../api/tables/authentication-v1.ts";
import type { NonResourceRule, ResourceRule, SelfSubjectRulesReview } from "../../api/tables/authorization-v1.ts";
import type { PolicyRule } from "../../api/tables/rbac-v1.ts";
import { timestamp } from "../../machinery/clock.ts";
import { equal } from "../../machinery/plain.ts";
import { badRequest } from "../../machinery/status/status-error.ts";
import { reviewHandler, userInfo } from "./answer.ts";

export const selfSubjectReview = reviewHandler<SelfSubjectReview>((review, call) => {
  review.metadata = { creationTimestamp: timestamp(call.context.clock.now()) };
  review.status = { userInfo: userInfo(call.user) };
});

export const selfSubjectRulesReview = reviewHandler<SelfSubjectRulesReview>((review, call) => {
  const { namespace } = review.spec;
  if (!namespace) throw badRequest("no namespace on request");
  const granted = call.context.front.rulesOf(call.user, namespace);
  const missing = call.user.groups.includes("system:masters") ? EVERYTHING.filter((rule) => !granted.some((one) => equal(one, rule))) : [];
  const rules = [...missing, ...granted];
  review.metadata = {}; // The answer says nothing of what was asked.
  review.spec = {};
  review.status = {
    resourceRules: rules.filter((rule) => rule.resources?.length).map(resourceRule),
    nonResourceRules: rules.filter((rule) => rule.nonResourceURLs?.length).map(pathRule),
    incomplete: false,
  };
});

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];

function resourceRule({ verbs, apiGroups, resources, resourceNames }: PolicyRule): ResourceRule {
  return {
    verbs: [...(verbs ?? [])],
    apiGroups: [...(apiGroups ?? [])],
    resources: [...(resources ?? [])],
    ...(resourceNames && { resourceNames: [...resourceNames] }),
  };
}

function pathRule({ verbs, nonResourceURLs }: PolicyRule): NonResourceRule {
  return { verbs: [...(verbs ?? [])], nonResourceURLs: [...(nonResourceURLs ?? [])] };
}
