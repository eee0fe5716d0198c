/** The kinds that are questions: answered at once, never stored. */

import type { Kind } from "../../api/kind.ts";
import type { Handler } from "../call.ts";
import { localSubjectAccessReview, selfSubjectAccessReview, subjectAccessReview } from "./access-review.ts";
import { selfSubjectReview, selfSubjectRulesReview } from "./self-subject.ts";
import { requestToken, tokenReview } from "./token.ts";

const REVIEWS: ReadonlyMap<string, Handler> = new Map([
  ["authentication.k8s.io/selfsubjectreviews", selfSubjectReview],
  ["authentication.k8s.io/tokenreviews", tokenReview],
  ["authorization.k8s.io/subjectaccessreviews", subjectAccessReview],
  ["authorization.k8s.io/localsubjectaccessreviews", localSubjectAccessReview],
  ["authorization.k8s.io/selfsubjectaccessreviews", selfSubjectAccessReview],
  ["authorization.k8s.io/selfsubjectrulesreviews", selfSubjectRulesReview],
]);

/** @returns what answers a create at the path; undefined where that is no question */
export function reviewOf({ group, resource, rules }: Kind, subresource: string): Handler | undefined {
  if (subresource !== "") return subresource === "token" && resource === "serviceaccounts" && group === "" ? requestToken : undefined;
  return rules.virtual && REVIEWS.get(`${group}/${resource}`);
}
